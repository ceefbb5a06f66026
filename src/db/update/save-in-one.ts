/** Saves positions, SKUs and the log in one PostgreSQL statement. One round trip keeps the locks on suppliers' rows short. */
import { sql } from 'kysely';
import { asInItem, integer, namesOf, orNull, type RowOf } from '../store/columns.ts';
import type { Store } from '../store/store.ts';
import { THEN_COMMIT } from '../driver/postgres/pipeline.ts';
import type { LinkedChange, SaveLinked } from './linked-change.ts';
import { createSetStatement } from '../store/set-statement.ts';
import { toRowsWithSharedTexts } from '../change/shared-texts.ts';
import { toAsOfRow } from '../store/state-row.ts';
import { asOfColumns, skuKey, stateColumns, tables } from '../store/tables.ts';

/** A row of the log whose positions count from 1 for each supplier. The statement adds the supplier's last position. */
const linkedColumns = {
  ...tables.inventory_change.columns,
  ...asOfColumns,
  previous_number: orNull(integer()),
  is_last: integer(),
};
type LinkedRow = RowOf<typeof linkedColumns>;

/** Prepares the statements. */
export function createSaveInOne(store: Store): SaveLinked {
  const save = createSaveStatement(store);
  const saveAsOf = createSaveAsOf(store);
  return {
    confirm: async (trx, skus) => {
      await saveAsOf(
        trx,
        skus.map(({ left: { supplierId, skuId, asOf } }) => ({
          ...toAsOfRow(asOf),
          supplier_id: supplierId,
          sku_id: skuId,
        })),
      );
    },
    save: async (trx, linked, thenCommit) => {
      const moved = await save(trx, toLinkedRows(linked), thenCommit ? THEN_COMMIT : '');
      return new Map(moved.map(({ supplier_id, base }) => [supplier_id, base]));
    },
  };
}

function createSaveAsOf(store: Store) {
  return createSetStatement(store, { ...skuKey, ...asOfColumns }, (db) =>
    db
      .updateTable('sku')
      .from('item')
      .set(asInItem(asOfColumns))
      .whereRef('sku.supplier_id', '=', 'item.supplier_id')
      .whereRef('sku.sku_id', '=', 'item.sku_id'),
  );
}

function toLinkedRows(linked: readonly LinkedChange[]): LinkedRow[] {
  const rows = toRowsWithSharedTexts(
    linked.map(({ change, number, storedPosition }) => ({
      ...change,
      position: number,
      previousPosition: storedPosition,
    })),
  );
  return rows.map((row, i) => {
    const { last = null, previousNumber = null } = linked[i] ?? {};
    return {
      ...row,
      ...(last ? toAsOfRow(last.left.asOf) : noTimes),
      previous_number: previousNumber,
      is_last: last ? 1 : 0,
    };
  });
}

/** Of a change that is not its SKU's last in the batch. They are not read. */
const noTimes: RowOf<typeof asOfColumns> = {
  quantity_in_stock_as_of: null,
  quantity_in_stock_set_as_of: null,
  quantity_on_backorder_as_of: null,
  quantity_on_backorder_set_as_of: null,
  restrictions_as_of: null,
  backorder_date_as_of: null,
};

const changeNames = namesOf(tables.inventory_change.columns);
const position = sql<number>`moved.base + item.position`;

/** A SKU as its last change leaves it. */
const lastState = {
  ...asInItem(stateColumns),
  ...asInItem(asOfColumns),
  version: sql<number>`item.version`,
  updated_at: sql<string>`item.changed_at`,
  last_change_position: position,
};

/** SQL for the value that the log stores in this column. */
function recorded(name: (typeof changeNames)[number]) {
  if (name === 'position') return position.as(name);
  if (name === 'previous_position')
    return sql`coalesce(moved.base + item.previous_number, item.previous_position)`.as(name);
  // A reference to the texts of another change (shared-texts.ts) counts from 1 too.
  if (name === 'reference_document_uri')
    return sql`case when item.reference_document_uri like '*%'
      then concat('*', moved.base + cast(substr(item.reference_document_uri, 2) as bigint))
      else item.reference_document_uri end`.as(name);
  return sql.ref(`item.${name}`).as(name);
}

/** The statement moves positions before it saves. So it also locks the row of a supplier: of one only, as it would lock several in any order. */
function createSaveStatement(store: Store) {
  return createSetStatement(store, linkedColumns, (db) =>
    db
      .with('moved', (cte) =>
        cte
          .updateTable('supplier')
          .from((eb) =>
            eb
              .selectFrom('item')
              .select(['item.supplier_id', eb.fn.countAll<number>().as('count')])
              .groupBy('item.supplier_id')
              .as('counted'),
          )
          .set({ last_position: sql<number>`supplier.last_position + counted.count` })
          .whereRef('supplier.supplier_id', '=', 'counted.supplier_id')
          .returning([
            'supplier.supplier_id',
            sql<number>`supplier.last_position - counted.count`.as('base'),
          ]),
      )
      .with('saved', (cte) =>
        cte
          .updateTable('sku')
          .from('item')
          .innerJoin('moved', 'moved.supplier_id', 'item.supplier_id')
          .set(lastState)
          .whereRef('sku.supplier_id', '=', 'item.supplier_id')
          .whereRef('sku.sku_id', '=', 'item.sku_id')
          .where(sql<boolean>`item.is_last = 1`),
      )
      .with('recorded', (cte) =>
        cte
          .insertInto('inventory_change')
          .columns(changeNames)
          .expression((eb) =>
            eb
              .selectFrom('item')
              .innerJoin('moved', 'moved.supplier_id', 'item.supplier_id')
              .select(changeNames.map(recorded)),
          ),
      )
      .selectFrom('moved')
      .select(['supplier_id', 'base']),
  );
}
