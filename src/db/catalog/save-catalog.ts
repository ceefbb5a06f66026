/** The catalog in a store: which SKUs a supplier has, and under which codes they are found. Saved as sets of rows. */
import { sql, type Kysely } from 'kysely';
import {
  listedFields,
  type Catalog,
  type CatalogRow,
  type ImportOrigin,
  type Listing,
} from '../../domain/catalog.ts';
import { codeKinds } from '../../domain/identifier.ts';
import type { InventoryUpdate, UpdateRequest } from '../../domain/update.ts';
import { createApplyRequests } from '../update/apply-updates.ts';
import { createInsertSkus, createUpdateSkus, toSkuRow } from './catalog-rows.ts';
import { createMatchSkus } from '../sku/find-skus.ts';
import type { Store } from '../store/store.ts';
import { createSkuCodes } from '../sku/sku-codes.ts';
import type { Tables } from '../store/tables.ts';
import { inTransaction } from '../store/transaction.ts';

export function createCatalog(store: Store, clock: () => Date): Catalog {
  const insertNew = createInsertNew(store, clock);
  const relist = createRelist(store, clock);
  const applyRequests = createApplyRequests(store);
  const save = async (trx: Kysely<Tables>, origin: ImportOrigin, rows: readonly CatalogRow[]) => {
    // The same SKU may come more than once: its first row may create it, the later ones find it known.
    const firsts = new Map(rows.toReversed().map((row) => [row.skuId, row]));
    const created = await insertNew(trx, origin.supplierId, [...firsts.values()]);
    const known = rows.filter((row) => !created.has(row));
    const relisted = await relist(trx, origin.supplierId, known);
    const [answer] = await applyRequests(trx, [toRequest(origin, known)], clock().toISOString());
    // A request without a key is always answered.
    const results = answer && 'results' in answer ? answer.results : [];
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
    const stored = new Map(
      (await loadSkus(trx, wanted)).flatMap(({ skus }) => skus).map((sku) => [sku.skuId, sku]),
    );
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

function toRequest({ supplierId, actor }: ImportOrigin, rows: readonly CatalogRow[]): UpdateRequest {
  return {
    supplierId,
    actor,
    source: 'IMPORT',
    operation: 'importSkus',
    rows: rows.map(toUpdate),
    atomicity: 'BEST_EFFORT',
    dryRun: false,
    idempotencyKey: null,
    reason: null,
    referenceDocumentUri: null,
    groupId: null,
  };
}

function toUpdate(row: CatalogRow): InventoryUpdate {
  const { skuId, quantityInStock, quantityOnBackorder, restrictions } = row;
  return {
    identifier: { kind: 'skuId', value: skuId, gtin: null },
    edit: { kind: 'SET', quantityInStock, quantityOnBackorder, restrictions },
  };
}
