/** What a batch of requests will do, decided in memory before anything is written. */
import { decide, noCandidates, type Candidates } from './decide.ts';
import type { InventoryChange } from './change.ts';
import { decideKey, keyedInputOf, type KeyDecision, type KnownKeys, type UsedKey } from './idempotency.ts';
import { MAX_CALL_CANDIDATES, withCurrent, type Refusal } from './refusal.ts';
import { createSkuMap, type InventoryState, type Sku, type SkuMap } from './sku.ts';
import type { InventoryUpdate, MalformedRow, RowResult, UpdateRequest } from './update.ts';

/** What happens to one request: its key decides alone, or its rows run. */
export type RequestDecision =
  | KeyDecision
  | {
      readonly kind: 'RUN';
      readonly results: readonly RowResult[];
      /** Of the input, if the answer is to be kept under the request's key; else null. */
      readonly fingerprint: string | null;
    };

export interface BatchDecision {
  /** One for each request, in order. */
  readonly requests: readonly RequestDecision[];
  /** Every SKU that changes, also one that only gets newer as-of times. Each is there once. */
  readonly skus: readonly TouchedSku[];
  /** All changes, in order. They have no positions yet. */
  readonly changes: readonly InventoryChange[];
}

/** A SKU as the store found it, and as the batch leaves it. */
export interface TouchedSku {
  readonly stored: Sku;
  readonly left: Sku;
}

/**
 * Decides requests in order; each row sees the SKUs as the rows before it leave them. `matched` holds what the store found for
 * each row of each request. `now` is ISO 8601.
 */
export function decideBatch(
  requests: readonly UpdateRequest[],
  matched: readonly (readonly Candidates[])[],
  { kept, full }: KnownKeys,
  now: string,
): BatchDecision {
  const latest = createSkuMap<TouchedSku>();
  const changes: InventoryChange[] = [];
  const usedKeys = new Map<string, UsedKey>(kept);
  const decisions = requests.map((request, index): RequestDecision => {
    const input = keyedInputOf(request);
    const decided = input && decideKey(input, usedKeys, full.has(request.supplierId));
    if (decided) return decided;
    const run = runRows(request, matched[index] ?? [], latest, now);
    if (!request.dryRun && !run.isRolledBack) {
      if (run.skus !== latest) for (const touched of run.skus.values()) latest.set(touched.left, touched);
      for (const change of run.changes) changes.push(change);
    }
    const { results } = run;
    // If nothing was accepted, the key is not kept: the caller corrects the request and may reuse the key.
    if (!input || results.every(({ outcome }) => outcome === 'REJECTED')) {
      return { kind: 'RUN', results, fingerprint: null };
    }
    usedKeys.set(input.name, { fingerprint: input.fingerprint, firstRequest: index });
    return { kind: 'RUN', results, fingerprint: input.fingerprint };
  });
  return { requests: decisions, skus: latest.values(), changes };
}

interface Run {
  readonly results: readonly RowResult[];
  /** `latest` itself, if nothing can undo the run. */
  readonly skus: SkuMap<TouchedSku>;
  readonly changes: readonly InventoryChange[];
  /** A row of an all-or-nothing request was refused. */
  readonly isRolledBack: boolean;
}

function runRows(
  request: UpdateRequest,
  matched: readonly Candidates[],
  latest: SkuMap<TouchedSku>,
  now: string,
): Run {
  const canBeUndone = request.dryRun || request.atomicity === 'ALL_OR_NOTHING';
  const skus = canBeUndone ? createSkuMap<TouchedSku>() : latest;
  const changes: InventoryChange[] = [];
  const find = (sku: Sku) => skus.get(sku) ?? latest.get(sku);
  const current = (sku: Sku) => find(sku)?.left ?? sku;
  const leave = (before: Sku, after: Sku) =>
    skus.set(after, { stored: find(after)?.stored ?? before, left: after });
  const results = request.rows.map((row, rowIndex): RowResult => {
    const { skus: stored, count } = matched[rowIndex] ?? noCandidates;
    const decision = decideRow({ skus: stored.map(current), count }, row, now);
    if (decision.outcome === 'REJECTED') return decision;
    if (decision.outcome === 'STALE_IGNORED') return { ...decision, newerChange: null };
    const { outcome, before, after, staleFields } = decision;
    const partly = staleFields.length > 0 && { staleFields };
    if (after !== before) leave(before, after);
    if (outcome === 'UNCHANGED') return { outcome, sku: after, ...partly };
    const change = recordChange(request, before, after, 'asOf' in row ? (row.asOf ?? null) : null);
    changes.push(change);
    return { outcome: request.dryRun ? 'DRY_RUN' : outcome, sku: after, change, ...partly };
  });
  const isRolledBack =
    request.atomicity === 'ALL_OR_NOTHING' && results.some(({ outcome }) => outcome === 'REJECTED');
  if (!isRolledBack) return { results: limitCandidates(results), skus, changes, isRolledBack };
  const stored = (sku: Sku) => latest.get(sku)?.left ?? sku;
  const rolledBack = results.map((result, i) => rollBack(result, (matched[i]?.skus ?? []).map(stored)));
  return { results: limitCandidates(rolledBack), skus, changes, isRolledBack };
}

/** A malformed row is refused before the rules see it. */
function decideRow(candidates: Candidates, row: InventoryUpdate | MalformedRow, now: string) {
  if (!('malformed' in row)) return decide(candidates, row, now);
  const refusal = { problem: 'BAD_USER_INPUT', explanation: row.malformed } as const;
  return { outcome: 'REJECTED', refusal } as const;
}

/** A refused row keeps its own refusal. It shows the state that stays, not the one that the rows before it would have made. */
function rollBack(result: RowResult, [stored]: readonly Sku[]): RowResult {
  if (result.outcome !== 'REJECTED') return { outcome: 'REJECTED', refusal: { problem: 'ROLLED_BACK' } };
  return stored ? { outcome: 'REJECTED', refusal: withCurrent(result.refusal, stored) } : result;
}

function recordChange(request: UpdateRequest, before: Sku, after: Sku, asOf: string | null): InventoryChange {
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
    asOf,
    previousPosition: null,
  };
}

function stateOf({ quantityInStock, quantityOnBackorder, restrictions, backorderDate }: Sku): InventoryState {
  return { quantityInStock, quantityOnBackorder, restrictions, backorderDate };
}

/**
 * Bounds the candidates that the refusals of one call list, because thousands of rows may name codes that many SKUs share. Once they have
 * listed MAX_CALL_CANDIDATES, later rows list none but still say how many there are.
 */
export function limitCandidates(results: readonly RowResult[]): readonly RowResult[] {
  let listed = 0;
  const limit = (refusal: Refusal): Refusal => {
    switch (refusal.problem) {
      case 'AMBIGUOUS_IDENTIFIER':
        listed += refusal.candidates.length;
        return listed <= MAX_CALL_CANDIDATES ? refusal : { ...refusal, candidates: [] };
      case 'CHANGE_NOT_FOUND':
      case 'IDEMPOTENCY_KEY_REUSED':
      case 'BAD_USER_INPUT':
      case 'AS_OF_IN_FUTURE':
      case 'INVALID_IDENTIFIER':
      case 'SKU_NOT_FOUND':
      case 'PRECONDITION_FAILED':
      case 'QUANTITY_BELOW_ZERO':
      case 'QUANTITY_TOO_LARGE':
      case 'ROLLED_BACK':
        return refusal;
    }
  };
  return results.map((result) =>
    result.outcome === 'REJECTED' ? { outcome: 'REJECTED', refusal: limit(result.refusal) } : result,
  );
}
