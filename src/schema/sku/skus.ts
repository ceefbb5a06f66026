/** The query `skus`: lists SKUs with filters and an order, page by page. */
import { z } from 'zod';
import { MAX_IDENTIFIER_LENGTH } from '../../domain/identifier.ts';
import type { Inventory } from '../../domain/inventory.ts';
import { MAX_QUANTITY, type Sku as DomainSku, type SkuFilter, type SkuOrder } from '../../domain/sku.ts';
import { builder } from '../builder/builder.ts';
import { identifierShape, SkuIdentifierInput, toIdentifier } from './identifier.ts';
import { MAX_FILTER_VALUES, MAX_SEARCH_LENGTH } from '../builder/page.ts';
import { decodeCursor, encodeCursor, pageArgs, toConnection } from '../builder/page.ts';
import { Sku, SkuAvailability, SkuRestriction } from './sku.ts';
import { storedText } from '../builder/stored-text.ts';

/** Longest text in a cursor, in UTF-16 units: a skuId of MAX_IDENTIFIER_LENGTH characters, each of which can take two. */
const MAX_CURSOR_TEXT = 2 * MAX_IDENTIFIER_LENGTH;

/** The most SKUs that `totalCount` counts. The bound is needed because counting reads every SKU that it counts. */
const MAX_TOTAL_COUNT = 10_000;

/** Added to a page of SKUs, so that its fields can count. */
interface Counted {
  /** Counts the SKUs that match. Resolves to MAX_TOTAL_COUNT + 1 if there are more than MAX_TOTAL_COUNT. Counts once. */
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
        description: `The number of SKUs that match the filter, on all pages. Null if there are more than ${MAX_TOTAL_COUNT}. Counted only if selected.`,
        resolve: async ({ count }) => {
          const counted = await count();
          return counted > MAX_TOTAL_COUNT ? null : counted;
        },
      }),
      totalCountIsAtLeast: t.int({
        description: `The least number of SKUs that match the filter: \`totalCount\`, or ${MAX_TOTAL_COUNT} if there are more. Counted only if selected.`,
        resolve: async ({ count }) => Math.min(await count(), MAX_TOTAL_COUNT),
      }),
    }),
  },
  { name: 'SkuEdge', description: 'A SKU and its cursor.' },
);

const QuantityRangeInput = builder.inputType('QuantityRangeInput', {
  description: 'A range of quantities, in units. Both ends are included, and each may be left out.',
  fields: (t) => ({
    min: t.int({ description: 'The smallest quantity.' }),
    max: t.int({ description: 'The largest quantity.' }),
  }),
});

const SkuFilterInput = builder.inputType('SkuFilterInput', {
  description: 'Conditions on SKUs. A SKU must meet all that are given.',
  validate: z.looseObject({
    skuIds: z
      .array(storedText(MAX_IDENTIFIER_LENGTH * 2))
      .max(MAX_FILTER_VALUES, `This must have at most ${MAX_FILTER_VALUES} items.`)
      .nullish(),
    identifiers: z
      .array(identifierShape)
      .max(MAX_FILTER_VALUES, `This must have at most ${MAX_FILTER_VALUES} items.`)
      .nullish(),
    search: storedText(MAX_SEARCH_LENGTH).nullish(),
  }),
  fields: (t) => ({
    skuIds: t.stringList({
      description: `Only SKUs with one of these skuIds, at most ${MAX_FILTER_VALUES}.`,
    }),
    identifiers: t.field({
      type: [SkuIdentifierInput],
      description: `Only SKUs with one of these identifiers, at most ${MAX_FILTER_VALUES}. A shared code matches every SKU that has it.`,
    }),
    search: t.string({
      description: `Only SKUs whose title or skuId contains this text, at most ${MAX_SEARCH_LENGTH} characters. ASCII letters match in either case.`,
    }),
    restrictions: t.field({
      type: SkuRestriction,
      description: 'Only SKUs with this restriction. Null means without any restriction.',
    }),
    availability: t.field({ type: SkuAvailability, description: 'Only SKUs with this availability.' }),
    quantityInStock: t.field({
      type: QuantityRangeInput,
      description: 'Only SKUs with a quantity in stock in this range.',
    }),
    updatedAfter: t.field({ type: 'DateTime', description: 'Only SKUs that changed after this time.' }),
  }),
});

const SkuOrderField = builder.enumType('SkuOrderField', {
  description: 'What SKUs are sorted by. SKUs with the same value are sorted by skuId.',
  values: {
    SKU_ID: { description: 'By skuId.' },
    UPDATED_AT: { description: 'By the time of the last change.' },
    QUANTITY_IN_STOCK: { description: 'By quantity in stock.' },
  } as const satisfies Record<SkuOrder, object>,
});

const OrderDirection = builder.enumType('OrderDirection', {
  description: 'Sort direction.',
  values: {
    ASC: { description: 'Smallest or oldest first.' },
    DESC: { description: 'Largest or newest first.' },
  } as const,
});

const SkuOrderInput = builder.inputType('SkuOrderInput', {
  description: 'The sort order of a list of SKUs.',
  fields: (t) => ({
    field: t.field({ type: SkuOrderField, required: true, description: 'What to sort by.' }),
    direction: t.field({
      type: OrderDirection,
      required: true,
      defaultValue: 'ASC',
      description: 'Sort direction.',
    }),
  }),
});

builder.queryField('skus', (t) =>
  t.field({
    type: SkuConnection,
    description: 'Your SKUs, page by page.',
    args: {
      ...pageArgs('SKUs'),
      filter: t.arg({ type: SkuFilterInput, description: 'Conditions on SKUs.' }),
      orderBy: t.arg({
        type: SkuOrderInput,
        required: true,
        defaultValue: { field: 'SKU_ID', direction: 'ASC' },
        description: 'The sort order.',
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

/** Cursors name their order, because a position in another order has no meaning in this one. */
function cursorShape(order: SkuOrder) {
  const text = storedText(MAX_CURSOR_TEXT);
  const value: z.ZodType<string | number> = order === 'QUANTITY_IN_STOCK' ? z.int().max(MAX_QUANTITY) : text;
  return z.tuple([z.literal(order), value, text]);
}

function keyOf(sku: DomainSku, order: SkuOrder): string | number {
  if (order === 'UPDATED_AT') return sku.updatedAt;
  return order === 'QUANTITY_IN_STOCK' ? sku.quantityInStock : sku.skuId;
}

/** The domain's filter. Null means that a condition is absent, except for the restriction, where it means no restriction. */
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
