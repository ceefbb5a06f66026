/** What a batch of requests will do, decided in memory before anything is written. */
import { decide, type Candidates } from '../../domain/decide.ts';
import type { InventoryChange } from '../../domain/change.ts';
import type { RowResult, UpdateRequest } from '../../domain/update.ts';
import type { Sku } from '../../domain/sku.ts';
import { fingerprintOf, keyName, type KnownKeys } from './idempotency-keys.ts';
import { keyOf } from '../sku/find-skus.ts';

/** What becomes of one request: it runs, or an earlier one with its key answers for it. */
export type Planned =
  | { readonly kind: 'RUN'; readonly results: readonly RowResult[]; readonly fingerprint: string | null }
  | { readonly kind: 'REPLAY'; readonly key: string }
  | { readonly kind: 'KEY_REUSED' }
  /** Its supplier may keep no further key. */
  | { readonly kind: 'KEYS_FULL' };

export interface Plan {
  readonly requests: readonly Planned[];
  /** The last state of every SKU that changes. */
  readonly skus: readonly Sku[];
  /** All changes, in order, without their positions. */
  readonly changes: readonly InventoryChange[];
}

/** Decides requests in order; each sees what those before it leave. */
export function planRequests(
  requests: readonly UpdateRequest[],
  candidatesOf: (requestIndex: number, rowIndex: number) => Candidates,
  { kept, full }: KnownKeys,
  now: string,
): Plan {
  const latest = new Map<string, Sku>();
  const changes: InventoryChange[] = [];
  const fingerprints = new Map(Array.from(kept, ([key, { fingerprint }]) => [key, fingerprint]));
  const planned = requests.map((request, requestIndex): Planned => {
    const key = keyName(request);
    const fingerprint = key === null ? null : fingerprintOf(request);
    const known = key === null ? undefined : fingerprints.get(key);
    if (key !== null && known !== undefined) {
      return known === fingerprint ? { kind: 'REPLAY', key } : { kind: 'KEY_REUSED' };
    }
    if (key !== null && full.has(request.supplierId)) return { kind: 'KEYS_FULL' };
    const attempt = runRequest(request, (rowIndex) => candidatesOf(requestIndex, rowIndex), latest, now);
    if (!request.dryRun && !attempt.undone) {
      for (const [skuKey, sku] of attempt.skus) latest.set(skuKey, sku);
      changes.push(...attempt.changes);
    }
    // A refused request keeps no key: mended, it may be sent again under the same one.
    const answered = attempt.results.some(({ outcome }) => outcome !== 'REJECTED');
    if (key !== null && fingerprint !== null && answered) fingerprints.set(key, fingerprint);
    return { kind: 'RUN', results: attempt.results, fingerprint: answered ? fingerprint : null };
  });
  return { requests: planned, skus: [...latest.values()], changes };
}

interface Attempt {
  readonly results: readonly RowResult[];
  readonly skus: ReadonlyMap<string, Sku>;
  readonly changes: readonly InventoryChange[];
  /** An all-or-nothing call with a refused row. */
  readonly undone: boolean;
}

function runRequest(
  request: UpdateRequest,
  candidatesOf: (rowIndex: number) => Candidates,
  latest: ReadonlyMap<string, Sku>,
  now: string,
): Attempt {
  const skus = new Map<string, Sku>();
  const changes: InventoryChange[] = [];
  const current = (sku: Sku) => {
    const key = keyOf(sku.supplierId, sku.skuId);
    return skus.get(key) ?? latest.get(key) ?? sku;
  };
  const results = request.rows.map((row, rowIndex): RowResult => {
    if ('malformed' in row) {
      return { outcome: 'REJECTED', refusal: { problem: 'BAD_USER_INPUT', explanation: row.malformed } };
    }
    const { skus: stored, count } = candidatesOf(rowIndex);
    const decision = decide({ skus: stored.map(current), count }, row, now);
    if (decision.outcome !== 'APPLIED') return decision;
    const { before, after } = decision;
    const change = toChange(request, before, after);
    skus.set(keyOf(after.supplierId, after.skuId), after);
    changes.push(change);
    return { outcome: request.dryRun ? 'DRY_RUN' : 'APPLIED', sku: after, change };
  });
  const undone =
    request.atomicity === 'ALL_OR_NOTHING' && results.some(({ outcome }) => outcome === 'REJECTED');
  if (!undone) return { results, skus, changes, undone };
  const stored = (sku: Sku) => latest.get(keyOf(sku.supplierId, sku.skuId)) ?? sku;
  const rolledBack = results.map((result, i) => rollBack(result, candidatesOf(i).skus.map(stored)));
  return { results: rolledBack, skus, changes, undone };
}

/** What a refused row shows is the state that stays, not the one that its neighbours would have made. */
function rollBack(result: RowResult, [stored]: readonly Sku[]): RowResult {
  if (result.outcome !== 'REJECTED') return { outcome: 'REJECTED', refusal: { problem: 'ROLLED_BACK' } };
  const { refusal } = result;
  return 'current' in refusal && stored
    ? { outcome: 'REJECTED', refusal: { ...refusal, current: stored } }
    : result;
}

function toChange(request: UpdateRequest, before: Sku, after: Sku): InventoryChange {
  const { source, actor, reason, referenceDocumentUri, groupId } = request;
  return {
    supplierId: after.supplierId,
    skuId: after.skuId,
    position: null,
    version: after.version,
    before: stateOf(before),
    after: stateOf(after),
    source,
    actor,
    reason,
    referenceDocumentUri,
    groupId,
    changedAt: after.updatedAt,
    previousPosition: null,
  };
}

function stateOf({ quantityInStock, quantityOnBackorder, restrictions }: Sku): InventoryChange['before'] {
  return { quantityInStock, quantityOnBackorder, restrictions };
}
