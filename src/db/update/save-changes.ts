/** Stores what was decided: the SKUs' new states, and one row for each change in the append-only log. */
import { sql, type Kysely } from 'kysely';
import type { InventoryChange } from '../../domain/change.ts';
import { keyOf, type AsOf, type Sku } from '../../domain/sku.ts';
import { asInItem, integer, namesOf, pick, type RowOf } from '../store/columns.ts';
import type { Store } from '../store/store.ts';
import { linkChanges, type LinkedChange, type SaveLinked } from './linked-change.ts';
import { createSaveInOne } from './save-in-one.ts';
import { createSetStatement } from '../store/set-statement.ts';
import { toRowsWithSharedTexts } from '../change/shared-texts.ts';
import { toAsOfRow, toStateRow } from '../store/state-row.ts';
import { asOfColumns, skuKey, stateColumns, supplierKey, tables, type Tables } from '../store/tables.ts';

/**
 * Stores `changes`, in order, and the state that the batch left of each SKU. Resolves to the changes with their positions. `skus`: each
 * SKU of the batch, once. One without a change has newer as-of times.
 *
 * The caller has locked the suppliers' rows until the commit. So positions follow the order of commits, and a reader that follows them
 * skips none. `thenCommit`: no other statement follows in the transaction, so the COMMIT may be sent along.
 */
export type SaveChanges = (
  trx: Kysely<Tables>,
  skus: readonly Sku[],
  changes: readonly InventoryChange[],
  thenCommit: boolean,
) => Promise<InventoryChange[]>;

/** Prepares the statements. */
export function createSaveChanges(store: Store): SaveChanges {
  // On PostgreSQL the round trip costs most, so one statement does it all. On SQLite several short statements are the fastest.
  const save = store.kind === 'postgres' ? createSaveInOne(store) : createSaveOneByOne(store);
  const saveAsOf = createSaveAsOf(store);
  return async (trx, skus, changes, thenCommit) => {
    const changed = new Set(changes.map(({ supplierId, skuId }) => keyOf(supplierId, skuId)));
    const confirmed = skus.filter(({ supplierId, skuId }) => !changed.has(keyOf(supplierId, skuId)));
    if (confirmed.length > 0) await saveAsOf(trx, confirmed.map(toConfirmedSku));
    if (changes.length === 0) return [];
    const linked = linkChanges(skus, changes);
    return place(linked, await save(trx, linked, thenCommit));
  };
}

type PlacedChange = InventoryChange & { readonly position: number };

/** Turns numbers into positions. `before`: each supplier's last position before the batch. */
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
    const skus = placed.flatMap((change, i) => {
      const last = linked[i]?.last;
      return last ? toSavedSku(change, last.asOf) : [];
    });
    await saveSkus(trx, skus);
    await recordChanges(trx, toRowsWithSharedTexts(placed));
    return before;
  };
}

/** The columns of a SKU that a change sets. */
const leftColumns = {
  ...stateColumns,
  ...asOfColumns,
  ...pick(tables.sku.columns, 'version', 'updated_at', 'last_change_position'),
};
const savedColumns = { ...skuKey, ...leftColumns };

/** A SKU as its last change leaves it. */
function toSavedSku(change: PlacedChange, asOf: AsOf): RowOf<typeof savedColumns> {
  return {
    ...toStateRow(change.after),
    ...toAsOfRow(asOf),
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

const confirmedColumns = { ...skuKey, ...asOfColumns };

/** A SKU of which an update said again what was known. It has no change, and keeps its version. */
function toConfirmedSku({ supplierId, skuId, asOf }: Sku): RowOf<typeof confirmedColumns> {
  return { ...toAsOfRow(asOf), supplier_id: supplierId, sku_id: skuId };
}

function createSaveAsOf(store: Store) {
  return createSetStatement(store, confirmedColumns, (db) =>
    db
      .updateTable('sku')
      .from('item')
      .set(asInItem(asOfColumns))
      .whereRef('sku.supplier_id', '=', 'item.supplier_id')
      .whereRef('sku.sku_id', '=', 'item.sku_id'),
  );
}

/** Advances each supplier's last position by the number of its changes. Resolves to the positions before, by supplier. */
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
