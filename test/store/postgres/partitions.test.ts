/** The log of changes on PostgreSQL: an old one becomes the first partition, and there is always a partition for the next change. */
import { sql } from 'kysely';
import { describe, expect, inject, test } from 'vitest';
import { createInventory } from '../../../src/db/inventory.ts';
import { keepAhead } from '../../../src/db/partition/make-ahead.ts';
import { listPartitions, LOG } from '../../../src/db/partition/partitions.ts';
import { openStore } from '../../../src/db/store/open-store.ts';
import type { Store } from '../../../src/db/store/store.ts';
import { checkDatabase } from '../../../src/db/upkeep/check.ts';
import { range } from '../../support/range.ts';
import { setSku, updateFor } from '../../support/requests.ts';
import { openOldStore } from '../../support/stores/old-store.ts';
import { openSmallPartitions } from '../../support/stores/small-partitions.ts';
import { createBareDatabase, openTestStore } from '../../support/stores/stores.ts';

const origin = { supplierId: 'acme', actor: 'dashboard', source: 'GRAPHQL' } as const;

async function boundsOf({ db }: Store): Promise<number[]> {
  const partitions = await listPartitions(db, LOG);
  // Without a gap.
  partitions.slice(1).forEach(({ from }, i) => expect(from).toBe(partitions[i]?.to));
  return partitions.map(({ to }) => to);
}

async function moveTo({ db }: Store, position: number): Promise<void> {
  await db
    .updateTable('supplier')
    .set({ last_position: position })
    .where('supplier_id', '=', 'acme')
    .execute();
}

describe.skipIf(inject('postgresUrl') === null)('partitions', () => {
  test('of an old log: its table is the first, with the files that it had, and all goes on', async () => {
    const { url, remove } = await createBareDatabase('postgres');
    const old = await openOldStore('postgres', url, '0012_cursor_ahead');
    await sql`insert into supplier (supplier_id, last_position, created_at, name) values ('acme', 4300000, '', 'acme')`.execute(
      old,
    );
    await sql`insert into sku (supplier_id, sku_id, quantity_in_stock, version, updated_at, last_change_position)
      select 'acme', 'S' || n, 1, 1, '', n from generate_series(1, 50) as n`.execute(old);
    await sql`insert into inventory_change (supplier_id, position, sku_id, version, quantity_in_stock_before,
        quantity_in_stock, quantity_on_backorder_before, quantity_on_backorder, source, actor, changed_at, group_id)
      select 'acme', n, 'S' || n, 1, 0, 1, 0, 0, 'REST', 'x', '', 'g' from generate_series(1, 50) as n`.execute(
      old,
    );
    const files = (names: string[]) =>
      sql<{ file: number }>`select relfilenode as file from pg_class
        where relname in (${sql.join(names)}) order by relname`;
    const before = await files([
      'inventory_change',
      'inventory_change_key',
      'inventory_change_by_group',
    ]).execute(old);
    await old.destroy();

    const store = await openStore(url);
    const after = await files([
      'inventory_change_p0',
      'inventory_change_p0_key',
      'inventory_change_p0_by_group',
    ]).execute(store.db);
    expect(new Set(after.rows.map(({ file }) => file))).toEqual(new Set(before.rows.map(({ file }) => file)));
    expect(await boundsOf(store)).toEqual([5_000_000, 6_000_000, 7_000_000]);
    const inventory = createInventory(store, () => new Date());
    expect(await updateFor(inventory, origin, [setSku('S7', { quantityInStock: 9 })])).toMatchObject([
      { outcome: 'APPLIED', change: { position: 4_300_001, version: 2 } },
    ]);
    const [history = []] = await inventory.histories('acme', [{ skuId: 'S7', newest: null, limit: 5 }]);
    expect(history.map(({ position }) => position)).toEqual([4_300_001, 7]);
    const window = await inventory.changesWindow('acme', 0, { groupId: 'g' }, { limit: 100, maxScan: 5_000 });
    expect(window.changes).toHaveLength(50);
    await inventory.close();
    await store.close();
    // A second time there is nothing to do.
    await (await openStore(url)).close();
    const { findings } = await checkDatabase(url);
    expect(findings.map(({ problem }) => problem)).toEqual(["A supplier's positions have a gap"]);
    await remove();
  });

  test('are made ahead of the newest change, and grow with the log so that they stay few', async () => {
    const { store, remove } = await openTestStore('postgres');
    expect(await boundsOf(store)).toEqual([1_000_000, 2_000_000]);
    await sql`insert into supplier (supplier_id, last_position, created_at, name) values ('acme', 0, '', 'acme')`.execute(
      store.db,
    );
    await moveTo(store, 600_000);
    await keepAhead(store.db);
    expect(await boundsOf(store)).toEqual([1_000_000, 2_000_000, 3_000_000]);
    let most = 0;
    for (let position = 1_000_000; position < 100_000_000_000; position *= 2) {
      await moveTo(store, position);
      await keepAhead(store.db);
      const bounds = await boundsOf(store);
      expect(bounds.at(-1)).toBeGreaterThanOrEqual(position + 1_000_000);
      most = bounds.length;
    }
    expect(most).toBeLessThan(200);
    await remove();
  });

  test('are made once by several gateways at once, while others write', async () => {
    const log = await openSmallPartitions(3);
    await log.addSupplier('acme', 4);
    const others = [await openStore(log.url), await openStore(log.url), await openStore(log.url)];
    let isOver = false;
    let written = 0;
    let longest = 0;
    const write = async () => {
      for (; !isOver; written++) {
        const began = performance.now();
        await log.change('acme', [1 + (written % 4)]);
        longest = Math.max(longest, performance.now() - began);
      }
    };
    const writing = Promise.all([write(), write()]);
    // Another supplier is far ahead.
    for (const millions of [5, 9, 12]) {
      await sql`insert into supplier (supplier_id, last_position, created_at, name)
        values (${`far ${millions}`}, ${millions * 1_000_000}, '', ${`far ${millions}`})`.execute(
        log.store.db,
      );
      await Promise.all(others.map(({ writes }) => keepAhead(writes)));
      expect((await boundsOf(log.store)).at(-1)).toBeGreaterThanOrEqual((millions + 2) * 1_000_000);
    }
    isOver = true;
    await writing;
    expect(await log.positions('acme')).toEqual(range(written));
    expect(longest).toBeLessThan(2_000);
    for (const store of others) await store.close();
    await log.remove();
  });

  test('are made by the write that finds none', async () => {
    const log = await openSmallPartitions(2);
    await log.addSupplier('acme', 2);
    await moveTo(log.store, 2_000_190);
    const large = (await listPartitions(log.store.db, LOG)).slice(2);
    for (const { name } of large) await sql`drop table ${sql.table(name)}`.execute(log.store.db);
    await log.change('acme', [1, 2]);
    await log.change('acme', [1], { idempotencyKey: 'k' });
    expect(await log.positions('acme')).toEqual([2_000_191, 2_000_192, 2_000_193]);
    expect((await boundsOf(log.store)).at(-1)).toBeGreaterThan(4_000_000);
    await log.remove();
  });

  test('do not hide a broken rule of a row', async () => {
    const { store, remove } = await openTestStore('postgres');
    await expect(
      sql`insert into inventory_change (supplier_id, position, sku_id, version, quantity_in_stock_before,
        quantity_in_stock, quantity_on_backorder_before, quantity_on_backorder, source, actor, changed_at)
        values ('acme', 1, 'S', 1, 0, -1, 0, 0, 'REST', 'x', '')`.execute(store.db),
    ).rejects.toMatchObject({ constraint: 'inventory_change_quantity' });
    await remove();
  });
});
