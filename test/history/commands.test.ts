/** `stockgate prune`, `serve --history-days`, and the ages of logs from before there were any. */
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStore } from '../../src/db/store/open-store.ts';
import type { Store } from '../../src/db/store/store.ts';
import { DAY_MS, noteAges } from '../../src/db/history/log-age.ts';
import { findHorizons } from '../../src/db/history/horizon.ts';
import { eventually } from '../support/eventually.ts';
import { startGateway } from '../support/machine/process.ts';
import { runProgramHere } from '../support/run-here.ts';
import { openOldStore } from '../support/stores/old-store.ts';
import { createBareDatabase, describeOnEachStore } from '../support/stores/stores.ts';
import { openShop, type Shop } from '../webhook/shop.ts';
import { passDays } from './aged.ts';

const horizonOf = async ({ db }: Store) => {
  const { pruned_position } = await db
    .selectFrom('supplier')
    .select('pruned_position')
    .executeTakeFirstOrThrow();
  return pruned_position;
};

describeOnEachStore('pruning by hand and by a gateway', (kind) => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await openShop(kind);
  });
  afterAll(() => shop.close());
  const prune = (...args: string[]) => runProgramHere(['prune', '--database', shop.url, ...args]);

  test('prune takes nothing with --dry-run, and what it said without', async () => {
    await shop.change(20);
    await passDays(shop.store);
    await shop.change(3);
    const dry = await prune('--history-days', '5', '--dry-run');
    expect(dry).toMatchObject({ code: 0, out: 'acme: changes up to 20 are old enough.\n' });
    expect(await horizonOf(shop.store)).toBe(0);
    const real = await prune('--history-days', '5');
    expect(real).toMatchObject({ code: 0, out: `${dry.out}Took 20 changes away.\n` });
    expect(await horizonOf(shop.store)).toBe(20);
    expect(await prune('--history-days', '5')).toMatchObject({
      code: 0,
      out: 'No more changes are old enough.\nTook 0 changes away.\n',
    });
  });

  test.each([
    [[], /Give days, 1 to 36,500/],
    [['--history-days', '0'], /Give days, 1 to 36,500/],
    [['--history-days', 'x'], /Give days, 1 to 36,500/],
  ])('prune %j is refused', async (args, message) => {
    const said = await prune(...args);
    expect(said.code).toBe(2);
    expect(said.err).toMatch(message);
  });

  test('serve --history-days does the same by itself, and notes ages without it', async () => {
    await shop.change(10);
    await passDays(shop.store);
    await shop.change(2);
    const before = await horizonOf(shop.store);
    await sql`update service_clock set owner = ''`.execute(shop.store.writes);
    const keeper = await startGateway(shop.url, '--log-level', 'warn');
    await eventually(async () => {
      const { rows } = await sql<{ last: number }>`select max(position) as last from log_age`.execute(
        shop.store.db,
      );
      expect(rows[0]?.last).toBe(await shop.inventory.lastPosition('acme'));
    });
    expect(await keeper.stop()).toBe(0);
    expect(await horizonOf(shop.store)).toBe(before);
    const gateway = await startGateway(shop.url, '--history-days', '5', '--log-level', 'warn');
    await eventually(async () => expect(await horizonOf(shop.store)).toBe(before + 13));
    await eventually(async () => {
      const { rows } = await sql`select 1 from inventory_change where position <= ${before + 12}`.execute(
        shop.store.db,
      );
      expect(rows).toEqual([]);
    });
    expect(await gateway.stop()).toBe(0);
  });
});

describeOnEachStore('a log from before ages were noted', (kind) => {
  /** Migrates a log whose changes were made on these days, counted back from the newest; the clock may be behind or ahead. */
  async function migrated(
    days: readonly number[],
    newest: number,
  ): Promise<{ store: Store; close: () => Promise<void> }> {
    const database = await createBareDatabase(kind);
    const old = await openOldStore(kind, database.url, '0012_cursor_ahead');
    await sql`insert into supplier (supplier_id, last_position, created_at, name)
      values ('acme', ${days.length}, '', 'acme')`.execute(old);
    await sql`insert into sku (supplier_id, sku_id, updated_at, version, last_change_position)
      values ('acme', 'A', '', ${days.length}, ${days.length})`.execute(old);
    for (const [i, day] of days.entries())
      await sql`insert into inventory_change (supplier_id, position, sku_id, version, quantity_in_stock_before,
          quantity_in_stock, quantity_on_backorder_before, quantity_on_backorder, source, actor, changed_at, previous_position)
        values ('acme', cast(${i + 1} as bigint), 'A', ${i + 1}, 0, 0, 0, 0, 'GRAPHQL', 'x',
          ${new Date(newest - day * DAY_MS).toISOString()}, cast(${i === 0 ? null : i} as bigint))`.execute(
        old,
      );
    await old.destroy();
    const store = await openStore(database.url);
    await noteAges(store);
    return {
      store,
      close: async () => {
        await store.close();
        await database.remove();
      },
    };
  }
  const oldest = async (store: Store, days: number) =>
    (await findHorizons(store, days * DAY_MS))[0]?.position ?? 0;

  test('is as old as the times of its changes say', async () => {
    const { store, close } = await migrated([30, 20, 20, 10, 0], Date.now());
    expect(await oldest(store, 5)).toBe(4);
    expect(await oldest(store, 15)).toBe(3);
    expect(await oldest(store, 25)).toBe(1);
    expect(await oldest(store, 40)).toBe(0);
    await close();
  });

  test('keeps changes that a wrong clock dated too early, and what is older than one dated too late', async () => {
    const early = await migrated([30, 20, 900, 3, 0], Date.now());
    expect(await oldest(early.store, 5)).toBe(3);
    expect(await oldest(early.store, 25)).toBe(1);
    await early.close();
    const late = await migrated([30, -4_000, 20, 10, 0], Date.now());
    expect(await oldest(late.store, 5)).toBe(1);
    await late.close();
  });

  test('is not older because the clock of the migration is ahead of its newest change', async () => {
    const { store, close } = await migrated([3, 2, 0], Date.now() - 900 * DAY_MS);
    expect(await oldest(store, 5)).toBe(0);
    await close();
  });
});
