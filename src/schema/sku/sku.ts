/** The type `Sku`, its enums, and the query `sku`. */
import { GraphQLError } from 'graphql';
import { z } from 'zod';
import { describeRefusal, MAX_CANDIDATES } from '../../domain/refusal.ts';
import {
  availabilities,
  availabilityOf,
  type AsOf,
  type Availability,
  type Restriction,
  type Sku as DomainSku,
} from '../../domain/sku.ts';
import { builder } from '../builder/builder.ts';
import { enumValues } from '../builder/enum-values.ts';
import { identifierShape, SkuIdentifierInput, toIdentifier } from './identifier.ts';
import { isStorable } from '../builder/stored-text.ts';

/** For each restriction's name in GraphQL, its name in the domain, in the store and on the REST path. */
export const restrictionOf = {
  DISCONTD: 'discontd',
  TMPUNAVAIL: 'tmpunavail',
} as const satisfies Record<Uppercase<Restriction>, Restriction>;
/** A restriction's name in GraphQL. */
export type RestrictionName = keyof typeof restrictionOf;
/** All restrictions' names in GraphQL. */
export const restrictionNames = ['DISCONTD', 'TMPUNAVAIL'] as const satisfies readonly RestrictionName[];

/** The restrictions as a GraphQL enum. */
export const SkuRestriction = builder.enumType('SkuRestriction', {
  description: 'Why a SKU cannot be bought, whatever its quantities.',
  values: {
    DISCONTD: {
      value: restrictionOf.DISCONTD,
      description: 'Discontinued. The legacy REST path spells it `discontd`.',
    },
    TMPUNAVAIL: {
      value: restrictionOf.TMPUNAVAIL,
      description: 'Temporarily unavailable. The legacy REST path spells it `tmpunavail`.',
    },
  } as const,
});

const availabilityDescriptions: Record<Availability, string> = {
  DISCONTINUED: 'Restricted as discontinued (`DISCONTD`).',
  TEMPORARILY_UNAVAILABLE: 'Restricted as temporarily unavailable (`TMPUNAVAIL`).',
  IN_STOCK: 'Not restricted, and at least one unit is in stock.',
  BACKORDER: 'Not restricted. No unit is in stock, but some are on backorder.',
  OUT_OF_STOCK: 'Not restricted. No unit is in stock or on backorder.',
};

/** The availabilities as a GraphQL enum. */
export const SkuAvailability = builder.enumType('SkuAvailability', {
  description:
    'Whether a buyer can get the SKU. It follows from the restriction first, then from the quantities.',
  values: enumValues(availabilities, availabilityDescriptions),
});

const SkuCondition = builder.enumType('SkuCondition', {
  description: 'The condition in which a SKU is sold.',
  values: {
    NEW: { value: 'new', description: 'Never used. CSV files spell it `new`.' },
    USED: { value: 'used', description: 'Used before. CSV files spell it `used`.' },
    REFURB: { value: 'refurb', description: 'Refurbished. CSV files spell it `refurb`.' },
  } as const,
});

const SkuAsOf = builder.objectRef<AsOf>('SkuAsOf').implement({
  description:
    'When the value of each field was true: the `asOf` of the update that said so, or the time at which it arrived. Null if nothing was ever said of the field.',
  fields: (t) => ({
    quantityInStock: t.expose('quantityInStock', {
      type: 'DateTime',
      nullable: true,
      description: 'Of the quantity in stock, adjustments included.',
    }),
    quantityOnBackorder: t.expose('quantityOnBackorder', {
      type: 'DateTime',
      nullable: true,
      description: 'Of the quantity on backorder, adjustments included.',
    }),
    restrictions: t.expose('restrictions', {
      type: 'DateTime',
      nullable: true,
      description: 'Of the restriction.',
    }),
    backorderDate: t.expose('backorderDate', {
      type: 'DateTime',
      nullable: true,
      description: 'Of the backorder date.',
    }),
  }),
});

/** The type `Sku`. Other files add fields to it. */
export const Sku = builder.objectRef<DomainSku>('Sku');

builder.node(Sku, {
  description: 'A stock keeping unit: one item as one supplier sells it.',
  id: { resolve: ({ skuId }) => skuId, description: 'The global ID, for `Query.node`.' },
  loadOne: (skuId, { loaders }) => (isStorable(skuId) ? loaders().skus.load(skuId) : null),
  fields: (t) => ({
    skuId: t.exposeString('skuId', { description: "The supplier's own code for the SKU." }),
    itemId: t.exposeString('itemId', {
      nullable: true,
      description: 'The catalog item that this SKU offers.',
    }),
    title: t.exposeString('title', { nullable: true, description: 'The title in the catalog.' }),
    condition: t.expose('condition', {
      type: SkuCondition,
      nullable: true,
      description: 'The condition in which the SKU is sold.',
    }),
    upca: t.exposeString('upca', { nullable: true, description: 'UPC-A, as the supplier spells it.' }),
    ean13: t.exposeString('ean13', { nullable: true, description: 'EAN-13, as the supplier spells it.' }),
    gtin14: t.exposeString('gtin14', { nullable: true, description: 'GTIN-14, as the supplier spells it.' }),
    isbn: t.exposeString('isbn', { nullable: true, description: 'ISBN, as the supplier spells it.' }),
    quantityInStock: t.exposeInt('quantityInStock', {
      description: 'Units in stock, which can be bought now.',
    }),
    quantityOnBackorder: t.exposeInt('quantityOnBackorder', {
      description: 'Units on backorder, which are going to be replenished.',
    }),
    restrictions: t.expose('restrictions', {
      type: SkuRestriction,
      nullable: true,
      description: 'Why the SKU cannot be bought; null if nothing restricts it.',
    }),
    backorderDate: t.expose('backorderDate', {
      type: 'Date',
      nullable: true,
      description: 'When the units on backorder are expected; null if no date is known.',
    }),
    availability: t.field({
      type: SkuAvailability,
      description: 'Whether a buyer can get the SKU.',
      resolve: availabilityOf,
    }),
    version: t.exposeInt('version', {
      description:
        'The number of changes so far: 0, then 1, 2, 3 without gaps. Send it as `expected.version` to refuse an update if somebody else changed the SKU.',
    }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      description: 'When the SKU last changed. It never moves back.',
    }),
    asOf: t.expose('asOf', { type: SkuAsOf, description: 'When the value of each field was true.' }),
  }),
});

builder.queryField('sku', (t) =>
  t.field({
    type: Sku,
    nullable: true,
    description:
      'Your SKU with this identifier; null if there is none. ' +
      'If several SKUs share the identifier, the answer is an error with the code `AMBIGUOUS_IDENTIFIER`. ' +
      `Its extensions hold the first ${MAX_CANDIDATES} skuIds (\`candidates\`) and the number of SKUs (\`candidateCount\`).`,
    args: {
      by: t.arg({ type: SkuIdentifierInput, required: true, description: 'The identifier to look up.' }),
    },
    validate: z.object({ by: identifierShape }),
    resolve: async (_root, { by }, { caller, inventory }) => {
      const [match] = await inventory.find(caller.supplierId, [toIdentifier(by)]);
      if (!match) throw new Error('An identifier was not looked up.');
      if ('sku' in match) return match.sku;
      switch (match.refusal.problem) {
        case 'INVALID_IDENTIFIER':
        case 'SKU_NOT_FOUND':
          return null;
        case 'AMBIGUOUS_IDENTIFIER': {
          const { problem, candidates, candidateCount } = match.refusal;
          const skuIds = candidates.map(({ skuId }) => skuId);
          throw new GraphQLError(describeRefusal(match.refusal), {
            extensions: { code: problem, candidates: skuIds, candidateCount },
          });
        }
      }
    },
  }),
);
