/** The mutation `updateSkuInventory`: sets a SKU's quantities, restriction and backorder date. The whole product is built around it. */
import { z } from 'zod';
import { MAX_QUANTITY } from '../../domain/sku.ts';
import {
  asOfField,
  attemptFields,
  attemptShape,
  InventoryPreconditionInput,
  preconditionShape,
  quantity,
  toPrecondition,
  toRequest,
} from './mutation-options.ts';
import { builder } from '../builder/builder.ts';
import { identifierShape, SkuIdentifierInput, toIdentifier } from '../sku/identifier.ts';
import { defineSinglePayload, toSinglePayload } from './update-result.ts';
import { SkuRestriction } from '../sku/sku.ts';

const updateShape = z
  .looseObject({
    identifier: identifierShape,
    quantityInStock: quantity,
    quantityOnBackorder: quantity,
    restrictions: z.unknown().optional(),
    backorderDate: z.unknown().optional(),
    expected: preconditionShape,
    ...attemptShape,
  })
  .refine(
    (input) =>
      input.quantityInStock !== undefined ||
      input.quantityOnBackorder !== undefined ||
      input.restrictions !== undefined ||
      input.backorderDate !== undefined,
    {
      error:
        'There is nothing to set: give quantityInStock, quantityOnBackorder, restrictions or backorderDate.',
      // Zod skips this check if a field is invalid. Run it always, so that one answer lists every problem.
      when: () => true,
    },
  );

const UpdateSkuInventoryInput = builder.inputType('UpdateSkuInventoryInput', {
  description:
    'A SKU, and the values to set. Give at least one value. A value that is left out stays as it is.',
  validate: updateShape,
  fields: (t) => ({
    identifier: t.field({ type: SkuIdentifierInput, required: true, description: 'The SKU to update.' }),
    quantityInStock: t.int({ description: `Units in stock, which can be bought now, 0 to ${MAX_QUANTITY}.` }),
    quantityOnBackorder: t.int({
      description: `Units on backorder, which are going to be replenished, 0 to ${MAX_QUANTITY}.`,
    }),
    restrictions: t.field({ type: SkuRestriction, description: 'The restriction to set; null removes it.' }),
    backorderDate: t.field({
      type: 'Date',
      description: 'When the units on backorder are expected; null removes the date.',
    }),
    expected: t.field({
      type: InventoryPreconditionInput,
      description: 'What must hold for the update to apply.',
    }),
    ...asOfField(t),
    ...attemptFields(t),
  }),
});

const UpdateSkuInventoryPayload = defineSinglePayload('UpdateSkuInventoryPayload');

builder.mutationField('updateSkuInventory', (t) =>
  t.field({
    type: UpdateSkuInventoryPayload,
    description:
      "Sets a SKU's quantity in stock, quantity on backorder, restriction or backorder date. When the call is answered, the update is on disk.",
    args: {
      input: t.arg({
        type: UpdateSkuInventoryInput,
        required: true,
        description: 'The SKU and the values to set.',
      }),
    },
    resolve: async (_root, { input }, context) => {
      const { quantityInStock, quantityOnBackorder, restrictions, backorderDate } = input;
      const row = {
        identifier: toIdentifier(input.identifier),
        edit: {
          kind: 'SET',
          // Validation has refused null.
          quantityInStock: quantityInStock ?? undefined,
          quantityOnBackorder: quantityOnBackorder ?? undefined,
          restrictions,
          backorderDate,
        },
        expected: toPrecondition(input.expected),
        asOf: input.asOf ?? undefined,
      } as const;
      const request = toRequest(context, 'updateSkuInventory', input, { rows: [row] });
      return toSinglePayload(await context.inventory.update(request));
    },
  }),
);
