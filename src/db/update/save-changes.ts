/** Stores what was decided: the SKUs' new state, and one row a change in the append-only log. */
import { sql, type Kysely } from 'kysely';
import type { InventoryChange } from '../../domain/change.ts';
import type { Sku } from '../../domain/sku.ts';
import { asInItem, integer, namesOf, pick, type RowOf } from '../store/columns.ts';
import type { Store } from '../store/store.ts';
import { linkChanges, type LinkedChange, type SaveLinked } from './linked-change.ts';
import { createSaveInOne } from './save-in-one.ts';
import { createSetStatement } from '../store/set-statement.ts';
import { toRowsWithSharedTexts } from '../change/shared-texts.ts';
import { toStateRow } from '../store/state-row.ts';
import { skuKey, stateColumns, supplierKey, tables, type Tables } from '../store/tables.ts';

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
  const { columns } = tables.inventory_change;
  const recordChanges = createSetStatement(store, columns, (db) =>
    db
      .insertInto('inventory_change')
      .columns(namesOf(columns))
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

/** What a change leaves of a SKU. */
const leftColumns = {
  ...stateColumns,
  ...pick(tables.sku.columns, 'version', 'updated_at', 'last_change_position'),
};
const savedColumns = { ...skuKey, ...leftColumns };

/** A SKU as its last change leaves it. */
function toSavedSku(change: PlacedChange): RowOf<typeof savedColumns> {
  return {
    ...toStateRow(change.after),
    supplier_id: change.supplierId,
    sku_id: change.skuId,
    version: change.version,
    updated_at: change.changedAt,
    last_change_position: change.position,
  };
}

function createSaveSkus(store: Store) {
  return createSetStatement(store, savedColumns, (db) =>
    db
      .updateTable('sku')
      .from('item')
      .set(asInItem(leftColumns))
      .whereRef('sku.supplier_id', '=', 'item.supplier_id')
      .whereRef('sku.sku_id', '=', 'item.sku_id'),
  );
}

/** Moves each supplier's last position on by the number of its changes; gives the positions before, by supplier. */
function createTakePositions(store: Store) {
  const movePositions = createSetStatement(store, { ...supplierKey, count: integer() }, (db) =>
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
