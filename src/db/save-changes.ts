/** Stores what was decided: the SKUs' new state, and one row a change in the append-only log. */
import { sql, type Kysely } from 'kysely';
import type { InventoryChange } from '../inventory.ts';
import type { Sku } from '../sku.ts';
import type { Store } from './open.ts';
import { changeColumns, toChangeRow } from './change-row.ts';
import { createSetStatement, type SetStatement } from './set-statement.ts';
import type { InventoryChangeTable, SkuTable, SupplierTable, Tables } from './tables.ts';

/** `skus` are the last states, one a SKU; `changes` all that led there, in order. Gives each change its position. */
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
    await saveSkus(trx, skus.map(toSavedSku));
    const counts = new Map<string, number>();
    for (const { supplierId } of changes) counts.set(supplierId, (counts.get(supplierId) ?? 0) + 1);
    // Last before the commit: from here to there this supplier's other writers wait, which keeps
    // positions in the order of commits, so that a reader who follows them never skips one.
    const taken = await takePositions(
      trx,
      Array.from(counts, ([supplier_id, count]) => ({ supplier_id, count })),
    );
    const last = new Map(
      taken.map(({ supplier_id, last_position }) => [
        supplier_id,
        last_position - (counts.get(supplier_id) ?? 0),
      ]),
    );
    const positioned = changes.map((change) => {
      const position = (last.get(change.supplierId) ?? 0) + 1;
      last.set(change.supplierId, position);
      return { ...change, position };
    });
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
>;

function toSavedSku(sku: Sku): SavedSku {
  return {
    supplier_id: sku.supplierId,
    sku_id: sku.skuId,
    quantity_in_stock: sku.quantityInStock,
    quantity_on_backorder: sku.quantityOnBackorder,
    restrictions: sku.restrictions,
    version: sku.version,
    updated_at: sku.updatedAt,
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
        }))
        .whereRef('sku.supplier_id', '=', 'item.supplier_id')
        .whereRef('sku.sku_id', '=', 'item.sku_id'),
  );
}

/** Moves each supplier's last position on by the number of its changes. */
function createTakePositions(store: Store) {
  return createSetStatement<
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
