/** Refusals by the rules: the ordered list of problems, their details and their messages. */
import type { CodeFault, Identifier } from './identifier.ts';
import type { InventoryChange } from './change.ts';
import { MAX_QUANTITY, type Precondition, type Sku } from './sku.ts';

/**
 * Every reason for which the rules refuse an update, in order: where several apply, the earliest is the answer. What depends on
 * the problem is a `Record<Problem, ...>` or a switch without a default, so the compiler refuses a problem that one of them lacks.
 */
export const problems = [
  'CHANGE_NOT_FOUND',
  'IDEMPOTENCY_KEY_REUSED',
  'BAD_USER_INPUT',
  'AS_OF_IN_FUTURE',
  'INVALID_IDENTIFIER',
  'SKU_NOT_FOUND',
  'AMBIGUOUS_IDENTIFIER',
  'PRECONDITION_FAILED',
  'QUANTITY_BELOW_ZERO',
  'QUANTITY_TOO_LARGE',
  'ROLLED_BACK',
] as const;
export type Problem = (typeof problems)[number];

/**
 * Whether the same input may be accepted later though its sender does nothing else. Other updates move quantities, so an
 * adjustment that is out of bounds now may fit later. A time ahead comes to pass.
 */
export const isRetryable: Record<Problem, boolean> = {
  CHANGE_NOT_FOUND: false,
  IDEMPOTENCY_KEY_REUSED: false,
  BAD_USER_INPUT: false,
  AS_OF_IN_FUTURE: true,
  INVALID_IDENTIFIER: false,
  SKU_NOT_FOUND: false,
  AMBIGUOUS_IDENTIFIER: false,
  PRECONDITION_FAILED: false,
  QUANTITY_BELOW_ZERO: true,
  QUANTITY_TOO_LARGE: true,
  ROLLED_BACK: false,
};

/** A refusal lists at most so many of the SKUs that share a code. */
export const MAX_CANDIDATES = 10;
/** The refusals of one call together list at most so many candidates; rows after that list none. */
export const MAX_CALL_CANDIDATES = 2_000;
/** SKUs that share a code are counted up to here. */
export const MAX_CANDIDATE_COUNT = 1_000;

/** An adjustment that a quantity cannot take. */
interface OutOfBounds<Which extends Problem> {
  readonly problem: Which;
  readonly field: 'quantityInStock' | 'quantityOnBackorder';
  /** In units; negative takes away. */
  readonly delta: number;
  readonly current: Sku;
}

export type Refusal =
  | { readonly problem: 'CHANGE_NOT_FOUND'; readonly by: 'changeIds' | 'groupId'; readonly id: string }
  | { readonly problem: 'IDEMPOTENCY_KEY_REUSED' }
  | { readonly problem: 'BAD_USER_INPUT'; readonly explanation: string }
  | {
      readonly problem: 'AS_OF_IN_FUTURE';
      readonly asOf: string;
      /** The server's time when it refused. */
      readonly now: string;
    }
  | { readonly problem: 'INVALID_IDENTIFIER'; readonly identifier: Identifier; readonly fault: CodeFault }
  | { readonly problem: 'SKU_NOT_FOUND'; readonly identifier: Identifier }
  | {
      readonly problem: 'AMBIGUOUS_IDENTIFIER';
      readonly identifier: Identifier;
      /** How many SKUs share the code. MAX_CANDIDATE_COUNT stands for that many or more. */
      readonly candidateCount: number;
      /** The first MAX_CANDIDATES at most, by skuId; none once the call has listed MAX_CALL_CANDIDATES. */
      readonly candidates: readonly Sku[];
    }
  | {
      readonly problem: 'PRECONDITION_FAILED';
      readonly expected: Precondition;
      readonly current: Sku;
      /** The change that made the current state; null before the first change. */
      readonly lastChange: InventoryChange | null;
    }
  | OutOfBounds<'QUANTITY_BELOW_ZERO'>
  | OutOfBounds<'QUANTITY_TOO_LARGE'>
  | { readonly problem: 'ROLLED_BACK' };

/** The one SKU that an identifier names, or why it names none. */
export type Match =
  { readonly sku: Sku } | { readonly refusal: Extract<Refusal, { readonly identifier: Identifier }> };

/** The SKU as it is, if the refusal shows it; else null. */
export function currentOf(refusal: Refusal): Sku | null {
  switch (refusal.problem) {
    case 'PRECONDITION_FAILED':
    case 'QUANTITY_BELOW_ZERO':
    case 'QUANTITY_TOO_LARGE':
      return refusal.current;
    case 'CHANGE_NOT_FOUND':
    case 'IDEMPOTENCY_KEY_REUSED':
    case 'BAD_USER_INPUT':
    case 'AS_OF_IN_FUTURE':
    case 'INVALID_IDENTIFIER':
    case 'SKU_NOT_FOUND':
    case 'AMBIGUOUS_IDENTIFIER':
    case 'ROLLED_BACK':
      return null;
  }
}

/** The refusal with another state of its SKU, if it shows one. */
export function withCurrent(refusal: Refusal, current: Sku): Refusal {
  switch (refusal.problem) {
    case 'PRECONDITION_FAILED':
    case 'QUANTITY_BELOW_ZERO':
    case 'QUANTITY_TOO_LARGE':
      return { ...refusal, current };
    case 'CHANGE_NOT_FOUND':
    case 'IDEMPOTENCY_KEY_REUSED':
    case 'BAD_USER_INPUT':
    case 'AS_OF_IN_FUTURE':
    case 'INVALID_IDENTIFIER':
    case 'SKU_NOT_FOUND':
    case 'AMBIGUOUS_IDENTIFIER':
    case 'ROLLED_BACK':
      return refusal;
  }
}

/** A message names at most so many candidates. */
const MAX_NAMED_CANDIDATES = 5;

/** The refusal in one or two sentences that say what is wrong and what to do. */
export function describeRefusal(refusal: Refusal): string {
  switch (refusal.problem) {
    case 'CHANGE_NOT_FOUND':
      return `None of your changes has the ${refusal.by === 'groupId' ? 'groupId' : 'id'} "${refusal.id}". Look it up in inventoryChanges.`;
    case 'IDEMPOTENCY_KEY_REUSED':
      return 'This idempotency key was used for another input. Use a new key for a new update.';
    case 'BAD_USER_INPUT':
      return refusal.explanation;
    case 'AS_OF_IN_FUTURE':
      return `asOf is ${describeSpan(refusal)} ahead of this server's clock (${refusal.now}). Correct the clock or the time zone.`;
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

/** As `describeRefusal`, for a caller who may not view SKUs: the text says nothing about the state of a SKU. */
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
    case 'CHANGE_NOT_FOUND':
    case 'IDEMPOTENCY_KEY_REUSED':
    case 'BAD_USER_INPUT':
    case 'AS_OF_IN_FUTURE':
    case 'INVALID_IDENTIFIER':
    case 'SKU_NOT_FOUND':
    case 'ROLLED_BACK':
      return describeRefusal(refusal);
  }
}

/** `3 d 4 h`, `1 h 12 min` or `7 min`: the two largest units, rounded down. */
function describeSpan({ asOf, now }: { readonly asOf: string; readonly now: string }): string {
  const minutes = Math.floor((Date.parse(asOf) - Date.parse(now)) / 60_000);
  const [days, hours] = [Math.floor(minutes / 1_440), Math.floor(minutes / 60) % 24];
  if (days > 0) return `${days} d ${hours} h`;
  return hours > 0 ? `${hours} h ${minutes % 60} min` : `${minutes} min`;
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
