/** The SKU as dashboards see it, and how one is looked up. */
import { GraphQLError } from 'graphql';
import { z } from 'zod';
import { describeRefusal, MAX_CANDIDATES } from '../../domain/refusal.ts';
import {
  availabilities,
  availabilityOf,
  type Availability,
  type Sku as DomainSku,
} from '../../domain/sku.ts';
import { builder } from '../builder/builder.ts';
import { identifierShape, SkuIdentifierInput, toIdentifier } from './identifier.ts';
import { isStorable } from '../builder/stored-text.ts';

export const SkuRestriction = builder.enumType('SkuRestriction', {
  description: 'Why a SKU cannot be bought whatever its quantities.',
  values: {
    DISCONTD: { value: 'discontd', description: 'Discontinued. On the REST path: `discontd`.' },
    TMPUNAVAIL: {
      value: 'tmpunavail',
      description: 'Temporarily unavailable. On the REST path: `tmpunavail`.',
    },
  } as const,
});

const availabilityDescriptions: Record<Availability, string> = {
  DISCONTINUED: 'Restricted: discontinued.',
  TEMPORARILY_UNAVAILABLE: 'Restricted: temporarily unavailable.',
  IN_STOCK: 'Some can be bought now.',
  BACKORDER: 'None can be bought now, but some are going to be replenished.',
  OUT_OF_STOCK: 'None can be bought now, and none are on backorder.',
};

export const SkuAvailability = builder.enumType('SkuAvailability', {
  description: 'What a buyer can count on, derived from the restriction and then the quantities.',
  // Each availability with its description.
  values: Object.fromEntries(
    availabilities.map((value) => [value, { description: availabilityDescriptions[value] }]),
  ) as Record<Availability, { description: string }>,
});

const SkuCondition = builder.enumType('SkuCondition', {
  description: 'The condition in which a SKU is sold.',
  values: {
    NEW: { value: 'new', description: 'Never used. In a CSV file: `new`.' },
    USED: { value: 'used', description: 'Used before. In a CSV file: `used`.' },
    REFURB: { value: 'refurb', description: 'Refurbished. In a CSV file: `refurb`.' },
  } as const,
});

export const Sku = builder.objectRef<DomainSku>('Sku');

builder.node(Sku, {
  description: 'One thing as one supplier sells it.',
  id: { resolve: ({ skuId }) => skuId, description: 'Its global id, for `node`.' },
  loadOne: (skuId, { loaders }) => (isStorable(skuId) ? loaders().skus.load(skuId) : null),
  fields: (t) => ({
    skuId: t.exposeString('skuId', { description: "The supplier's own code for it." }),
    itemId: t.exposeString('itemId', {
      nullable: true,
      description: 'The catalog item that it is an offer of.',
    }),
    title: t.exposeString('title', { nullable: true, description: 'What it is called.' }),
    condition: t.expose('condition', {
      type: SkuCondition,
      nullable: true,
      description: 'In which condition it is sold.',
    }),
    upca: t.exposeString('upca', { nullable: true, description: 'UPC-A, as the supplier spells it.' }),
    ean13: t.exposeString('ean13', { nullable: true, description: 'EAN-13, as the supplier spells it.' }),
    gtin14: t.exposeString('gtin14', { nullable: true, description: 'GTIN-14, as the supplier spells it.' }),
    isbn: t.exposeString('isbn', { nullable: true, description: 'ISBN, as the supplier spells it.' }),
    quantityInStock: t.exposeInt('quantityInStock', { description: 'Units that can be bought now.' }),
    quantityOnBackorder: t.exposeInt('quantityOnBackorder', {
      description: 'Units that are going to be replenished.',
    }),
    restrictions: t.expose('restrictions', {
      type: SkuRestriction,
      nullable: true,
      description: 'Why it cannot be bought; null where nothing restricts it.',
    }),
    availability: t.field({
      type: SkuAvailability,
      description: 'What a buyer can count on.',
      resolve: availabilityOf,
    }),
    version: t.exposeInt('version', {
      description:
        'How many changes its inventory has had: 0 before the first, then 1, 2, 3, ... without a gap.',
    }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      description: 'When it last changed. It never goes back.',
    }),
  }),
});

builder.queryField('sku', (t) =>
  t.field({
    type: Sku,
    nullable: true,
    description:
      'The SKU of yours that the identifier names; null where there is none. ' +
      'An identifier that several SKUs share is an error with the code `AMBIGUOUS_IDENTIFIER`: its extensions hold the skuIds of ' +
      `the first ${MAX_CANDIDATES} as \`candidates\`, and how many share it as \`candidateCount\`.`,
    args: { by: t.arg({ type: SkuIdentifierInput, required: true, description: 'Its identifier.' }) },
    validate: z.object({ by: identifierShape }),
    resolve: async (_root, { by }, { caller, inventory }) => {
      const [match] = await inventory.find(caller.supplierId, [toIdentifier(by)]);
      if (match && 'sku' in match) return match.sku;
      if (match?.refusal.problem !== 'AMBIGUOUS_IDENTIFIER') return null;
      const { problem, candidates, candidateCount } = match.refusal;
      const skuIds = candidates.map(({ skuId }) => skuId);
      throw new GraphQLError(describeRefusal(match.refusal), {
        extensions: { code: problem, candidates: skuIds, candidateCount },
      });
    },
  }),
);
