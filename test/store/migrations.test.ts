/** A store of an older schema is brought to the present one with all that it holds. */
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { checkDatabase } from '../../src/db/upkeep/check.ts';
import { fingerprintOf } from '../../src/domain/idempotency.ts';
import { createInventory } from '../../src/db/inventory.ts';
import { openStore } from '../../src/db/store/open-store.ts';
import type { StoreKind } from '../../src/db/store/store.ts';
import { openOldStore } from '../support/stores/old-store.ts';
import { requestOf, setSku, updateFor, type Values } from '../support/requests.ts';
import { createBareDatabase, describeOnEachStore } from '../support/stores/stores.ts';

const origin = { supplierId: 'acme', actor: 'dashboard', source: 'GRAPHQL' } as const;

/** Three changes of two SKUs, as the schema before 0003 had them. */
async function fillOld(kind: StoreKind, url: string): Promise<void> {
  const db = await openOldStore(kind, url, '0002_retries_and_history');
  await sql`insert into supplier values ('acme', 3, '')`.execute(db);
  await sql`insert into sku (supplier_id, sku_id, quantity_in_stock, version, updated_at)
    values ('acme', 'A', 2, 2, ''), ('acme', 'B', 1, 1, ''), ('acme', 'C', 0, 0, '')`.execute(db);
  await sql`insert into inventory_change values
    ('acme', 1, 'A', 1, 0, 1, 0, 0, null, null, 'REST', 'x', '', 'counted', null, 'g'),
    ('acme', 2, 'B', 1, 0, 1, 0, 0, null, null, 'REST', 'x', '', null, null, null),
    ('acme', 3, 'A', 2, 1, 2, 0, 0, null, null, 'REST', 'x', '', null, null, 'g')`.execute(db);
  await db.destroy();
}

describeOnEachStore('migration', (kind) => {
  test('0003: changes that were there are linked, and histories go on from them', async () => {
    const { url, remove } = await createBareDatabase(kind);
    await fillOld(kind, url);
    const store = await openStore(url);
    const inventory = createInventory(store, () => new Date());
    await updateFor(inventory, origin, [
      setSku('A', { quantityInStock: 9 }),
      setSku('C', { quantityInStock: 9 }),
    ]);
    const newest = { newest: null, limit: 10 };
    const histories = await inventory.histories('acme', [
      { skuId: 'A', ...newest },
      { skuId: 'B', ...newest },
      { skuId: 'C', ...newest },
      { skuId: 'A', newest: 3, limit: 1 },
      // Of another SKU.
      { skuId: 'A', newest: 2, limit: 10 },
    ]);
    expect(histories.map((page) => page.map(({ position, version }) => [position, version]))).toEqual([
      [
        [4, 3],
        [3, 2],
        [1, 1],
      ],
      [[2, 1]],
      [[5, 1]],
      [[3, 2]],
      [],
    ]);
    expect(histories[0]?.at(-1)).toMatchObject({
      reason: 'counted',
      groupId: 'g',
      after: { quantityInStock: 1 },
    });
    if (kind === 'sqlite') {
      const { rows } =
        await sql`select name from sqlite_schema where type = 'index' and name not like 'sqlite_%'
      and tbl_name like 'inventory_change%'`.execute(store.db);
      expect(rows).toEqual([{ name: 'inventory_change_by_group' }]);
    }
    await inventory.close();
    await store.close();
    await remove();
  });

  test('0004: an answer that was kept as JSON is replayed, counted, and begins to age', async () => {
    const { url, remove } = await createBareDatabase(kind);
    const request = requestOf(origin, [setSku('A', { quantityInStock: 9 })], {
      idempotencyKey: 'kept before',
    });
    const kept = { replayed: false, refusal: null, results: [], groupId: 'as it was' };
    const old = await openOldStore(kind, url, '0003_linked_changes');
    await sql`insert into supplier values ('acme', 0, ''), ('rival', 0, '')`.execute(old);
    await sql`insert into idempotency_key values ('acme', 'updateSkuInventory', 'kept before',
      ${fingerprintOf(request)}, ${JSON.stringify(kept)}, '2026-11-01T09:30:00.000Z')`.execute(old);
    await old.destroy();

    const store = await openStore(url);
    const inventory = createInventory(store, () => new Date());
    expect(await inventory.update(request)).toEqual({ ...kept, replayed: true });
    expect(await store.db.selectFrom('idempotency_key').select('made_at_ms').execute()).toEqual([
      { made_at_ms: 0 },
    ]);
    await inventory.close();
    await store.close();
    expect((await checkDatabase(url)).findings).toEqual([]);
    await remove();
  });

  test('0006: SKUs and changes that were there have no date, and can get one', async () => {
    const { url, remove } = await createBareDatabase(kind);
    const old = await openOldStore(kind, url, '0005_supplier_names');
    await sql`insert into supplier (supplier_id, last_position, created_at, name) values ('acme', 1, '', 'acme')`.execute(
      old,
    );
    await sql`insert into sku (supplier_id, sku_id, quantity_on_backorder, version, updated_at, last_change_position)
      values ('acme', 'A', 2, 1, '', 1)`.execute(old);
    await sql`insert into inventory_change values
      ('acme', 1, 'A', 1, 0, 0, 0, 2, null, null, 'REST', 'x', '', null, null, null, null)`.execute(old);
    await old.destroy();

    const store = await openStore(url);
    const inventory = createInventory(store, () => new Date());
    expect(await updateFor(inventory, origin, [setSku('A', { backorderDate: null })])).toMatchObject([
      { outcome: 'UNCHANGED', sku: { backorderDate: null } },
    ]);
    await updateFor(inventory, origin, [setSku('A', { backorderDate: '2026-11-30' })]);
    const [history = []] = await inventory.histories('acme', [{ skuId: 'A', newest: null, limit: 10 }]);
    expect(history.map(({ before, after }) => [before.backorderDate, after.backorderDate])).toEqual([
      [null, '2026-11-30'],
      [null, null],
    ]);
    await inventory.close();
    await store.close();
    expect((await checkDatabase(url)).findings).toEqual([]);
    await remove();
  });

  test('0007: a SKU without times is as of its last change, or of no time, and its first update keeps the others', async () => {
    const { url, remove } = await createBareDatabase(kind);
    const changed = '2026-11-01T09:30:00.000Z';
    const old = await openOldStore(kind, url, '0006_backorder_dates');
    await sql`insert into supplier (supplier_id, last_position, created_at, name) values ('acme', 1, '', 'acme')`.execute(
      old,
    );
    await sql`insert into sku (supplier_id, sku_id, quantity_in_stock, version, updated_at, last_change_position)
      values ('acme', 'A', 2, 1, ${changed}, 1), ('acme', 'B', 2, 0, ${changed}, null)`.execute(old);
    await sql`insert into inventory_change values
      ('acme', 1, 'A', 1, 0, 2, 0, 0, null, null, 'REST', 'x', ${changed}, null, null, null, null, null, null)`.execute(
      old,
    );
    await old.destroy();

    const store = await openStore(url);
    const inventory = createInventory(store, () => new Date('2026-11-02T00:00:00.000Z'));
    const timed = (skuId: string, values: Values, asOf: string) => ({ ...setSku(skuId, values), asOf });
    const results = await updateFor(inventory, origin, [
      timed('A', { quantityInStock: 3 }, '2026-11-01T09:00:00.000Z'),
      timed('A', { quantityInStock: 3 }, '2026-11-01T10:00:00.000Z'),
      timed('A', { restrictions: 'discontd' }, '2026-11-01T09:00:00.000Z'),
      timed('A', { restrictions: 'discontd' }, '2026-11-01T09:40:00.000Z'),
      timed('B', { quantityInStock: 3 }, '2026-10-01T00:00:00.000Z'),
    ]);
    expect(results.map(({ outcome }) => outcome)).toEqual([
      'STALE_IGNORED',
      'APPLIED',
      'STALE_IGNORED',
      'APPLIED',
      'APPLIED',
    ]);
    expect(results[0]).toMatchObject({ newerChange: { position: 1, asOf: null } });
    await inventory.close();
    await store.close();
    expect((await checkDatabase(url)).findings).toEqual([]);
    await remove();
  });
});
