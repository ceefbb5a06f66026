/** Old changes are taken away: what stays, and what goes. */
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { deleteSupplier } from '../../src/db/catalog/delete-supplier.ts';
import { moveHorizons } from '../../src/db/history/horizon.ts';
import { createPrune } from '../../src/db/history/prune.ts';
import { createServiceClock } from '../../src/db/store/service-clock.ts';
import { checkDatabase } from '../../src/db/upkeep/check.ts';
import { countKeyBytes } from '../support/kept-keys.ts';
import { range } from '../support/range.ts';
import { describeOnEachStore } from '../support/stores/stores.ts';
import { oldHorizons, passDays, prune } from './aged.ts';
import { openLog } from './log.ts';

const LONG = 'A reason that is long enough to be stored once for all the changes of one call.';

describeOnEachStore('a log whose old changes are taken away', (kind) => {
  let log: Awaited<ReturnType<typeof openLog>>;
  beforeAll(async () => {
    log = await openLog(kind);
  });
  afterEach(async () => {
    const { findings } = await checkDatabase(log.gateway.url);
    expect(findings).toEqual([]);
  });
  afterAll(() => log.gateway.close());

  test('keeps the newest change of each SKU, and what is not old', async () => {
    const { last, change, horizonOf, ask, idsOf } = log;
    const { store } = log.gateway;
    await change(9, ['shared', 'EACH', 'BOOK-NEW']);
    const old = await last();
    await passDays(store);
    const end = await change(4, ['shared']);
    expect(await prune(store)).toBe(7);
    expect(await horizonOf()).toBe(old);
    const left = range(end - old).map((i) => old + i);
    expect(await idsOf()).toEqual(left);
    expect(await idsOf(', orderBy: { direction: DESC }')).toEqual(left.toReversed());
    expect(await idsOf(', filter: { sources: [GRAPHQL] }')).toEqual(left);
    expect(await idsOf(', filter: { sources: [GRAPHQL] }, orderBy: { direction: DESC }')).toEqual(
      left.toReversed(),
    );
    const body = await ask(`{
      kept: sku(by: { skuId: "EACH" }) { version lastChange { id version } inventoryChanges { nodes { version } } }
      changed: sku(by: { skuId: "shared" }) { version inventoryChanges { nodes { version } } } }`);
    expect(body.data.kept).toEqual({
      version: 3,
      lastChange: { id: String(old - 2), version: 3 },
      inventoryChanges: { nodes: [{ version: 3 }] },
    });
    expect(
      body.data.changed.inventoryChanges.nodes.map(({ version }: { version: number }) => version),
    ).toEqual([7, 6, 5, 4]);
  });

  test('takes a change away that was kept, once its SKU has a newer one', async () => {
    const { change, horizonOf } = log;
    const { store } = log.gateway;
    await change(2, ['shared', 'EACH']);
    await passDays(store);
    await change(2, ['shared', 'EACH']);
    await prune(store);
    await passDays(store);
    await change(1);
    await prune(store);
    const { rows } = await sql<{ sku_id: string }>`select sku_id from inventory_change
      where supplier_id = 'acme' and position <= ${await horizonOf()} order by sku_id`.execute(store.db);
    const kept = rows.map(({ sku_id }) => sku_id);
    expect(new Set(kept).size).toBe(kept.length);
    expect(kept).not.toContain('shared');
  });

  test('takes a bulk call away as a whole, or leaves it', async () => {
    const { last, change, bulk, horizonOf, gateway } = log;
    const { store } = log.gateway;
    const first = (await last()) + 1;
    const groupId = 'slow-import';
    await bulk(['shared', 'EACH'], { groupId });
    await change(3, ['GONE']);
    await passDays(store);
    await bulk(['BOOK-NEW'], { groupId });
    await change(1);
    await prune(store);
    expect(await horizonOf()).toBe(first - 1);
    await passDays(store);
    await change(1);
    await prune(store);
    expect(await horizonOf()).toBe((await last()) - 1);
    const { body } = await gateway.graphql(
      `mutation { revertInventoryChanges(input: { groupId: "${groupId}" }) { appliedCount userErrors { code } } }`,
    );
    expect(body.data.revertInventoryChanges).toEqual({
      appliedCount: 0,
      userErrors: [{ code: 'CHANGE_NOT_FOUND' }],
    });
  });

  test('keeps the texts of a change that is kept', async () => {
    const { change, bulk, ask } = log;
    const { store } = log.gateway;
    const skuIds = ['shared', 'EACH', 'BOOK-NEW', 'CASE-OF-10'];
    await bulk(skuIds, { reason: LONG });
    await bulk(skuIds.slice(0, 3), { reason: `${LONG} Again.` });
    await change(1, ['BOOK-NEW']);
    await passDays(store);
    await change(2, ['shared', 'EACH']);
    await prune(store);
    const reasonOf = async (skuId: string) =>
      (await ask(`{ sku(by: { skuId: "${skuId}" }) { lastChange { reason } } }`)).data.sku.lastChange.reason;
    expect(await reasonOf('CASE-OF-10')).toBe(LONG);
    const { rows } = await sql<{ count: number }>`select count(*) as count from inventory_change
      where reason = ${`${LONG} Again.`}`.execute(store.db);
    expect(rows).toEqual([{ count: 0 }]);
  });

  test('keeps what is as old as an idempotency key that is kept', async () => {
    const { change, bulk, horizonOf } = log;
    const { store } = log.gateway;
    await passDays(store);
    const before = await change(1);
    await bulk(['shared'], { groupId: null, idempotencyKey: 'kept' });
    await passDays(store);
    await change(1);
    await prune(store);
    expect(await horizonOf()).toBeLessThan(before);
    await sql`delete from idempotency_key`.execute(store.writes);
    await countKeyBytes(store);
    await prune(store);
    expect(await horizonOf()).toBe(before + 1);
  });

  test("leaves another supplier's log alone, and goes with its supplier", async () => {
    const { change, horizonOf } = log;
    const { store } = log.gateway;
    await change(2, ['rival-only'], 'rival');
    await passDays(store);
    await change(1);
    const horizons = await oldHorizons(store);
    const own = horizons.filter(({ supplierId }) => supplierId === 'acme');
    await moveHorizons(store, own);
    expect(await horizonOf('rival')).toBe(0);
    expect(await prune(store)).toBeGreaterThan(0);
    expect(await horizonOf('rival')).toBe(2);
    await change(1, ['rival-only'], 'rival');
    await deleteSupplier(store, 'rival', new Date());
    const { rows } = await sql`select 1 from log_age where supplier_id = 'rival'`.execute(store.db);
    expect(rows).toEqual([]);
  });

  test('hides what a stopped run has left, and the next run takes it away', async () => {
    const { change, idsOf, gateway } = log;
    const { store } = log.gateway;
    const end = await change(5);
    await passDays(store);
    await change(1);
    await moveHorizons(store, await oldHorizons(store));
    expect(await idsOf()).toEqual([end + 1]);
    expect((await checkDatabase(gateway.url)).findings).toEqual([]);
    const step = createPrune(store, createServiceClock(store));
    while (await step([]));
    const { rows } = await sql`select 1 from inventory_change
      where supplier_id = 'acme' and sku_id = 'shared' and group_id is null and position <= ${end}`.execute(
      store.db,
    );
    expect(rows).toEqual([]);
  });

  test('takes nothing away because a wall clock jumped', async () => {
    const { change, horizonOf } = log;
    const { store } = log.gateway;
    await change(3);
    await passDays(store);
    await prune(store);
    const horizon = await horizonOf();
    await sql`update inventory_change set changed_at = '1999-01-01T00:00:00.000Z' where position > ${horizon}`.execute(
      store.writes,
    );
    await change(3);
    expect(await oldHorizons(store)).toEqual([]);
  });

  test('does nothing in a process that does not advance the service clock', async () => {
    const { change, horizonOf } = log;
    const { store } = log.gateway;
    const owner = createServiceClock(store);
    await sql`update service_clock set owner = ''`.execute(store.writes);
    expect(await owner.advance()).toBe(true);
    await change(2);
    await passDays(store);
    const before = await horizonOf();
    const other = createPrune(store, createServiceClock(store));
    expect(await other(await oldHorizons(store))).toBe(false);
    expect(await horizonOf()).toBe(before);
  });
});
