/** The rules for one update: what it does to the SKUs that its identifier matched. */
import { explainCode, type Identifier } from './identifier.ts';
import { isAhead, isSameAsOf, laterOf, timeAdjustment, timeSet } from './as-of.ts';
import type { AdjustEdit, InventoryUpdate, SetEdit, StaleField } from './update.ts';
import type { Precondition } from './sku.ts';
import { MAX_QUANTITY, type InventoryState, type Sku } from './sku.ts';
import type { Match, Refusal } from './refusal.ts';

export type Decision =
  | {
      readonly outcome: 'APPLIED';
      readonly before: Sku;
      readonly after: Sku;
      readonly staleFields: readonly StaleField[];
    }
  /** `after` differs from `before` in its as-of times at most. */
  | {
      readonly outcome: 'UNCHANGED';
      readonly before: Sku;
      readonly after: Sku;
      readonly staleFields: readonly StaleField[];
    }
  | { readonly outcome: 'STALE_IGNORED'; readonly sku: Sku; readonly staleFields: readonly StaleField[] }
  | { readonly outcome: 'REJECTED'; readonly refusal: Refusal };

/** The SKUs that an identifier matched. */
export interface Candidates {
  /** The first MAX_CANDIDATES at most, by skuId. */
  readonly skus: readonly Sku[];
  /** How many there are, up to MAX_CANDIDATE_COUNT. */
  readonly count: number;
}

export const noCandidates: Candidates = { skus: [], count: 0 };

/**
 * The one SKU among those that an identifier matched, or the reason why there is none. A code is judged only if it matches
 * nothing: catalogs hold codes that cannot be valid, and their SKUs are updated all the same.
 */
export function chooseMatch(identifier: Identifier, { skus, count }: Candidates): Match {
  const [sku, another] = skus;
  if (!sku) {
    const fault = explainCode(identifier);
    if (fault) return { refusal: { problem: 'INVALID_IDENTIFIER', identifier, fault } };
    return { refusal: { problem: 'SKU_NOT_FOUND', identifier } };
  }
  if (!another) return { sku };
  return {
    refusal: { problem: 'AMBIGUOUS_IDENTIFIER', identifier, candidateCount: count, candidates: skus },
  };
}

/** Decides one update in the order of `problems`. It stores nothing. `now` is ISO 8601. */
export function decide(candidates: Candidates, update: InventoryUpdate, now: string): Decision {
  const { identifier, expected, edit, asOf } = update;
  if (asOf !== undefined && isAhead(asOf, now)) return reject({ problem: 'AS_OF_IN_FUTURE', asOf, now });
  const match = chooseMatch(identifier, candidates);
  if ('refusal' in match) return reject(match.refusal);
  const before = match.sku;
  if (expected && !holds(expected, before)) {
    // The store adds the last change: only it knows the change that made the current state.
    return reject({ problem: 'PRECONDITION_FAILED', expected, current: before, lastChange: null });
  }
  const timed =
    edit.kind === 'SET' ? timeSet(before, edit, asOf, now) : timeAdjustment(before, edit, asOf, now);
  const { edit: left, staleFields } = timed;
  if (left === null) return { outcome: 'STALE_IGNORED', sku: before, staleFields };
  const after = left.kind === 'SET' ? set(before, left) : adjust(before, left);
  if ('problem' in after) return reject(after);
  if (isSameState(before, after)) {
    const isSame = isSameAsOf(before.asOf, timed.asOf);
    const advanced = isSame ? before : { ...before, asOf: timed.asOf };
    return { outcome: 'UNCHANGED', before, after: advanced, staleFields };
  }
  const updatedAt = laterOf(now, before.updatedAt);
  return {
    outcome: 'APPLIED',
    before,
    after: { ...before, ...after, version: before.version + 1, updatedAt, asOf: timed.asOf },
    staleFields,
  };
}

function holds({ version, quantityInStock }: Precondition, sku: Sku): boolean {
  return (
    (version ?? sku.version) === sku.version &&
    (quantityInStock ?? sku.quantityInStock) === sku.quantityInStock
  );
}

function set(before: InventoryState, edit: SetEdit): InventoryState {
  return {
    quantityInStock: edit.quantityInStock ?? before.quantityInStock,
    quantityOnBackorder: edit.quantityOnBackorder ?? before.quantityOnBackorder,
    restrictions: edit.restrictions === undefined ? before.restrictions : edit.restrictions,
    backorderDate: edit.backorderDate === undefined ? before.backorderDate : edit.backorderDate,
  };
}

function adjust(before: Sku, edit: AdjustEdit): InventoryState | Refusal {
  const fields = ['quantityInStock', 'quantityOnBackorder'] as const;
  const deltaOf = (field: (typeof fields)[number]) => edit[field] ?? 0;
  const below = fields.find((field) => before[field] + deltaOf(field) < 0);
  if (below) {
    return { problem: 'QUANTITY_BELOW_ZERO', field: below, delta: deltaOf(below), current: before };
  }
  const above = fields.find((field) => before[field] + deltaOf(field) > MAX_QUANTITY);
  if (above) {
    return { problem: 'QUANTITY_TOO_LARGE', field: above, delta: deltaOf(above), current: before };
  }
  return {
    quantityInStock: before.quantityInStock + deltaOf('quantityInStock'),
    quantityOnBackorder: before.quantityOnBackorder + deltaOf('quantityOnBackorder'),
    restrictions: before.restrictions,
    backorderDate: before.backorderDate,
  };
}

function isSameState(a: InventoryState, b: InventoryState): boolean {
  return (
    a.quantityInStock === b.quantityInStock &&
    a.quantityOnBackorder === b.quantityOnBackorder &&
    a.restrictions === b.restrictions &&
    a.backorderDate === b.backorderDate
  );
}

function reject(refusal: Refusal): Decision {
  return { outcome: 'REJECTED', refusal };
}
