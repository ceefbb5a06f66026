/** A catalog's rows in the table of SKUs: inserted, and listed anew. */
import { sql } from 'kysely';
import type { CatalogRow } from '../../domain/catalog.ts';
import { asInItem, namesOf, pick, type RowOf } from '../store/columns.ts';
import type { Store } from '../store/store.ts';
import { createSetStatement } from '../store/set-statement.ts';
import { toStateRow } from '../store/state-row.ts';
import { listingColumns, skuKey, stateColumns, tables } from '../store/tables.ts';

/** What a catalog row sets when it makes a SKU. */
const rowColumns = {
  ...skuKey,
  ...listingColumns,
  ...stateColumns,
  ...pick(tables.sku.columns, 'updated_at'),
};
type SkuRow = RowOf<typeof rowColumns>;

export function toSkuRow(supplierId: string, row: CatalogRow, now: string): SkuRow {
  return {
    ...toStateRow({
      quantityInStock: 0,
      quantityOnBackorder: 0,
      restrictions: null,
      backorderDate: null,
      ...row,
    }),
    supplier_id: supplierId,
    sku_id: row.skuId,
    item_id: row.itemId ?? null,
    title: row.title ?? null,
    condition: row.condition ?? null,
    upca: row.upca ?? null,
    ean13: row.ean13 ?? null,
    gtin14: row.gtin14 ?? null,
    isbn: row.isbn ?? null,
    updated_at: now,
  };
}

/** Inserts those that are new, and returns their ids. */
export function createInsertSkus(store: Store) {
  return createSetStatement(store, rowColumns, (db) =>
    db
      .insertInto('sku')
      .columns(namesOf(rowColumns))
      // In key order, so that two imports never wait for each other in a circle.
      .expression((eb) => eb.selectFrom('item').selectAll().orderBy('item.sku_id'))
      .onConflict((conflict) => conflict.doNothing())
      .returning('sku_id'),
  );
}

/** Sets what is listed, also of deleted SKUs, which come back; an item's inventory is not looked at. */
export function createUpdateSkus(store: Store) {
  return createSetStatement(store, rowColumns, (db) =>
    db
      .updateTable('sku')
      .from('item')
      .set({
        ...asInItem(listingColumns),
        deleted_at: sql<null>`null`,
        // A clock may go back: a SKU's times never do.
        updated_at: sql<string>`case when item.updated_at > sku.updated_at then item.updated_at else sku.updated_at end`,
      })
      .whereRef('sku.supplier_id', '=', 'item.supplier_id')
      .whereRef('sku.sku_id', '=', 'item.sku_id'),
  );
}
