/** Refusals by the rules: the list, their details, and their words. */
import type { CodeFault, Identifier } from './identifier.ts';
import type { InventoryChange } from './change.ts';
import { MAX_QUANTITY, type Precondition, type Sku } from './sku.ts';

/** In order of precedence. Doors map them with `Record<Problem, ...>`. */
export const problems = [
  'IDEMPOTENCY_KEY_REUSED',
  'BAD_USER_INPUT',
  'CHANGE_NOT_FOUND',
  'INVALID_IDENTIFIER',
  'SKU_NOT_FOUND',
  'AMBIGUOUS_IDENTIFIER',
  'PRECONDITION_FAILED',
  'QUANTITY_BELOW_ZERO',
  'QUANTITY_TOO_LARGE',
  'ROLLED_BACK',
] as const;
export type Problem = (typeof problems)[number];

/** Candidates of a shared code that are shown at most. */
export const MAX_CANDIDATES = 10;
/** All refusals of one call list so many candidates at most; the rows after that list none. */
export const MAX_CALL_CANDIDATES = 2_000;
/** How far the SKUs that share a code are counted. */
export const MAX_CANDIDATE_COUNT = 1_000;

type QuantityField = 'quantityInStock' | 'quantityOnBackorder';

export type Refusal =
  | { readonly problem: 'IDEMPOTENCY_KEY_REUSED' }
  | { readonly problem: 'BAD_USER_INPUT'; readonly explanation: string }
  | { readonly problem: 'CHANGE_NOT_FOUND'; readonly by: 'changeIds' | 'groupId'; readonly id: string }
  | { readonly problem: 'INVALID_IDENTIFIER'; readonly identifier: Identifier; readonly fault: CodeFault }
  | { readonly problem: 'SKU_NOT_FOUND'; readonly identifier: Identifier }
  | {
      readonly problem: 'AMBIGUOUS_IDENTIFIER';
      readonly identifier: Identifier;
      /** How many SKUs share it; MAX_CANDIDATE_COUNT stands for as many or more. */
      readonly candidateCount: number;
      /** The first MAX_CANDIDATES at most, by skuId; none once the call has listed MAX_CALL_CANDIDATES. */
      readonly candidates: readonly Sku[];
    }
  | {
      readonly problem: 'PRECONDITION_FAILED';
      readonly expected: Precondition;
      readonly current: Sku;
      /** What made the current state; null before the first change. */
      readonly lastChange: InventoryChange | null;
    }
  | {
      readonly problem: 'QUANTITY_BELOW_ZERO' | 'QUANTITY_TOO_LARGE';
      readonly field: QuantityField;
      readonly delta: number;
      readonly current: Sku;
    }
  | { readonly problem: 'ROLLED_BACK' };

/** The one SKU that an identifier names, or why there is none. */
export type Match = { readonly sku: Sku } | { readonly refusal: Refusal };

/** Candidates named in a message at most. */
const MAX_NAMED_CANDIDATES = 5;

/** A refusal as a sentence or two that say what to do. */
export function describeRefusal(refusal: Refusal): string {
  switch (refusal.problem) {
    case 'IDEMPOTENCY_KEY_REUSED':
      return 'This idempotency key was used for another input. Use a new key for a new update.';
    case 'BAD_USER_INPUT':
      return refusal.explanation;
    case 'CHANGE_NOT_FOUND':
      return `None of your changes has the ${refusal.by === 'groupId' ? 'groupId' : 'id'} "${refusal.id}". Look it up in inventoryChanges.`;
    case 'INVALID_IDENTIFIER':
      return `No SKU has the ${named(refusal.identifier)}, and it cannot be valid: ${refusal.fault.reason}`;
    case 'SKU_NOT_FOUND':
      return `None of your SKUs has the ${named(refusal.identifier)}. Check the identifier and the supplier of your token.`;
    case 'AMBIGUOUS_IDENTIFIER':
      return `Several SKUs share the ${named(refusal.identifier)}: ${listed(refusal)}. Name the one you mean by its skuId.`;
    case 'PRECONDITION_FAILED':
      return `${describeMismatch(refusal.expected, refusal.current)} Look at the current state, and decide again.`;
    case 'QUANTITY_BELOW_ZERO':
      return `${refusal.field} is ${refusal.current[refusal.field]} and cannot go down by ${-refusal.delta}. Subtract at most ${refusal.current[refusal.field]}.`;
    case 'QUANTITY_TOO_LARGE':
      return `${refusal.field} is ${refusal.current[refusal.field]} and cannot go up by ${refusal.delta}. Add at most ${MAX_QUANTITY - refusal.current[refusal.field]}.`;
    case 'ROLLED_BACK':
      return 'Another row of this all-or-nothing call was refused, so this row was not applied. Correct that row and send the call again.';
  }
}

/** The same for a caller who may not view SKUs: it tells nothing of any SKU's state. */
export function describeRefusalBlindly(refusal: Refusal): string {
  switch (refusal.problem) {
    case 'AMBIGUOUS_IDENTIFIER':
      return `Several SKUs share the ${named(refusal.identifier)}. Name the one you mean by its skuId.`;
    case 'PRECONDITION_FAILED':
      return 'The SKU is not as you expected. Look at its current state with a token that has the permission view_items, and decide again.';
    case 'QUANTITY_BELOW_ZERO':
      return `${refusal.field} cannot go down by ${-refusal.delta}, because it would fall below 0. Subtract less.`;
    case 'QUANTITY_TOO_LARGE':
      return `${refusal.field} cannot go up by ${refusal.delta}, because it would exceed ${MAX_QUANTITY}. Add less.`;
    default:
      return describeRefusal(refusal);
  }
}

function named({ kind, value }: Identifier): string {
  return `${kind} "${value}"`;
}

function listed({ candidates, candidateCount }: Extract<Refusal, { candidateCount: number }>): string {
  const atLeast = candidateCount >= MAX_CANDIDATE_COUNT ? 'at least ' : '';
  if (candidates.length === 0) return `${atLeast}${candidateCount} of them`;
  const names = candidates.slice(0, MAX_NAMED_CANDIDATES).map(({ skuId }) => skuId);
  const more = candidateCount - names.length;
  return names.join(', ') + (more > 0 ? ` and ${atLeast}${more} more` : '');
}

function describeMismatch(expected: Precondition, current: Sku): string {
  const fields = ['version', 'quantityInStock'] as const;
  const off = fields.filter((field) => expected[field] !== undefined && expected[field] !== current[field]);
  if (off.length === 0) return 'An earlier row of this call changed the SKU.';
  return off.map((field) => `${field} is ${current[field]}, not ${expected[field]}.`).join(' ');
}
