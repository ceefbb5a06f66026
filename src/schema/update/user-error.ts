/** Refusals by the rules, as the payloads' `userErrors`. */
import {
  describeRefusal,
  MAX_CANDIDATE_COUNT,
  MAX_CALL_CANDIDATES,
  MAX_CANDIDATES,
  describeRefusalBlindly,
  problems,
  type Problem,
  type Refusal,
} from '../../domain/refusal.ts';
import { builder } from '../builder/builder.ts';
import { mayView } from '../builder/context.ts';
import { InventoryChange } from '../change/inventory-change.ts';
import { Sku } from '../sku/sku.ts';

/** A refusal, and where in the input it arose. */
export interface RefusedInput<R extends Refusal = Refusal> {
  readonly refusal: R;
  /** Path of the update within the arguments. */
  readonly at: readonly (string | number)[];
}

type RefusedFor<P extends Problem> = RefusedInput<Extract<Refusal, { problem: P }>>;

const descriptions: Record<Problem, string> = {
  IDEMPOTENCY_KEY_REUSED: 'The idempotency key was used for another input.',
  BAD_USER_INPUT: 'A row of a bulk call is malformed for any SKU.',
  CHANGE_NOT_FOUND: 'No change of yours has this id.',
  INVALID_IDENTIFIER:
    'No SKU has this code, and it cannot be valid: its check digit, length or characters are wrong.',
  SKU_NOT_FOUND: 'No SKU of yours has this identifier.',
  AMBIGUOUS_IDENTIFIER: 'Several SKUs of yours share this code. Name the one you mean by its `skuId`.',
  PRECONDITION_FAILED: 'The SKU is not as `expected` says: somebody else changed it.',
  QUANTITY_BELOW_ZERO: 'A quantity cannot go below zero.',
  QUANTITY_TOO_LARGE: 'A quantity cannot go above 2,147,483,647.',
  ROLLED_BACK: 'Another row of an all-or-nothing call was refused.',
};

/** Where within an update each problem arises. */
const places: Record<Problem, readonly string[]> = {
  IDEMPOTENCY_KEY_REUSED: ['idempotencyKey'],
  BAD_USER_INPUT: [],
  CHANGE_NOT_FOUND: [],
  INVALID_IDENTIFIER: ['identifier'],
  SKU_NOT_FOUND: ['identifier'],
  AMBIGUOUS_IDENTIFIER: ['identifier'],
  PRECONDITION_FAILED: ['expected'],
  QUANTITY_BELOW_ZERO: [],
  QUANTITY_TOO_LARGE: [],
  ROLLED_BACK: [],
};

const InventoryErrorCode = builder.enumType('InventoryErrorCode', {
  description: 'Why the rules refused an update, in order of precedence.',
  // Each problem with its description.
  values: Object.fromEntries(
    problems.map((value) => [value, { description: descriptions[value] }]),
  ) as Record<Problem, { description: string }>,
});

export const UserError = builder.interfaceRef<RefusedInput>('UserError').implement({
  description: 'A refusal by the rules. Nothing was changed.',
  fields: (t) => ({
    code: t.field({
      type: InventoryErrorCode,
      description: 'Which rule refused it; stable, for programs.',
      resolve: ({ refusal }) => refusal.problem,
    }),
    message: t.string({
      description:
        'What is wrong and what to do, for people. It tells the state of a SKU only to those with the permission `view_items`.',
      resolve: ({ refusal }, _args, { caller }) =>
        mayView(caller) ? describeRefusal(refusal) : describeRefusalBlindly(refusal),
    }),
    path: t.stringList({
      description: 'The input that was refused, from the argument down.',
      resolve: ({ at, refusal }) => [
        ...at.map(String),
        ...places[refusal.problem],
        // Only an adjustment can be out of bounds: its input is a difference.
        ...('field' in refusal ? [`${refusal.field}Delta`] : []),
        ...('by' in refusal ? [refusal.by] : []),
      ],
    }),
    retryable: t.boolean({
      description: 'Whether the same input may be accepted later without anything else being done by you.',
      resolve: ({ refusal }) => 'field' in refusal,
    }),
  }),
  resolveType: ({ refusal }) => typeNames[refusal.problem],
});

const InvalidIdentifierError = builder.objectRef<RefusedFor<'INVALID_IDENTIFIER'>>('InvalidIdentifierError');
builder.objectType(InvalidIdentifierError, {
  description: descriptions.INVALID_IDENTIFIER,
  interfaces: [UserError],
  fields: (t) => ({
    expectedCheckDigit: t.string({
      nullable: true,
      description: 'The check digit that would make the code valid; null where more than that is wrong.',
      resolve: ({ refusal }) => refusal.fault.expectedCheckDigit,
    }),
  }),
});

const AmbiguousIdentifierError =
  builder.objectRef<RefusedFor<'AMBIGUOUS_IDENTIFIER'>>('AmbiguousIdentifierError');
builder.objectType(AmbiguousIdentifierError, {
  description: descriptions.AMBIGUOUS_IDENTIFIER,
  interfaces: [UserError],
  fields: (t) => ({
    candidates: t.field({
      type: [Sku],
      description:
        `The SKUs that share the code, the first ${MAX_CANDIDATES} by skuId. A call lists ${MAX_CALL_CANDIDATES} at most: rows after that list none. ` +
        'Needs the permission `view_items`.',
      resolve: ({ refusal }) => [...refusal.candidates],
    }),
    candidateCount: t.int({
      description: `How many SKUs share the code; ${MAX_CANDIDATE_COUNT} stands for as many or more. Needs the permission \`view_items\`.`,
      resolve: ({ refusal }) => refusal.candidateCount,
    }),
  }),
});

const PreconditionFailedError =
  builder.objectRef<RefusedFor<'PRECONDITION_FAILED'>>('PreconditionFailedError');
builder.objectType(PreconditionFailedError, {
  description: descriptions.PRECONDITION_FAILED,
  interfaces: [UserError],
  fields: (t) => ({
    current: t.field({
      type: Sku,
      description: 'The SKU as it is, so that no second call is needed. Needs the permission `view_items`.',
      resolve: ({ refusal }) => refusal.current,
    }),
    lastChange: t.field({
      type: InventoryChange,
      nullable: true,
      description:
        'Who made it so, when and why; null before the first change. Needs the permission `view_items`.',
      resolve: ({ refusal }) => refusal.lastChange,
    }),
  }),
});

/** Errors about a quantity say what it is now. */
function defineQuantityError(name: string, problem: 'QUANTITY_BELOW_ZERO' | 'QUANTITY_TOO_LARGE'): void {
  builder.objectRef<RefusedFor<typeof problem>>(name).implement({
    description: descriptions[problem],
    interfaces: [UserError],
    fields: (t) => ({
      current: t.field({
        type: Sku,
        description: 'The SKU as it is. Needs the permission `view_items`.',
        resolve: ({ refusal }) => refusal.current,
      }),
    }),
  });
}

/** Errors with nothing to add to what every error says. */
function definePlainError(name: string, problem: Problem): void {
  builder.objectRef<RefusedInput>(name).implement({
    description: descriptions[problem],
    interfaces: [UserError],
  });
}

const typeNames: Record<Problem, string> = {
  IDEMPOTENCY_KEY_REUSED: 'IdempotencyKeyReusedError',
  BAD_USER_INPUT: 'BadUserInputError',
  CHANGE_NOT_FOUND: 'ChangeNotFoundError',
  INVALID_IDENTIFIER: InvalidIdentifierError.name,
  SKU_NOT_FOUND: 'SkuNotFoundError',
  AMBIGUOUS_IDENTIFIER: AmbiguousIdentifierError.name,
  PRECONDITION_FAILED: PreconditionFailedError.name,
  QUANTITY_BELOW_ZERO: 'QuantityBelowZeroError',
  QUANTITY_TOO_LARGE: 'QuantityTooLargeError',
  ROLLED_BACK: 'RolledBackError',
};

defineQuantityError(typeNames.QUANTITY_BELOW_ZERO, 'QUANTITY_BELOW_ZERO');
defineQuantityError(typeNames.QUANTITY_TOO_LARGE, 'QUANTITY_TOO_LARGE');
for (const problem of [
  'IDEMPOTENCY_KEY_REUSED',
  'BAD_USER_INPUT',
  'CHANGE_NOT_FOUND',
  'SKU_NOT_FOUND',
  'ROLLED_BACK',
] as const) {
  definePlainError(typeNames[problem], problem);
}
