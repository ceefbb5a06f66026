/** Stores what was decided: the SKUs' new state, and one row a change in the append-only log. */
import { sql, type Kysely } from 'kysely';
import type { InventoryChange } from '../inventory.ts';
import type { Sku } from '../sku.ts';
import type { Store } from './open.ts';
import { changeColumns, toChangeRow } from './change-row.ts';
import { keyOf } from './match.ts';
import { createSetStatement, type SetStatement } from './set-statement.ts';
import type { InventoryChangeTable, SkuTable, SupplierTable, Tables } from './tables.ts';

/**
 * `skus` are the last states, one a SKU; `changes` all that led there, in order. Gives each change its position. The caller has locked
 * the suppliers: they stay so until the commit, which keeps positions in the order of commits, so that a reader who follows them skips none.
 */
export type SaveChanges = (
  trx: Kysely<Tables>,
  skus: readonly Sku[],
  changes: readonly InventoryChange[],
) => Promise<InventoryChange[]>;

export function createSaveChanges(store: Store): SaveChanges {
  const saveSkus = createSaveSkus(store);
  const takePositions = createTakePositions(store);
  const recordChanges = createRecordChanges(store);
  return async (trx, skus, changes) => {
    if (changes.length === 0) return [];
    const lastPositions = await takePositions(trx, changes);
    const lastOfSku = new Map(skus.map((sku) => [keyOf(sku.supplierId, sku.skuId), sku.lastChangePosition]));
    const positioned = changes.map((change) => {
      const position = (lastPositions.get(change.supplierId) ?? 0) + 1;
      lastPositions.set(change.supplierId, position);
      const key = keyOf(change.supplierId, change.skuId);
      const previousPosition = lastOfSku.get(key) ?? null;
      lastOfSku.set(key, position);
      return { ...change, position, previousPosition };
    });
    await saveSkus(
      trx,
      skus.map((sku) => toSavedSku(sku, lastOfSku.get(keyOf(sku.supplierId, sku.skuId)) ?? null)),
    );
    await recordChanges(trx, positioned.map(toChangeRow));
    return positioned;
  };
}

type SavedSku = Pick<
  SkuTable,
  | 'supplier_id'
  | 'sku_id'
  | 'quantity_in_stock'
  | 'quantity_on_backorder'
  | 'restrictions'
  | 'version'
  | 'updated_at'
  | 'last_change_position'
>;

function toSavedSku(sku: Sku, lastChangePosition: number | null): SavedSku {
  return {
    supplier_id: sku.supplierId,
    sku_id: sku.skuId,
    quantity_in_stock: sku.quantityInStock,
    quantity_on_backorder: sku.quantityOnBackorder,
    restrictions: sku.restrictions,
    version: sku.version,
    updated_at: sku.updatedAt,
    last_change_position: lastChangePosition,
  };
}

function createSaveSkus(store: Store): SetStatement<SavedSku> {
  return createSetStatement<SavedSku>(
    store,
    {
      supplier_id: 'text',
      sku_id: 'text',
      quantity_in_stock: 'integer',
      quantity_on_backorder: 'integer',
      restrictions: 'text',
      version: 'integer',
      updated_at: 'text',
      last_change_position: 'bigint',
    },
    (db) =>
      db
        .updateTable('sku')
        .from('item')
        .set((eb) => ({
          quantity_in_stock: eb.ref('item.quantity_in_stock'),
          quantity_on_backorder: eb.ref('item.quantity_on_backorder'),
          restrictions: eb.ref('item.restrictions'),
          version: eb.ref('item.version'),
          updated_at: eb.ref('item.updated_at'),
          last_change_position: eb.ref('item.last_change_position'),
        }))
        .whereRef('sku.supplier_id', '=', 'item.supplier_id')
        .whereRef('sku.sku_id', '=', 'item.sku_id'),
  );
}

/** Moves each supplier's last position on by the number of its changes; gives the positions before, by supplier. */
function createTakePositions(store: Store) {
  const movePositions = createSetStatement<
    { supplier_id: string; count: number },
    Pick<SupplierTable, 'supplier_id' | 'last_position'>
  >(store, { supplier_id: 'text', count: 'integer' }, (db) =>
    db
      .updateTable('supplier')
      .from('item')
      .set({ last_position: sql<number>`supplier.last_position + item.count` })
      .whereRef('supplier.supplier_id', '=', 'item.supplier_id')
      .returning(['supplier.supplier_id', 'supplier.last_position']),
  );
  return async (trx: Kysely<Tables>, changes: readonly InventoryChange[]): Promise<Map<string, number>> => {
    const counts = new Map<string, number>();
    for (const { supplierId } of changes) counts.set(supplierId, (counts.get(supplierId) ?? 0) + 1);
    const suppliers = Array.from(counts, ([supplier_id, count]) => ({ supplier_id, count }));
    const moved = await movePositions(trx, suppliers);
    return new Map(
      moved.map(({ supplier_id, last_position }) => [
        supplier_id,
        last_position - (counts.get(supplier_id) ?? 0),
      ]),
    );
  };
}

function createRecordChanges(store: Store): SetStatement<InventoryChangeTable> {
  return createSetStatement<InventoryChangeTable>(store, changeColumns, (db) =>
    db
      .insertInto('inventory_change')
      // `changeColumns` lists the columns in the order that the items have them.
      .columns(Object.keys(changeColumns) as (keyof typeof changeColumns)[])
      .expression((eb) => eb.selectFrom('item').selectAll()),
  );
}
