/** The mutation `adjustSkuInventory`: adds units to a SKU's quantities. It reads and writes them in one step. */
import { z } from 'zod';
import { MAX_QUANTITY } from '../../domain/sku.ts';
import {
  asOfField,
  attemptFields,
  attemptShape,
  explainNoInteger,
  InventoryPreconditionInput,
  preconditionShape,
  toPrecondition,
  toRequest,
} from './mutation-options.ts';
import { builder } from '../builder/builder.ts';
import { identifierShape, SkuIdentifierInput, toIdentifier } from '../sku/identifier.ts';
import { defineSinglePayload, toSinglePayload } from './update-result.ts';

/** Validates a delta. If it is absent, the quantity stays as it is. Null is refused, because it could mean several things. */
const delta = z
  .int({ error: explainNoInteger })
  .min(-MAX_QUANTITY, `This must be at least -${MAX_QUANTITY}.`)
  .max(MAX_QUANTITY, `This must be at most ${MAX_QUANTITY}.`)
  .optional();

const adjustShape = z
  .looseObject({
    identifier: identifierShape,
    quantityInStockDelta: delta,
    quantityOnBackorderDelta: delta,
    expected: preconditionShape,
    ...attemptShape,
  })
  .refine(
    ({ quantityInStockDelta, quantityOnBackorderDelta }) =>
      quantityInStockDelta !== undefined || quantityOnBackorderDelta !== undefined,
    {
      error: 'There is nothing to change: give quantityInStockDelta or quantityOnBackorderDelta.',
      when: () => true,
    },
  );

const AdjustSkuInventoryInput = builder.inputType('AdjustSkuInventoryInput', {
  description: 'A SKU, and the units to add to its quantities. Give at least one delta.',
  validate: adjustShape,
  fields: (t) => ({
    identifier: t.field({ type: SkuIdentifierInput, required: true, description: 'The SKU to update.' }),
    quantityInStockDelta: t.int({
      description: 'Units to add to the quantity in stock. A negative number subtracts.',
    }),
    quantityOnBackorderDelta: t.int({
      description: 'Units to add to the quantity on backorder. A negative number subtracts.',
    }),
    expected: t.field({
      type: InventoryPreconditionInput,
      description: 'What must hold for the update to apply.',
    }),
    ...asOfField(t),
    ...attemptFields(t),
  }),
});

const AdjustSkuInventoryPayload = defineSinglePayload('AdjustSkuInventoryPayload');

builder.mutationField('adjustSkuInventory', (t) =>
  t.field({
    type: AdjustSkuInventoryPayload,
    description:
      "Adds units to a SKU's quantities, or subtracts them, in one step. Concurrent adjustments all count. " +
      'A result below zero is refused (`QUANTITY_BELOW_ZERO`). Send an `idempotencyKey`: without one, a retry counts twice. ' +
      'When the call is answered, the update is on disk.',
    args: {
      input: t.arg({
        type: AdjustSkuInventoryInput,
        required: true,
        description: 'The SKU and the units to add.',
      }),
    },
    resolve: async (_root, { input }, context) => {
      const row = {
        identifier: toIdentifier(input.identifier),
        edit: {
          kind: 'ADJUST',
          // Validation has refused null.
          quantityInStock: input.quantityInStockDelta ?? undefined,
          quantityOnBackorder: input.quantityOnBackorderDelta ?? undefined,
        },
        expected: toPrecondition(input.expected),
        asOf: input.asOf ?? undefined,
      } as const;
      const request = toRequest(context, 'adjustSkuInventory', input, { rows: [row] });
      return toSinglePayload(await context.inventory.update(request));
    },
  }),
);
