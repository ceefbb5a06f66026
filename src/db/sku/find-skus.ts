/** Finds the SKUs that identifiers name. One set statement maps codes to SKU IDs, and another loads the rows. */
import type { Kysely } from 'kysely';
import type { Candidates } from '../../domain/decide.ts';
import type { Identifier } from '../../domain/identifier.ts';
import { MAX_CANDIDATES } from '../../domain/refusal.ts';
import { keyOf, type Sku } from '../../domain/sku.ts';
import { createCountShared, type CountShared } from './count-shared.ts';
import { createFindCodes, toWantedCode, type FindCodes } from './find-codes.ts';
import type { RowOf } from '../store/columns.ts';
import type { Store } from '../store/store.ts';
import { createSetStatement, type SetStatement } from '../store/set-statement.ts';
import { toAsOf, toState } from '../store/state-row.ts';
import { skuKey, type SkuTable, type Tables } from '../store/tables.ts';

/** An identifier to look up, and the supplier among whose SKUs to look. */
export interface Wanted {
  readonly supplierId: string;
  readonly identifier: Identifier;
}

/** Finds the SKUs of each wanted identifier: none, one, or the first MAX_CANDIDATES of several that share the code. */
export type MatchSkus = (db: Kysely<Tables>, wanted: readonly Wanted[]) => Promise<Candidates[]>;

/**
 * Prepares the statements of a `MatchSkus` for this store. With `lock`, the rows stay locked until the transaction ends. The locks are
 * taken in key order, so that two writers never deadlock.
 */
export function createMatchSkus(store: Store, { lock }: { lock: boolean }): MatchSkus {
  const findCodes = createFindCodes(store);
  // A locking caller is a transaction of the writer, which must not hold its locks while other work runs.
  const countShared = createCountShared(store, { yields: !lock });
  // SQLite has no row locks. Its transactions lock the whole file for writing.
  const loadSkus = createLoadSkus(store, lock && store.kind === 'postgres');

  return async (db, wanted) => {
    const named = await resolveIds(db, findCodes, countShared, wanted);
    const keys = new Map<string, SkuKey>();
    wanted.forEach(({ supplierId }, i) => {
      for (const skuId of named[i]?.skuIds ?? []) {
        keys.set(keyOf(supplierId, skuId), { supplier_id: supplierId, sku_id: skuId });
      }
    });
    const found = new Map<string, Sku>();
    for (const row of keys.size > 0 ? await loadSkus(db, [...keys.values()]) : []) {
      found.set(keyOf(row.supplier_id, row.sku_id), toSku(row));
    }
    return wanted.map(({ supplierId }, i) => {
      const { skuIds, count } = named[i] ?? { skuIds: [], count: 0 };
      const skus = skuIds.flatMap((skuId) => found.get(keyOf(supplierId, skuId)) ?? []);
      return { skus, count: count - skuIds.length + skus.length };
    });
  };
}

/** Resolves identifiers to at most MAX_CANDIDATES IDs each, and the number of SKUs that share the code. */
async function resolveIds(
  db: Kysely<Tables>,
  findCodes: FindCodes,
  countShared: CountShared,
  wanted: readonly Wanted[],
): Promise<NamedIds[]> {
  const codes = wanted.flatMap(({ supplierId, identifier }) => toWantedCode(supplierId, identifier));
  const found = codes.length > 0 ? await findCodes(db, codes) : [];
  const counts = (found.length > 0 ? await countShared(db, found) : []).values();
  const next = found.values();
  return wanted.map(({ identifier: { kind, value } }) => {
    if (kind === 'skuId') return { skuIds: [value], count: 1 };
    const skuIds = next.next().value?.skuIds ?? [];
    return { skuIds: skuIds.slice(0, MAX_CANDIDATES), count: counts.next().value ?? skuIds.length };
  });
}

interface NamedIds {
  readonly skuIds: readonly string[];
  readonly count: number;
}

type SkuKey = RowOf<typeof skuKey>;

function createLoadSkus(store: Store, lock: boolean): SetStatement<SkuKey, SkuTable> {
  return createSetStatement(store, skuKey, (db) => {
    const skus = db
      .selectFrom('item')
      .innerJoin('sku', (join) =>
        join.onRef('sku.supplier_id', '=', 'item.supplier_id').onRef('sku.sku_id', '=', 'item.sku_id'),
      )
      .where('sku.deleted_at', 'is', null)
      .selectAll('sku');
    return lock ? skus.orderBy('sku.supplier_id').orderBy('sku.sku_id').forUpdate('sku') : skus;
  });
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
