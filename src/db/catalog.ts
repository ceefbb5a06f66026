/** The catalog in a store: which SKUs a supplier has, and under which codes they are found. Saved as sets of rows. */
import { sql, type Kysely } from 'kysely';
import { codeKinds } from '../identifier.ts';
import type { InventoryState, InventoryUpdate, Origin, Sku } from '../inventory.ts';
import { createApplyUpdates } from './inventory.ts';
import { createMatchSkus } from './match.ts';
import type { Store } from './open.ts';
import { createSetStatement } from './set-statement.ts';
import { createSkuCodes } from './sku-codes.ts';
import type { SkuTable, Tables } from './tables.ts';
import { inTransaction } from './transaction.ts';

const listedFields = ['itemId', 'title', 'condition', ...codeKinds] as const;
type Listing = Pick<Sku, 'skuId' | (typeof listedFields)[number]>;

/** A SKU as its supplier lists it. A field left out stays as it is; null clears it. */
export interface CatalogRow extends Partial<Omit<Listing, 'skuId'>>, Partial<InventoryState> {
  readonly skuId: string;
}

/** What became of the rows; each is counted once. */
export interface SaveCounts {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
}

export interface Catalog {
  /**
   * Saves the rows in order, all in one transaction; resolves once they are on disk. The supplier must be known. A new SKU
   * starts at version 0; what a row changes in a known one's inventory is applied and recorded like any update.
   */
  save(origin: Origin, rows: readonly CatalogRow[]): Promise<SaveCounts>;
}

export function createCatalog(store: Store, clock: () => Date): Catalog {
  const insertNew = createInsertNew(store, clock);
  const relist = createRelist(store, clock);
  const applyUpdates = createApplyUpdates(store, clock);
  const save = async (trx: Kysely<Tables>, origin: Origin, rows: readonly CatalogRow[]) => {
    // The same SKU may come more than once: its first row may create it, the later ones find it known.
    const firsts = new Map(rows.toReversed().map((row) => [row.skuId, row]));
    const created = await insertNew(trx, origin.supplierId, [...firsts.values()]);
    const known = rows.filter((row) => !created.has(row));
    const relisted = await relist(trx, origin.supplierId, known);
    const [results = []] = await applyUpdates(trx, [{ origin, updates: known.map(toUpdate) }]);
    const updated = known.filter((_, i) => relisted[i] === true || results[i]?.outcome === 'APPLIED').length;
    return { created: created.size, updated, unchanged: rows.length - created.size - updated };
  };
  return { save: (origin, rows) => inTransaction(store, (trx) => save(trx, origin, rows)) };
}

/**
 * PostgreSQL gathers statistics by itself only a minute or so after many rows came in; until then it may plan for the empty
 * tables that it remembers, and scan them whole. SQLite's plans need none.
 */
export async function refreshStatistics(store: Store): Promise<void> {
  if (store.kind !== 'postgres') return;
  await sql`analyze sku`.execute(store.db);
  await sql`analyze sku_code`.execute(store.db);
}

/** Inserts those SKUs that are new, and returns their rows. */
function createInsertNew(store: Store, clock: () => Date) {
  const insertSkus = createInsertSkus(store);
  const codes = createSkuCodes(store);
  return async (trx: Kysely<Tables>, supplierId: string, rows: readonly CatalogRow[]) => {
    const now = clock().toISOString();
    const inserted = await insertSkus(
      trx,
      rows.map((row) => toSkuRow(supplierId, row, now)),
    );
    const newIds = new Set(inserted.map(({ sku_id }) => sku_id));
    const created = rows.filter(({ skuId }) => newIds.has(skuId));
    await codes.add(trx, supplierId, created);
    return new Set(created);
  };
}

/** Brings what is listed of known SKUs up to date; says for each row whether it changed anything. */
function createRelist(store: Store, clock: () => Date) {
  const loadSkus = createMatchSkus(store, { lock: true });
  const updateSkus = createUpdateSkus(store);
  const codes = createSkuCodes(store);
  return async (trx: Kysely<Tables>, supplierId: string, rows: readonly CatalogRow[]) => {
    const wanted = rows.map((row) => ({ supplierId, identifier: toUpdate(row).identifier }));
    const stored = new Map((await loadSkus(trx, wanted)).flat().map((sku) => [sku.skuId, sku]));
    const latest = new Map<string, Listing>();
    const relisted = rows.map((row) => {
      const before = latest.get(row.skuId) ?? stored.get(row.skuId);
      if (!before) throw new Error(`SKU ${row.skuId} is neither new nor known.`);
      if (listedFields.every((field) => row[field] === undefined || row[field] === before[field]))
        return false;
      latest.set(row.skuId, { ...before, ...row });
      return true;
    });
    if (latest.size === 0) return relisted;

    const listings = [...latest.values()];
    const now = clock().toISOString();
    await updateSkus(
      trx,
      listings.map((listing) => toSkuRow(supplierId, listing, now)),
    );
    const isRecoded = (listing: Listing) =>
      codeKinds.some((kind) => listing[kind] !== stored.get(listing.skuId)?.[kind]);
    await codes.replace(trx, supplierId, listings.filter(isRecoded));
    return relisted;
  };
}

function toUpdate({
  skuId,
  quantityInStock,
  quantityOnBackorder,
  restrictions,
}: CatalogRow): InventoryUpdate {
  const identifier = { kind: 'skuId', value: skuId, gtin: null } as const;
  return { identifier, quantityInStock, quantityOnBackorder, restrictions };
}

type SkuRow = Omit<SkuTable, 'version'>;

function toSkuRow(supplierId: string, row: CatalogRow, now: string): SkuRow {
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

const skuColumns = [
  ...(['supplier_id', 'sku_id', 'item_id', 'title', 'condition', ...codeKinds] as const),
  ...(['quantity_in_stock', 'quantity_on_backorder', 'restrictions', 'updated_at'] as const),
] as const;

const skuColumnTypes = {
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

function createInsertSkus(store: Store) {
  return createSetStatement<SkuRow, Pick<SkuTable, 'sku_id'>>(store, skuColumnTypes, (db) =>
    db
      .insertInto('sku')
      .columns(skuColumns)
      // In key order, so that two imports never wait for each other in a circle.
      .expression((eb) => eb.selectFrom('item').select(skuColumns).orderBy('sku_id'))
      .onConflict((conflict) => conflict.doNothing())
      .returning('sku_id'),
  );
}

/** Sets what is listed; an item's inventory is not looked at. */
function createUpdateSkus(store: Store) {
  return createSetStatement<SkuRow>(store, skuColumnTypes, (db) =>
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
        updated_at: eb.ref('item.updated_at'),
      }))
      .whereRef('sku.supplier_id', '=', 'item.supplier_id')
      .whereRef('sku.sku_id', '=', 'item.sku_id'),
  );
}
