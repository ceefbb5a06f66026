/** The mutation `bulkUpdateSkuInventory`: sets the inventory of up to MAX_BULK_ROWS SKUs in one call. */
import { GraphQLError } from 'graphql';
import { z } from 'zod';
import { identifierKinds, parseIdentifier } from '../../domain/identifier.ts';
import { atomicities, MAX_BULK_ROWS, type InventoryUpdate, type MalformedRow } from '../../domain/update.ts';
import { MAX_QUANTITY } from '../../domain/sku.ts';
import { isDate } from '../../domain/text.ts';
import {
  asOfField,
  attemptFields,
  attemptShape,
  preconditionShape,
  quantity,
  toPrecondition,
  toRequest,
} from './mutation-options.ts';
import { builder, NO_DATE, NO_DATE_TIME, readDateTime } from '../builder/builder.ts';
import { defineGroupPayload } from './bulk-payload.ts';
import { identifierShape } from '../sku/identifier.ts';
import { restrictionNames, restrictionOf } from '../sku/sku.ts';

const AtomicityEnum = builder.enumType('BulkAtomicity', {
  description: 'Whether a refused row stops the other rows.',
  values: {
    BEST_EFFORT: { description: 'A refused row does not affect the other rows.' },
    ALL_OR_NOTHING: { description: 'If one row is refused, no row is applied.' },
  } as const satisfies Record<(typeof atomicities)[number], object>,
});

const BulkSkuIdentifierInput = builder.inputType('BulkSkuIdentifierInput', {
  description: 'Names the SKU of a row, as `SkuIdentifierInput` does. Give exactly one field.',
  fields: (t) =>
    Object.fromEntries(
      identifierKinds.map((kind) => [
        kind,
        t.field({ type: 'RowValue', description: `As \`SkuIdentifierInput.${kind}\`.` }),
      ]),
    ),
});

const BulkPreconditionInput = builder.inputType('BulkPreconditionInput', {
  description: 'What must hold for a row to apply, as in `InventoryPreconditionInput`.',
  fields: (t) => ({
    version: t.field({
      type: 'RowValue',
      description: 'The version that you read. It holds if nobody changed the SKU since.',
    }),
    quantityInStock: t.field({ type: 'RowValue', description: 'The quantity in stock that you read.' }),
  }),
});

const BulkSkuInventoryUpdateInput = builder.inputType('BulkSkuInventoryUpdateInput', {
  description: 'One row of a bulk call. It takes the values of `UpdateSkuInventoryInput`.',
  fields: (t) => ({
    identifier: t.field({ type: BulkSkuIdentifierInput, description: 'The SKU to update. Required.' }),
    quantityInStock: t.field({
      type: 'RowValue',
      description: `Units in stock, which can be bought now, 0 to ${MAX_QUANTITY}.`,
    }),
    quantityOnBackorder: t.field({
      type: 'RowValue',
      description: `Units on backorder, which are going to be replenished, 0 to ${MAX_QUANTITY}.`,
    }),
    restrictions: t.field({
      type: 'RowValue',
      description: 'The restriction, `DISCONTD` or `TMPUNAVAIL`; null removes it.',
    }),
    backorderDate: t.field({
      type: 'RowValue',
      description: 'When the units on backorder are expected, as `Date`; null removes the date.',
    }),
    expected: t.field({ type: BulkPreconditionInput, description: 'What must hold for the row to apply.' }),
    asOf: t.field({
      type: 'RowValue',
      description:
        'When the values of this row were true, as `DateTime`. It replaces the `asOf` of the call.',
    }),
  }),
});

const BulkUpdateSkuInventoryInput = builder.inputType('BulkUpdateSkuInventoryInput', {
  description: `Up to ${MAX_BULK_ROWS} updates. Rows that name the same SKU apply in order.`,
  validate: z.looseObject(attemptShape),
  fields: (t) => ({
    updates: t.field({
      type: [BulkSkuInventoryUpdateInput],
      required: true,
      description: `The rows, at most ${MAX_BULK_ROWS}. A malformed value is an error of its row. A row that is not an object of the documented shape fails the whole call.`,
    }),
    atomicity: t.field({
      type: AtomicityEnum,
      required: true,
      defaultValue: 'BEST_EFFORT',
      description: 'Whether a refused row stops the other rows.',
    }),
    ...asOfField(t),
    ...attemptFields(t),
  }),
});

const BulkUpdateSkuInventoryPayload = defineGroupPayload('BulkUpdateSkuInventoryPayload');

builder.mutationField('bulkUpdateSkuInventory', (t) =>
  t.field({
    type: BulkUpdateSkuInventoryPayload,
    description: 'Sets the inventory of many SKUs. When the call is answered, every applied row is on disk.',
    args: {
      input: t.arg({
        type: BulkUpdateSkuInventoryInput,
        required: true,
        description: 'The updates, and options of the call.',
      }),
    },
    resolve: async (_root, { input }, context) => {
      const { updates, atomicity } = input;
      if (updates.length > MAX_BULK_ROWS) throw tooManyRows(updates.length);
      const request = toRequest(context, 'bulkUpdateSkuInventory', input, {
        rows: updates.map((row) => toRow(row, input.asOf ?? undefined)),
        atomicity,
        groupId: input.dryRun ? null : context.createId(),
      });
      return { answer: await context.inventory.update(request), rowsAt: ['input', 'updates'] };
    },
  }),
);

function tooManyRows(provided: number): GraphQLError {
  const message = `A bulk call takes at most ${MAX_BULK_ROWS} rows; this one has ${provided}. Split it.`;
  return new GraphQLError(message, {
    extensions: {
      code: 'BAD_USER_INPUT',
      limit: MAX_BULK_ROWS,
      provided,
      problems: [{ path: ['input', 'updates'], message }],
    },
  });
}

const identifierKind = z.enum(identifierKinds);

const rowShape = z.object({
  identifier: identifierShape
    .transform((given) => Object.entries(given).filter(([, value]) => value !== undefined))
    .refine((given) => given.length === 1, 'Give exactly one identifier.'),
  quantityInStock: quantity,
  quantityOnBackorder: quantity,
  restrictions: z.enum(restrictionNames, `This must be ${restrictionNames.join(', ')} or null.`).nullish(),
  backorderDate: z.string(NO_DATE).refine(isDate, NO_DATE).nullish(),
  expected: preconditionShape,
  asOf: z
    .unknown()
    .transform((value) => (value === undefined || value === null ? undefined : readDateTime(value)))
    .refine((time) => time !== null, NO_DATE_TIME)
    .optional(),
});

/** Validates one row. GraphQL accepts any value in a row (`RowValue`), so that a malformed row does not fail the whole call. */
function toRow(
  input: typeof BulkSkuInventoryUpdateInput.$inferInput,
  callAsOf: string | undefined,
): InventoryUpdate | MalformedRow {
  const parsed = rowShape.safeParse(input);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    return { malformed: problems.join(' ') };
  }
  const { identifier, expected, quantityInStock, quantityOnBackorder, backorderDate } = parsed.data;
  const name = parsed.data.restrictions;
  const isEmpty = (quantityInStock ?? quantityOnBackorder) === undefined && name === undefined;
  if (isEmpty && backorderDate === undefined) {
    return {
      malformed:
        'There is nothing to set: give quantityInStock, quantityOnBackorder, restrictions or backorderDate.',
    };
  }
  const [kind, value] = identifier[0] ?? [];
  return {
    identifier: parseIdentifier(identifierKind.parse(kind), String(value)),
    edit: {
      kind: 'SET',
      quantityInStock,
      quantityOnBackorder,
      restrictions: name && restrictionOf[name],
      backorderDate,
    },
    expected: toPrecondition(expected),
    asOf: parsed.data.asOf ?? callAsOf,
  };
}
