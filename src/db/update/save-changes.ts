/** Stores what was decided: the SKUs' new state, and one row a change in the append-only log. */
import { sql, type Kysely } from 'kysely';
import type { InventoryChange } from '../../domain/change.ts';
import type { Sku } from '../../domain/sku.ts';
import type { Store } from '../store/store.ts';
import { changeColumns } from '../change/change-row.ts';
import { linkChanges, type LinkedChange, type SaveLinked } from './linked-change.ts';
import { createSaveInOne } from './save-in-one.ts';
import { createSetStatement, type SetStatement } from '../store/set-statement.ts';
import { toRowsWithSharedTexts } from '../change/shared-texts.ts';
import type { InventoryChangeTable, SkuTable, SupplierTable, Tables } from '../store/tables.ts';

/**
 * `skus` are the last states, one a SKU; `changes` all that led there, in order. Gives each change its position. The caller has locked
 * the suppliers: they stay so until the commit, which keeps positions in the order of commits, so that a reader who follows them skips
 * none. With `thenCommit` nothing else is done in the transaction, and the commit may go along.
 */
export type SaveChanges = (
  trx: Kysely<Tables>,
  skus: readonly Sku[],
  changes: readonly InventoryChange[],
  thenCommit: boolean,
) => Promise<InventoryChange[]>;

export function createSaveChanges(store: Store): SaveChanges {
  // What costs on PostgreSQL is the way there and back; for SQLite short statements are the fastest.
  const save = store.kind === 'postgres' ? createSaveInOne(store) : createSaveOneByOne(store);
  return async (trx, skus, changes, thenCommit) => {
    if (changes.length === 0) return [];
    const linked = linkChanges(skus, changes);
    return place(linked, await save(trx, linked, thenCommit));
  };
}

type PlacedChange = InventoryChange & { readonly position: number };

function place(linked: readonly LinkedChange[], before: ReadonlyMap<string, number>): PlacedChange[] {
  return linked.map(({ change, number, previousNumber, storedPosition }) => {
    const base = before.get(change.supplierId) ?? 0;
    const previousPosition = previousNumber === null ? storedPosition : base + previousNumber;
    return { ...change, position: base + number, previousPosition };
  });
}

function createSaveOneByOne(store: Store): SaveLinked {
  const saveSkus = createSaveSkus(store);
  const takePositions = createTakePositions(store);
  const recordChanges = createSetStatement<InventoryChangeTable>(store, changeColumns, (db) =>
    db
      .insertInto('inventory_change')
      // `changeColumns` lists the columns in the order that the items have them.
      .columns(Object.keys(changeColumns) as (keyof typeof changeColumns)[])
      .expression((eb) => eb.selectFrom('item').selectAll()),
  );
  return async (trx, linked) => {
    const before = await takePositions(trx, linked);
    const placed = place(linked, before);
    await saveSkus(trx, placed.filter((_, i) => linked[i]?.isLast === true).map(toSavedSku));
    await recordChanges(trx, toRowsWithSharedTexts(placed));
    return before;
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

/** A SKU as its last change leaves it. */
function toSavedSku(change: PlacedChange): SavedSku {
  return {
    supplier_id: change.supplierId,
    sku_id: change.skuId,
    quantity_in_stock: change.after.quantityInStock,
    quantity_on_backorder: change.after.quantityOnBackorder,
    restrictions: change.after.restrictions,
    version: change.version,
    updated_at: change.changedAt,
    last_change_position: change.position,
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
  return async (trx: Kysely<Tables>, linked: readonly LinkedChange[]): Promise<Map<string, number>> => {
    const counts = new Map(linked.map(({ change, number }) => [change.supplierId, number]));
    const moved = await movePositions(
      trx,
      Array.from(counts, ([supplier_id, count]) => ({ supplier_id, count })),
    );
    return new Map(
      moved.map(({ supplier_id, last_position }) => [
        supplier_id,
        last_position - (counts.get(supplier_id) ?? 0),
      ]),
    );
  };
}
