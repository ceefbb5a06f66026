/** A catalog's rows in the table of SKUs: inserted, and listed anew. */
import { sql } from 'kysely';
import type { CatalogRow } from '../../domain/catalog.ts';
import type { Store } from '../store/store.ts';
import { createSetStatement } from '../store/set-statement.ts';
import type { SkuTable } from '../store/tables.ts';

/** What a catalog row sets when it makes a SKU. */
export type SkuRow = Omit<SkuTable, 'version' | 'last_change_position'>;

export function toSkuRow(supplierId: string, row: CatalogRow, now: string): SkuRow {
  return {
    supplier_id: supplierId,
    sku_id: row.skuId,
    item_id: row.itemId ?? null,
    title: row.title ?? null,
    condition: row.condition ?? null,
    upca: row.upca ?? null,
    ean13: row.ean13 ?? null,
    gtin14: row.gtin14 ?? null,
    isbn: row.isbn ?? null,
    quantity_in_stock: row.quantityInStock ?? 0,
    quantity_on_backorder: row.quantityOnBackorder ?? 0,
    restrictions: row.restrictions ?? null,
    updated_at: now,
  };
}

const skuColumns = {
  supplier_id: 'text',
  sku_id: 'text',
  item_id: 'text',
  title: 'text',
  condition: 'text',
  upca: 'text',
  ean13: 'text',
  gtin14: 'text',
  isbn: 'text',
  quantity_in_stock: 'integer',
  quantity_on_backorder: 'integer',
  restrictions: 'text',
  updated_at: 'text',
} as const;

/** Inserts those that are new, and returns their ids. */
export function createInsertSkus(store: Store) {
  return createSetStatement<SkuRow, Pick<SkuTable, 'sku_id'>>(store, skuColumns, (db) =>
    db
      .insertInto('sku')
      // `skuColumns` lists the columns in the order that the items have them.
      .columns(Object.keys(skuColumns) as (keyof typeof skuColumns)[])
      // In key order, so that two imports never wait for each other in a circle.
      .expression((eb) => eb.selectFrom('item').selectAll().orderBy('item.sku_id'))
      .onConflict((conflict) => conflict.doNothing())
      .returning('sku_id'),
  );
}

/** Sets what is listed; an item's inventory is not looked at. */
export function createUpdateSkus(store: Store) {
  return createSetStatement<SkuRow>(store, skuColumns, (db) =>
    db
      .updateTable('sku')
      .from('item')
      .set((eb) => ({
        item_id: eb.ref('item.item_id'),
        title: eb.ref('item.title'),
        condition: eb.ref('item.condition'),
        upca: eb.ref('item.upca'),
        ean13: eb.ref('item.ean13'),
        gtin14: eb.ref('item.gtin14'),
        isbn: eb.ref('item.isbn'),
        // A clock may go back: a SKU's times never do.
        updated_at: sql<string>`case when item.updated_at > sku.updated_at then item.updated_at else sku.updated_at end`,
      }))
      .whereRef('sku.supplier_id', '=', 'item.supplier_id')
      .whereRef('sku.sku_id', '=', 'item.sku_id'),
  );
}
