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
  IDEMPOTENCY_KEY_REUSED: 'The idempotency key was used before with another input.',
  BAD_USER_INPUT: 'A row of a bulk call is malformed, whatever its SKU is like.',
  CHANGE_NOT_FOUND: 'None of your changes has this ID.',
  INVALID_IDENTIFIER:
    'No SKU has this code, and the code is not valid: its check digit, length or characters are wrong.',
  SKU_NOT_FOUND: 'None of your SKUs has this identifier.',
  AMBIGUOUS_IDENTIFIER: 'Several of your SKUs share this code. Name one by its `skuId`.',
  PRECONDITION_FAILED: 'The SKU differs from `expected`, because it was changed since you read it.',
  QUANTITY_BELOW_ZERO: 'The adjustment would take a quantity below zero.',
  QUANTITY_TOO_LARGE: 'The adjustment would take a quantity above 2,147,483,647.',
  ROLLED_BACK: 'Another row of the all-or-nothing call was refused, so this row was not applied.',
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
  description:
    'The rule that refused an update. If several rules would refuse it, only the first is reported.',
  // Each problem with its description.
  values: Object.fromEntries(
    problems.map((value) => [value, { description: descriptions[value] }]),
  ) as Record<Problem, { description: string }>,
});

export const UserError = builder.interfaceRef<RefusedInput>('UserError').implement({
  description: 'Why an update was refused. The refused update changed nothing.',
  fields: (t) => ({
    code: t.field({
      type: InventoryErrorCode,
      description: 'The rule that refused the update. Programs can rely on it: codes stay the same.',
      resolve: ({ refusal }) => refusal.problem,
    }),
    message: t.string({
      description:
        'What is wrong and what to do, for people. It shows the state of a SKU only to callers with the permission `view_items`.',
      resolve: ({ refusal }, _args, { caller }) =>
        mayView(caller) ? describeRefusal(refusal) : describeRefusalBlindly(refusal),
    }),
    path: t.stringList({
      description: 'The path of the refused value, starting at the argument.',
      resolve: ({ at, refusal }) => [
        ...at.map(String),
        ...places[refusal.problem],
        // Only an adjustment can be out of bounds: its input is a difference.
        ...('field' in refusal ? [`${refusal.field}Delta`] : []),
        ...('by' in refusal ? [refusal.by] : []),
      ],
    }),
    retryable: t.boolean({
      description: 'Whether the same input can be accepted later, without any action from you.',
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
      description: 'The check digit that would make the code valid. Null if the code has another fault.',
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
        `The first ${MAX_CANDIDATES} SKUs that share the code, sorted by skuId. A call lists at most ${MAX_CALL_CANDIDATES} candidates; rows after that list none. ` +
        'Needs the permission `view_items`.',
      resolve: ({ refusal }) => [...refusal.candidates],
    }),
    candidateCount: t.int({
      description: `The number of SKUs that share the code; ${MAX_CANDIDATE_COUNT} means that many or more. Needs the permission \`view_items\`.`,
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
      description:
        'The current state of the SKU, so that you need no second call. Needs the permission `view_items`.',
      resolve: ({ refusal }) => refusal.current,
    }),
    lastChange: t.field({
      type: InventoryChange,
      nullable: true,
      description:
        'The last change of the SKU: who made it, when and why. Null if the SKU was never changed. Needs the permission `view_items`.',
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
        description: 'The current state of the SKU. Needs the permission `view_items`.',
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
