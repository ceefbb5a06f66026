/** The interface `UserError` and its types: refusals by the rules, in the `userErrors` of payloads. */
import {
  describeRefusal,
  describeRefusalBlindly,
  isRetryable,
  MAX_CALL_CANDIDATES,
  MAX_CANDIDATE_COUNT,
  MAX_CANDIDATES,
  problems,
  type Problem,
  type Refusal,
} from '../../domain/refusal.ts';
import { builder } from '../builder/builder.ts';
import { enumValues } from '../builder/enum-values.ts';
import { mayView } from '../builder/context.ts';
import { InventoryChange } from '../change/inventory-change.ts';
import { Sku } from '../sku/sku.ts';

/** A refusal, and where its update is in the input. */
export interface RefusedInput<R extends Refusal = Refusal> {
  readonly refusal: R;
  /** Path of the update within the arguments. */
  readonly at: readonly (string | number)[];
}

type RefusedFor<P extends Problem> = RefusedInput<Extract<Refusal, { problem: P }>>;

const descriptions: Record<Problem, string> = {
  CHANGE_NOT_FOUND: 'None of your changes has this ID.',
  IDEMPOTENCY_KEY_REUSED: 'The idempotency key was used before with another input.',
  BAD_USER_INPUT: 'A row of a bulk call is malformed, whatever its SKU is like.',
  AS_OF_IN_FUTURE: "`asOf` is more than 5 minutes ahead of the server's clock.",
  INVALID_IDENTIFIER:
    'No SKU has this code, and the code is not valid: its check digit, length or characters are wrong.',
  SKU_NOT_FOUND: 'None of your SKUs has this identifier.',
  AMBIGUOUS_IDENTIFIER: 'Several of your SKUs share this code. Name one by its `skuId`.',
  PRECONDITION_FAILED: 'The SKU differs from `expected`, because it was changed since you read it.',
  QUANTITY_BELOW_ZERO: 'The adjustment would take a quantity below zero.',
  QUANTITY_TOO_LARGE: 'The adjustment would take a quantity above 2,147,483,647.',
  ROLLED_BACK: 'Another row of the all-or-nothing call was refused, so this row was not applied.',
};

/** The path of the refused part within an update's input. Empty if the whole update is refused. */
function refusedPart(refusal: Refusal): readonly string[] {
  switch (refusal.problem) {
    case 'CHANGE_NOT_FOUND':
      return [refusal.by];
    case 'IDEMPOTENCY_KEY_REUSED':
      return ['idempotencyKey'];
    case 'AS_OF_IN_FUTURE':
      return ['asOf'];
    case 'INVALID_IDENTIFIER':
    case 'SKU_NOT_FOUND':
    case 'AMBIGUOUS_IDENTIFIER':
      return ['identifier'];
    case 'PRECONDITION_FAILED':
      return ['expected'];
    case 'QUANTITY_BELOW_ZERO':
    case 'QUANTITY_TOO_LARGE':
      // Only adjustments have these problems. Their fields end in `Delta`.
      return [`${refusal.field}Delta`];
    case 'BAD_USER_INPUT':
    case 'ROLLED_BACK':
      return [];
  }
}

const InventoryErrorCode = builder.enumType('InventoryErrorCode', {
  description:
    'The rule that refused an update. If several rules would refuse it, only the first is reported.',
  values: enumValues(problems, descriptions),
});

/** The interface of all errors. A problem's own type can add fields. */
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
      resolve: ({ at, refusal }) => [...at.map(String), ...refusedPart(refusal)],
    }),
    retryable: t.boolean({
      description: 'Whether the same input can be accepted later, without any action from you.',
      resolve: ({ refusal }) => isRetryable[refusal.problem],
    }),
  }),
  resolveType: ({ refusal }): string => errorTypes[refusal.problem].name,
});

/** Defines the error type of a problem. It has the fields of `UserError`, and more can be added. */
function defineError<P extends Problem>(name: string, problem: P) {
  return builder.objectRef<RefusedFor<P>>(name).implement({
    description: descriptions[problem],
    interfaces: [UserError],
  });
}

const errorTypes = {
  CHANGE_NOT_FOUND: defineError('ChangeNotFoundError', 'CHANGE_NOT_FOUND'),
  IDEMPOTENCY_KEY_REUSED: defineError('IdempotencyKeyReusedError', 'IDEMPOTENCY_KEY_REUSED'),
  BAD_USER_INPUT: defineError('BadUserInputError', 'BAD_USER_INPUT'),
  AS_OF_IN_FUTURE: defineError('AsOfInFutureError', 'AS_OF_IN_FUTURE'),
  INVALID_IDENTIFIER: defineError('InvalidIdentifierError', 'INVALID_IDENTIFIER'),
  SKU_NOT_FOUND: defineError('SkuNotFoundError', 'SKU_NOT_FOUND'),
  AMBIGUOUS_IDENTIFIER: defineError('AmbiguousIdentifierError', 'AMBIGUOUS_IDENTIFIER'),
  PRECONDITION_FAILED: defineError('PreconditionFailedError', 'PRECONDITION_FAILED'),
  QUANTITY_BELOW_ZERO: defineError('QuantityBelowZeroError', 'QUANTITY_BELOW_ZERO'),
  QUANTITY_TOO_LARGE: defineError('QuantityTooLargeError', 'QUANTITY_TOO_LARGE'),
  ROLLED_BACK: defineError('RolledBackError', 'ROLLED_BACK'),
} satisfies Record<Problem, { readonly name: string }>;

builder.objectField(errorTypes.AS_OF_IN_FUTURE, 'serverTime', (t) =>
  t.field({
    type: 'DateTime',
    description: "The server's clock when it refused the update.",
    resolve: ({ refusal }) => refusal.now,
  }),
);

builder.objectField(errorTypes.INVALID_IDENTIFIER, 'expectedCheckDigit', (t) =>
  t.string({
    nullable: true,
    description: 'The check digit that would make the code valid. Null if the code has another fault.',
    resolve: ({ refusal }) => refusal.fault.expectedCheckDigit,
  }),
);

builder.objectFields(errorTypes.AMBIGUOUS_IDENTIFIER, (t) => ({
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
}));

builder.objectFields(errorTypes.PRECONDITION_FAILED, (t) => ({
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
}));

for (const type of [errorTypes.QUANTITY_BELOW_ZERO, errorTypes.QUANTITY_TOO_LARGE]) {
  builder.objectField(type, 'current', (t) =>
    t.field({
      type: Sku,
      description: 'The current state of the SKU. Needs the permission `view_items`.',
      resolve: ({ refusal }) => refusal.current,
    }),
  );
}
