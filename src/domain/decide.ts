/** The rules, pure: what an update does to the SKUs that its identifier matched. */
import { explainCode, type Identifier } from './identifier.ts';
import type { AdjustEdit, InventoryUpdate, SetEdit } from './update.ts';
import type { Precondition } from './sku.ts';
import { MAX_QUANTITY, type InventoryState, type Sku } from './sku.ts';
import type { Match, Refusal } from './refusal.ts';

export type Decision =
  | { readonly outcome: 'APPLIED'; readonly before: Sku; readonly after: Sku }
  | { readonly outcome: 'UNCHANGED'; readonly sku: Sku }
  | { readonly outcome: 'REJECTED'; readonly refusal: Refusal };

/** What an identifier matched. */
export interface Candidates {
  /** The first MAX_CANDIDATES at most, by skuId. */
  readonly skus: readonly Sku[];
  /** How many there are, up to MAX_CANDIDATE_COUNT. */
  readonly count: number;
}

/** The one SKU among those that an identifier matched, or the reason why there is none. */
export function chooseMatch(identifier: Identifier, { skus: candidates, count }: Candidates): Match {
  const [sku, another] = candidates;
  if (another) {
    return {
      refusal: { problem: 'AMBIGUOUS_IDENTIFIER', identifier, candidateCount: count, candidates },
    };
  }
  if (sku) return { sku };
  const fault = explainCode(identifier);
  return {
    refusal: fault
      ? { problem: 'INVALID_IDENTIFIER', identifier, fault }
      : { problem: 'SKU_NOT_FOUND', identifier },
  };
}

/** What becomes of the update; nothing is stored here. `now` is ISO 8601. */
export function decide(candidates: Candidates, update: InventoryUpdate, now: string): Decision {
  const match = chooseMatch(update.identifier, candidates);
  if ('refusal' in match) return reject(match.refusal);
  const before = match.sku;
  const { expected, edit } = update;
  if (expected && !holds(expected, before)) {
    // Whoever stores the outcome knows the change that made the current state.
    return reject({ problem: 'PRECONDITION_FAILED', expected, current: before, lastChange: null });
  }
  const after = edit.kind === 'SET' ? set(before, edit) : adjust(before, edit);
  if ('problem' in after) return reject(after);
  if (isSameState(before, after)) return { outcome: 'UNCHANGED', sku: before };
  return {
    outcome: 'APPLIED',
    before,
    after: { ...before, ...after, version: before.version + 1, updatedAt: laterOf(now, before.updatedAt) },
  };
}

/** A clock may go back: a SKU's times never do. Both are ISO 8601 in UTC, which sorts as text. */
function laterOf(now: string, last: string): string {
  return now > last ? now : last;
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
  };
}

function adjust(before: Sku, edit: AdjustEdit): InventoryState | Refusal {
  for (const field of ['quantityInStock', 'quantityOnBackorder'] as const) {
    const delta = edit[field] ?? 0;
    const sum = before[field] + delta;
    if (sum < 0) return { problem: 'QUANTITY_BELOW_ZERO', field, delta, current: before };
    if (sum > MAX_QUANTITY) return { problem: 'QUANTITY_TOO_LARGE', field, delta, current: before };
  }
  return {
    quantityInStock: before.quantityInStock + (edit.quantityInStock ?? 0),
    quantityOnBackorder: before.quantityOnBackorder + (edit.quantityOnBackorder ?? 0),
    restrictions: before.restrictions,
  };
}

function isSameState(a: InventoryState, b: InventoryState): boolean {
  return (
    a.quantityInStock === b.quantityInStock &&
    a.quantityOnBackorder === b.quantityOnBackorder &&
    a.restrictions === b.restrictions
  );
}

function reject(refusal: Refusal): Decision {
  return { outcome: 'REJECTED', refusal };
}
