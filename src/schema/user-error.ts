/** Refusals by the rules, as the payloads' `userErrors`. */
import { describeRefusal, problems, type Problem, type Refusal } from '../inventory.ts';
import { builder } from './builder.ts';
import { Sku } from './sku.ts';

type RefusalOf<P extends Problem> = Extract<Refusal, { problem: P }>;

const problemDescriptions: Record<Problem, string> = {
  INVALID_IDENTIFIER:
    'No SKU has this code, and it cannot be valid: its check digit, length or characters are wrong.',
  SKU_NOT_FOUND: 'No SKU of yours has this identifier.',
  AMBIGUOUS_IDENTIFIER: 'Several SKUs of yours share this code. Name the one you mean by its `skuId`.',
};

const InventoryErrorCode = builder.enumType('InventoryErrorCode', {
  description: 'Why the rules refused an update, in order of precedence.',
  values: Object.fromEntries(
    problems.map((value) => [value, { description: problemDescriptions[value] }]),
  ) as Record<Problem, { description: string }>,
});

export const UserError = builder.interfaceRef<Refusal>('UserError');

builder.interfaceType(UserError, {
  description: 'A refusal by the rules. Nothing was changed.',
  fields: (t) => ({
    code: t.field({
      type: InventoryErrorCode,
      description: 'Which rule refused it; stable, for programs.',
      resolve: ({ problem }) => problem,
    }),
    message: t.string({ description: 'What is wrong and what to do, for people.', resolve: describeRefusal }),
    path: t.stringList({
      description: 'The input that was refused, from the argument down.',
      resolve: () => ['input', 'identifier'],
    }),
    retryable: t.boolean({
      description: 'Whether the same input may be accepted later without anything else being done.',
      resolve: () => false,
    }),
  }),
  resolveType: ({ problem }) => errorTypes[problem],
});

const InvalidIdentifierError = builder.objectRef<RefusalOf<'INVALID_IDENTIFIER'>>('InvalidIdentifierError');
builder.objectType(InvalidIdentifierError, {
  description: problemDescriptions.INVALID_IDENTIFIER,
  interfaces: [UserError],
  fields: (t) => ({
    expectedCheckDigit: t.string({
      nullable: true,
      description: 'The check digit that would make the code valid; null where more than that is wrong.',
      resolve: ({ fault }) => fault.expectedCheckDigit,
    }),
  }),
});

const SkuNotFoundError = builder.objectRef<RefusalOf<'SKU_NOT_FOUND'>>('SkuNotFoundError');
builder.objectType(SkuNotFoundError, {
  description: problemDescriptions.SKU_NOT_FOUND,
  interfaces: [UserError],
});

const AmbiguousIdentifierError =
  builder.objectRef<RefusalOf<'AMBIGUOUS_IDENTIFIER'>>('AmbiguousIdentifierError');
builder.objectType(AmbiguousIdentifierError, {
  description: problemDescriptions.AMBIGUOUS_IDENTIFIER,
  interfaces: [UserError],
  fields: (t) => ({
    candidates: t.field({
      type: [Sku],
      description: 'The SKUs that share the code.',
      resolve: ({ candidates }) => [...candidates],
    }),
  }),
});

const errorTypes: Record<Problem, string> = {
  INVALID_IDENTIFIER: InvalidIdentifierError.name,
  SKU_NOT_FOUND: SkuNotFoundError.name,
  AMBIGUOUS_IDENTIFIER: AmbiguousIdentifierError.name,
};
