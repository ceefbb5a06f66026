/** The mutation this product exists for: set a SKU's quantities and restriction. */
import { z } from 'zod';
import { MAX_QUANTITY, type UpdateResult } from '../inventory.ts';
import { builder } from './builder.ts';
import { identifierShape, SkuIdentifierInput, toIdentifier } from './identifier.ts';
import { Sku, SkuRestriction } from './sku.ts';
import { UserError } from './user-error.ts';

/** Absent leaves a quantity as it is; GraphQL also lets null through, which could mean anything. */
const quantity = z
  .int({ error: 'This must not be null. Leave it out to keep the quantity as it is.' })
  .min(0, 'This must be at least 0.')
  .max(MAX_QUANTITY, `This must be at most ${MAX_QUANTITY}.`)
  .optional();

const updateShape = z
  .looseObject({
    identifier: identifierShape,
    quantityInStock: quantity,
    quantityOnBackorder: quantity,
    restrictions: z.unknown().optional(),
  })
  .refine(
    (input) =>
      input.quantityInStock !== undefined ||
      input.quantityOnBackorder !== undefined ||
      input.restrictions !== undefined,
    {
      error: 'There is nothing to set: give quantityInStock, quantityOnBackorder or restrictions.',
      // Said even when a field is refused, so that one answer holds every problem.
      when: () => true,
    },
  );

const UpdateSkuInventoryInput = builder.inputType('UpdateSkuInventoryInput', {
  description:
    'Which SKU, and what to set. At least one of the three must be given; a field left out stays as it is.',
  validate: updateShape,
  fields: (t) => ({
    identifier: t.field({ type: SkuIdentifierInput, required: true, description: 'Names the SKU.' }),
    quantityInStock: t.int({ description: `Units that can be bought now, 0 to ${MAX_QUANTITY}.` }),
    quantityOnBackorder: t.int({
      description: `Units that are going to be replenished, 0 to ${MAX_QUANTITY}.`,
    }),
    restrictions: t.field({ type: SkuRestriction, description: 'The restriction; null lifts it.' }),
  }),
});

const InventoryOutcome = builder.enumType('InventoryOutcome', {
  description: 'What became of an update.',
  values: {
    APPLIED: { description: 'The SKU was changed; the change is on disk.' },
    UNCHANGED: { description: 'The SKU had these values already.' },
    REJECTED: { description: 'Nothing was changed; `userErrors` says why.' },
  } as const,
});

const UpdateSkuInventoryPayload = builder.objectRef<UpdateResult>('UpdateSkuInventoryPayload');
builder.objectType(UpdateSkuInventoryPayload, {
  description: 'What became of the update.',
  fields: (t) => ({
    outcome: t.field({
      type: InventoryOutcome,
      description: 'In one word.',
      resolve: ({ outcome }) => outcome,
    }),
    sku: t.field({
      type: Sku,
      nullable: true,
      description: 'The SKU after the update; null where the identifier names none.',
      resolve: (result) => (result.outcome === 'REJECTED' ? null : result.sku),
    }),
    userErrors: t.field({
      type: [UserError],
      description: 'Why the rules refused the update; empty unless `REJECTED`.',
      resolve: (result) => (result.outcome === 'REJECTED' ? [result.refusal] : []),
    }),
  }),
});

builder.mutationField('updateSkuInventory', (t) =>
  t.field({
    type: UpdateSkuInventoryPayload,
    description:
      "Sets a SKU's quantity in stock, quantity on backorder or restriction. " +
      'Once answered, the update is on disk.',
    args: {
      input: t.arg({
        type: UpdateSkuInventoryInput,
        required: true,
        description: 'Which SKU, and what to set.',
      }),
    },
    resolve: async (_root, { input }, { caller, source, inventory }) => {
      const origin = { supplierId: caller.supplierId, actor: caller.actor, source };
      const { quantityInStock, quantityOnBackorder, restrictions } = input;
      const [result] = await inventory.update(origin, [
        {
          identifier: toIdentifier(input.identifier),
          // Validation has refused null.
          quantityInStock: quantityInStock ?? undefined,
          quantityOnBackorder: quantityOnBackorder ?? undefined,
          restrictions,
        },
      ]);
      if (!result) throw new Error('An update was not answered.');
      return result;
    },
  }),
);
