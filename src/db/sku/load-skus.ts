/** Loads SKUs by their keys. */
import type { Kysely } from 'kysely';
import type { Sku } from '../../domain/sku.ts';
import { inParts, onConnection, textsBySize } from '../store/many-rows.ts';
import { createSetStatement } from '../store/set-statement.ts';
import { toAsOf, toState } from '../store/state-row.ts';
import type { Store } from '../store/store.ts';
import { skuKey, type SkuTable, type Tables } from '../store/tables.ts';

/** Loads the SKUs with these IDs, by supplier, in no particular order. Unknown and deleted SKUs are left out. */
export type LoadSkus = (
  db: Kysely<Tables>,
  skuIds: ReadonlyMap<string, ReadonlySet<string>>,
) => Promise<Sku[]>;

/** With `lock`, PostgreSQL keeps the rows locked until the transaction ends. SQLite has no row locks: a transaction locks the whole file. */
export function createLoadSkus(store: Store, { lock }: { lock: boolean }): LoadSkus {
  return store.raw ? createLoadRaw(store, store.raw) : createLoadSet(store, lock);
}

/** Locks are taken in key order, so that two writers never deadlock. */
function createLoadSet(store: Store, lock: boolean): LoadSkus {
  const load = createSetStatement(store, skuKey, (db) => {
    const skus = db
      .selectFrom('item')
      .innerJoin('sku', (join) =>
        join.onRef('sku.supplier_id', '=', 'item.supplier_id').onRef('sku.sku_id', '=', 'item.sku_id'),
      )
      .where('sku.deleted_at', 'is', null)
      .selectAll('sku');
    return lock ? skus.orderBy('sku.supplier_id').orderBy('sku.sku_id').forUpdate('sku') : skus;
  });
  return async (db, skuIds) => {
    const keys = Array.from(skuIds, ([supplier_id, ids]) =>
      Array.from(ids, (sku_id) => ({ supplier_id, sku_id })),
    ).flat();
    return keys.length > 0 ? (await load(db, keys)).map(toSku) : [];
  };
}

const rawColumns = [
  'sku_id',
  'item_id',
  'title',
  'condition',
  'upca',
  'ean13',
  'gtin14',
  'isbn',
  'quantity_in_stock',
  'quantity_on_backorder',
  'restrictions',
  'backorder_date',
  'version',
  'updated_at',
  'last_change_position',
  'quantity_in_stock_as_of',
  'quantity_in_stock_set_as_of',
  'quantity_on_backorder_as_of',
  'quantity_on_backorder_set_as_of',
  'restrictions_as_of',
  'backorder_date_as_of',
] as const satisfies (keyof SkuTable)[];
type CellsOf<Names extends readonly (keyof SkuTable)[]> = { readonly [I in keyof Names]: SkuTable[Names[I]] };
type RawRow = CellsOf<typeof rawColumns>;

/** On SQLite many SKUs of a supplier are read at once, as arrays. */
function createLoadRaw(store: Store, raw: NonNullable<Store['raw']>): LoadSkus {
  const textOf = textsBySize(
    (rows) =>
      store.db
        .selectFrom('sku')
        .select(rawColumns)
        .where('supplier_id', '=', '')
        .where('sku_id', 'in', Array<string>(rows).fill(''))
        .where('deleted_at', 'is', null)
        .compile().sql,
  );
  return (db, skuIds) =>
    onConnection(db, () => {
      const skus: Sku[] = [];
      for (const [supplierId, ids] of skuIds) {
        inParts([...ids], (part) => {
          // The columns are those of `RawRow`.
          const rows = raw.read(textOf(part.length), [supplierId, ...part]) as unknown as RawRow[];
          for (const row of rows) skus.push(fromRaw(supplierId, row));
        });
      }
      return skus;
    });
}

function fromRaw(supplierId: string, row: RawRow): Sku {
  const [skuId, itemId, title, condition, upca, ean13, gtin14, isbn] = row;
  return {
    quantityInStock: row[8],
    quantityOnBackorder: row[9],
    restrictions: row[10],
    backorderDate: row[11],
    supplierId,
    skuId,
    itemId,
    title,
    condition,
    upca,
    ean13,
    gtin14,
    isbn,
    version: row[12],
    updatedAt: row[13],
    lastChangePosition: row[14],
    asOf: toAsOf({
      version: row[12],
      updated_at: row[13],
      quantity_in_stock_as_of: row[15],
      quantity_in_stock_set_as_of: row[16],
      quantity_on_backorder_as_of: row[17],
      quantity_on_backorder_set_as_of: row[18],
      restrictions_as_of: row[19],
      backorder_date_as_of: row[20],
    }),
  };
}

/** Converts a row of `sku` to the domain's SKU. */
export function toSku(row: SkuTable): Sku {
  return {
    ...toState(row),
    supplierId: row.supplier_id,
    skuId: row.sku_id,
    itemId: row.item_id,
    title: row.title,
    condition: row.condition,
    upca: row.upca,
    ean13: row.ean13,
    gtin14: row.gtin14,
    isbn: row.isbn,
    version: row.version,
    updatedAt: row.updated_at,
    lastChangePosition: row.last_change_position,
    asOf: toAsOf(row),
  };
}
