/** Checks what must hold for the store, whatever was sent: it is intact, its log explains every SKU, and other suppliers' rows are unchanged. */
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Store } from '../../src/db/store/store.ts';
import type { InventoryChangeTable, SkuTable } from '../../src/db/store/tables.ts';

/** Returns all rows of a supplier as text, so that two dumps can be compared. */
export async function dumpSupplier({ db }: Store, supplierId: string): Promise<string> {
  const of = (table: 'supplier' | 'sku' | 'sku_code' | 'inventory_change' | 'idempotency_key' | 'feed') =>
    db.selectFrom(table).selectAll().where('supplier_id', '=', supplierId).execute();
  const tables = await Promise.all(
    (['supplier', 'sku', 'sku_code', 'inventory_change', 'idempotency_key', 'feed'] as const).map(of),
  );
  // Without what a dispatcher writes.
  const endpoints = await db
    .selectFrom('webhook_endpoint')
    .select(['endpoint_id', 'url', 'filter', 'secret', 'round', 'disabled_at'])
    .where('supplier_id', '=', supplierId)
    .execute();
  return JSON.stringify(
    [...tables, endpoints].map((rows) => rows.map((row) => JSON.stringify(row)).toSorted()),
  );
}

/** Resolves once no feed waits or runs: until then the store changes by itself. */
export async function untilFeedsEnd({ db }: Store): Promise<void> {
  for (;;) {
    const open = await db.selectFrom('feed').select('feed_id').where('finished_at', 'is', null).execute();
    if (open.length === 0) return;
    await sleep(50);
  }
}

/** Returns every inconsistency of the store. */
export async function faultsInStore(store: Store): Promise<string[]> {
  const { db } = store;
  const skus = await db.selectFrom('sku').selectAll().execute();
  const changes = await db.selectFrom('inventory_change').selectAll().orderBy('position').execute();
  const suppliers = await db.selectFrom('supplier').selectAll().execute();
  const bySku = Map.groupBy(changes, (change) => `${change.supplier_id}/${change.sku_id}`);
  return [
    ...(store.kind === 'sqlite' ? await faultsInFile(store) : []),
    ...skus.flatMap((sku) => faultsInLog(sku, bySku.get(`${sku.supplier_id}/${sku.sku_id}`) ?? [])),
    ...suppliers.flatMap(({ supplier_id, last_position }) => {
      const positions = changes.filter((change) => change.supplier_id === supplier_id).map((c) => c.position);
      const isDense =
        positions.length === last_position && positions.every((position, i) => position === i + 1);
      return isDense ? [] : [`${supplier_id}: positions are not 1 to ${last_position}`];
    }),
  ];
}

async function faultsInFile({ db }: Store): Promise<string[]> {
  const integrity = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(db);
  const foreign = await sql`pragma foreign_key_check`.execute(db);
  return [
    ...integrity.rows.map((row) => row.integrity_check).filter((word) => word !== 'ok'),
    ...foreign.rows.map((row) => `foreign key: ${JSON.stringify(row)}`),
  ];
}

/** Each version has one change. Each change starts from the state before it, and the last one leads to the SKU's state. */
function faultsInLog(sku: SkuTable, changes: readonly InventoryChangeTable[]): string[] {
  const name = `${sku.supplier_id}/${sku.sku_id}`;
  const last = changes.at(-1);
  const isChained = changes.every((change, i) => {
    const before = changes[i - 1];
    return (
      change.version === i + 1 &&
      change.previous_position === (before?.position ?? null) &&
      (!before ||
        (change.quantity_in_stock_before === before.quantity_in_stock &&
          change.quantity_on_backorder_before === before.quantity_on_backorder &&
          change.restrictions_before === before.restrictions &&
          change.backorder_date_before === before.backorder_date))
    );
  });
  const isLed =
    sku.version === changes.length &&
    sku.last_change_position === (last?.position ?? null) &&
    (!last ||
      (last.quantity_in_stock === sku.quantity_in_stock &&
        last.quantity_on_backorder === sku.quantity_on_backorder &&
        last.restrictions === sku.restrictions &&
        last.backorder_date === sku.backorder_date));
  return [
    ...(isChained ? [] : [`${name}: a gap in its log`]),
    ...(isLed ? [] : [`${name}: not what its log says`]),
  ];
}
