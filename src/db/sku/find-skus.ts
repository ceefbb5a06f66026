/** Finds the SKUs that identifiers name. One set statement maps codes to SKU IDs, and another loads the rows. */
import type { Kysely } from 'kysely';
import type { Candidates } from '../../domain/decide.ts';
import type { Identifier } from '../../domain/identifier.ts';
import { MAX_CANDIDATES } from '../../domain/refusal.ts';
import type { Sku } from '../../domain/sku.ts';
import { createCountShared, type CountShared } from './count-shared.ts';
import { createFindCodes, toWantedCode, type FindCodes } from './find-codes.ts';
import { createLoadSkus } from './load-skus.ts';
import type { Store } from '../store/store.ts';
import type { Tables } from '../store/tables.ts';

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
  const loadSkus = createLoadSkus(store, { lock });

  return async (db, wanted) => {
    const named = await resolveIds(db, findCodes, countShared, wanted);
    const skuIds = new Map<string, Set<string>>();
    wanted.forEach(({ supplierId }, i) => {
      const ids = skuIds.get(supplierId) ?? new Set();
      skuIds.set(supplierId, ids);
      for (const skuId of named[i]?.skuIds ?? []) ids.add(skuId);
    });
    const found = new Map(Array.from(skuIds.keys(), (supplierId) => [supplierId, new Map<string, Sku>()]));
    for (const sku of await loadSkus(db, skuIds)) found.get(sku.supplierId)?.set(sku.skuId, sku);
    return wanted.map(({ supplierId }, i) => toCandidates(named[i] ?? none, found.get(supplierId)));
  };
}

/** The candidates of an identifier that named these IDs. An ID may belong to no SKU. */
function toCandidates({ skuIds, count }: NamedIds, found: ReadonlyMap<string, Sku> | undefined): Candidates {
  const skus: Sku[] = [];
  for (const skuId of skuIds) {
    const sku = found?.get(skuId);
    if (sku) skus.push(sku);
  }
  return { skus, count: count - skuIds.length + skus.length };
}

/** Resolves identifiers to at most MAX_CANDIDATES IDs each, and the number of SKUs that share the code. */
async function resolveIds(
  db: Kysely<Tables>,
  findCodes: FindCodes,
  countShared: CountShared,
  wanted: readonly Wanted[],
): Promise<NamedIds[]> {
  // Most identifiers are skuIds, which need no look-up.
  const codes = wanted.some(({ identifier }) => identifier.kind !== 'skuId')
    ? wanted.flatMap(({ supplierId, identifier }) => toWantedCode(supplierId, identifier))
    : [];
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

const none: NamedIds = { skuIds: [], count: 0 };
