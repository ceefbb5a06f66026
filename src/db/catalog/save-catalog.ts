/** Saves rows of a catalog within a transaction: which SKUs a supplier has, and under which codes they are found. */
import type { Kysely } from 'kysely';
import type { InventoryChange } from '../../domain/change.ts';
import {
  listedFields,
  type CatalogRow,
  type ImportOrigin,
  type Listing,
  type SaveCounts,
} from '../../domain/catalog.ts';
import { codeKinds } from '../../domain/identifier.ts';
import {
  plainRequest,
  type InventoryUpdate,
  type RowResult,
  type UpdateRequest,
} from '../../domain/update.ts';
import { createApplyRequests } from '../update/apply-updates.ts';
import { createInsertSkus, createUpdateSkus, toSkuRow } from './catalog-rows.ts';
import { createMatchSkus } from '../sku/find-skus.ts';
import { createReviveSkus } from './revive-skus.ts';
import type { Store } from '../store/store.ts';
import { createSkuCodes } from '../sku/sku-codes.ts';
import type { Tables } from '../store/tables.ts';

/** What a transaction saved. */
export interface SavedCatalog {
  readonly counts: SaveCounts;
  /** The supplier's newest change that the rows made; null when they made none. */
  readonly lastChange: InventoryChange | null;
}

/** Saves the rows in order within the transaction `trx`, which the caller commits. `now`: the time of what changes (ISO 8601). */
export type SaveCatalog = (
  trx: Kysely<Tables>,
  origin: ImportOrigin,
  rows: readonly CatalogRow[],
  now: string,
) => Promise<SavedCatalog>;

export function createSaveCatalog(store: Store): SaveCatalog {
  const insertNew = createInsertNew(store);
  const revive = createReviveSkus(store);
  const relist = createRelist(store);
  const applyRequests = createApplyRequests(store);
  return async (trx, origin, rows, now) => {
    // The same SKU may come more than once: its first row may create it, the later ones find it known.
    const firsts = new Map(rows.toReversed().map((row) => [row.skuId, row]));
    await requireSupplier(store, trx, origin.supplierId);
    const inserted = await insertNew(trx, origin.supplierId, [...firsts.values()], now);
    const known = rows.filter((row) => !inserted.has(row));
    const revived = await revive(trx, origin.supplierId, known, now);
    const relisted = await relist(trx, origin.supplierId, known, now);
    const updates = known.map((row) => toUpdate(revived.has(row) ? withInventory(row) : row));
    const [answer] = await applyRequests(trx, [toImportRequest(origin, updates)], now);
    // A request without a key is always answered.
    const results = answer && 'results' in answer ? answer.results : [];
    const isApplied = (i: number) => results[i]?.outcome === 'APPLIED';
    const updated = known.filter(
      (row, i) => !revived.has(row) && (relisted[i] === true || isApplied(i)),
    ).length;
    const created = inserted.size + revived.size;
    const changes = results.filter((_, i) => isApplied(i)).length;
    return {
      counts: { created, updated, unchanged: rows.length - created - updated, changes },
      lastChange: lastChangeOf(results),
    };
  };
}

/** A request's changes take their positions in the order of its rows. */
function lastChangeOf(results: readonly RowResult[]): InventoryChange | null {
  const changes = results.flatMap((result) => (result.outcome === 'APPLIED' ? result.change : []));
  return changes.at(-1) ?? null;
}

/** Inserts those SKUs that are new, and returns their rows. */
function createInsertNew(store: Store) {
  const insertSkus = createInsertSkus(store);
  const codes = createSkuCodes(store);
  return async (trx: Kysely<Tables>, supplierId: string, rows: readonly CatalogRow[], now: string) => {
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
function createRelist(store: Store) {
  const loadSkus = createMatchSkus(store, { lock: true });
  const updateSkus = createUpdateSkus(store);
  const codes = createSkuCodes(store);
  return async (trx: Kysely<Tables>, supplierId: string, rows: readonly CatalogRow[], now: string) => {
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

/** On PostgreSQL a deletion of the supplier waits for the import's transaction, and the next transaction finds it begun. */
async function requireSupplier({ kind }: Store, trx: Kysely<Tables>, supplierId: string): Promise<void> {
  const stored = trx.selectFrom('supplier').select('deleted_at').where('supplier_id', '=', supplierId);
  const supplier = await (kind === 'postgres' ? stored.forKeyShare() : stored).executeTakeFirst();
  if (supplier?.deleted_at !== null) throw new Error('The supplier does not exist, or is being deleted.');
}

/** A SKU that comes back begins as a new one does: with what the row says, and nothing else. */
function withInventory(row: CatalogRow): CatalogRow {
  const { quantityInStock = 0, quantityOnBackorder = 0, restrictions = null, backorderDate = null } = row;
  return { ...row, quantityInStock, quantityOnBackorder, restrictions, backorderDate };
}

function toImportRequest(
  { supplierId, actor, groupId = null }: ImportOrigin,
  rows: readonly InventoryUpdate[],
): UpdateRequest {
  return {
    supplierId,
    actor,
    source: 'IMPORT',
    operation: 'importSkus',
    rows,
    ...plainRequest,
    groupId,
  };
}

function toUpdate(row: CatalogRow): InventoryUpdate {
  const { skuId, quantityInStock, quantityOnBackorder, restrictions, backorderDate } = row;
  return {
    identifier: { kind: 'skuId', value: skuId, gtin: null },
    edit: { kind: 'SET', quantityInStock, quantityOnBackorder, restrictions, backorderDate },
  };
}
