/** Lists of SKUs: filtered, ordered, a page at a time. */
import { z } from 'zod';
import { MAX_IDENTIFIER_LENGTH } from '../../domain/identifier.ts';
import type { Inventory } from '../../domain/inventory.ts';
import { MAX_QUANTITY, type Sku as DomainSku, type SkuFilter, type SkuOrder } from '../../domain/sku.ts';
import { builder } from '../builder/builder.ts';
import { identifierShape, SkuIdentifierInput, toIdentifier } from './identifier.ts';
import { MAX_FILTER_VALUES } from '../builder/page.ts';
import { decodeCursor, encodeCursor, pageArgs, toConnection } from '../builder/page.ts';
import { Sku, SkuAvailability, SkuRestriction } from './sku.ts';
import { storedText } from '../builder/stored-text.ts';

const MAX_SEARCH_LENGTH = 100;
const MAX_CURSOR_TEXT = 2 * MAX_IDENTIFIER_LENGTH;

/** SKUs that `totalCount` counts at most: what is counted has to be read. */
const MAX_TOTAL_COUNT = 10_000;

/** What a connection needs beside its page, to count when it is asked. */
interface Counted {
  /** Up to MAX_TOTAL_COUNT, and one more where there are more. */
  readonly count: () => ReturnType<Inventory['countSkus']>;
}

const SkuConnection = builder.connectionObject<typeof Sku, Counted, false, false>(
  {
    type: Sku,
    name: 'SkuConnection',
    description: 'A page of SKUs.',
    fields: (t) => ({
      totalCount: t.int({
        nullable: true,
        description: `How many SKUs the filter lets through, on all pages; null where there are more than ${MAX_TOTAL_COUNT}. Counted only when it is asked for.`,
        resolve: async ({ count }) => {
          const counted = await count();
          return counted > MAX_TOTAL_COUNT ? null : counted;
        },
      }),
      totalCountIsAtLeast: t.int({
        description: `How many SKUs the filter lets through at least: \`totalCount\`, or ${MAX_TOTAL_COUNT} where there are more. Counted only when it is asked for.`,
        resolve: async ({ count }) => Math.min(await count(), MAX_TOTAL_COUNT),
      }),
    }),
  },
  { name: 'SkuEdge', description: 'A SKU and its cursor.' },
);

const QuantityRangeInput = builder.inputType('QuantityRangeInput', {
  description: 'From the least to the most, both included.',
  fields: (t) => ({
    min: t.int({ description: 'The least.' }),
    max: t.int({ description: 'The most.' }),
  }),
});

const SkuFilterInput = builder.inputType('SkuFilterInput', {
  description: 'Which SKUs; all that is given must hold.',
  validate: z.looseObject({
    skuIds: z
      .array(storedText(MAX_IDENTIFIER_LENGTH * 2))
      .max(MAX_FILTER_VALUES, `At most ${MAX_FILTER_VALUES}.`)
      .nullish(),
    identifiers: z.array(identifierShape).max(MAX_FILTER_VALUES, `At most ${MAX_FILTER_VALUES}.`).nullish(),
    search: storedText(MAX_SEARCH_LENGTH).nullish(),
  }),
  fields: (t) => ({
    skuIds: t.stringList({ description: `With one of these skuIds, at most ${MAX_FILTER_VALUES}.` }),
    identifiers: t.field({
      type: [SkuIdentifierInput],
      description: `Named by one of these, at most ${MAX_FILTER_VALUES}; all that share a code, however many.`,
    }),
    search: t.string({ description: 'With this in the title or the skuId; ASCII letters in any case.' }),
    restrictions: t.field({
      type: SkuRestriction,
      description: 'With this restriction; null: with none.',
    }),
    availability: t.field({ type: SkuAvailability, description: 'With this availability.' }),
    quantityInStock: t.field({
      type: QuantityRangeInput,
      description: 'With a quantity in stock in this range.',
    }),
    updatedAfter: t.field({ type: 'DateTime', description: 'Changed after this moment.' }),
  }),
});

const SkuOrderField = builder.enumType('SkuOrderField', {
  description: 'By what SKUs are ordered; those that are equal, by skuId.',
  values: {
    SKU_ID: { description: 'By skuId.' },
    UPDATED_AT: { description: 'By when they last changed.' },
    QUANTITY_IN_STOCK: { description: 'By quantity in stock.' },
  } as const satisfies Record<SkuOrder, object>,
});

const OrderDirection = builder.enumType('OrderDirection', {
  description: 'Up or down.',
  values: { ASC: { description: 'The least first.' }, DESC: { description: 'The most first.' } } as const,
});

const SkuOrderInput = builder.inputType('SkuOrderInput', {
  description: 'In which order.',
  fields: (t) => ({
    field: t.field({ type: SkuOrderField, required: true, description: 'By what.' }),
    direction: t.field({
      type: OrderDirection,
      required: true,
      defaultValue: 'ASC',
      description: 'Up or down.',
    }),
  }),
});

builder.queryField('skus', (t) =>
  t.field({
    type: SkuConnection,
    description: 'Your SKUs, a page at a time.',
    args: {
      ...pageArgs('SKUs'),
      filter: t.arg({ type: SkuFilterInput, description: 'Which SKUs.' }),
      orderBy: t.arg({
        type: SkuOrderInput,
        required: true,
        defaultValue: { field: 'SKU_ID', direction: 'ASC' },
        description: 'In which order.',
      }),
    },
    resolve: async (_root, { first, after, filter: input, orderBy }, { caller, inventory, meter }) => {
      const filter = toFilter(input);
      const order = orderBy.field;
      const [, value, skuId] = decodeCursor(after, cursorShape(order)) ?? [];
      const page = {
        filter,
        order,
        descending: orderBy.direction === 'DESC',
        after: value !== undefined && skuId !== undefined ? { value, skuId } : null,
        limit: first + 1,
      };
      const skus = await inventory.listSkus(caller.supplierId, page, meter);
      let counted: Promise<number> | undefined;
      const count = () =>
        (counted ??= inventory.countSkus(caller.supplierId, filter, MAX_TOTAL_COUNT, meter));
      return {
        ...toConnection(skus, first, after, (sku) => encodeCursor(order, keyOf(sku, order), sku.skuId)),
        count,
      };
    },
  }),
);

/** A cursor of another order would say nothing about this one. */
function cursorShape(order: SkuOrder) {
  const text = storedText(MAX_CURSOR_TEXT);
  const value: z.ZodType<string | number> = order === 'QUANTITY_IN_STOCK' ? z.int().max(MAX_QUANTITY) : text;
  return z.tuple([z.literal(order), value, text]);
}

function keyOf(sku: DomainSku, order: SkuOrder): string | number {
  if (order === 'UPDATED_AT') return sku.updatedAt;
  return order === 'QUANTITY_IN_STOCK' ? sku.quantityInStock : sku.skuId;
}

/** Null means absent, but for the restriction, where it means none. */
function toFilter(input: typeof SkuFilterInput.$inferInput | null | undefined): SkuFilter {
  return {
    skuIds: input?.skuIds ? [...new Set(input.skuIds)] : undefined,
    identifiers: input?.identifiers?.map(toIdentifier),
    search: input?.search ?? undefined,
    restrictions: input?.restrictions,
    availability: input?.availability ?? undefined,
    minQuantityInStock: input?.quantityInStock?.min ?? undefined,
    maxQuantityInStock: input?.quantityInStock?.max ?? undefined,
    updatedAfter: input?.updatedAfter ?? undefined,
  };
}
