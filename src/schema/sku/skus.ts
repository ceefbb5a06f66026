/** The query `skus`: lists SKUs with filters and an order, page by page. */
import { z } from 'zod';
import { MAX_IDENTIFIER_LENGTH } from '../../domain/identifier.ts';
import type { Inventory } from '../../domain/inventory.ts';
import { MAX_QUANTITY, type Sku as DomainSku, type SkuKeyset, type SkuOrder } from '../../domain/sku.ts';
import { builder } from '../builder/builder.ts';
import { decodeCursor, encodeCursor, OrderDirection, pageArgs, toConnection } from '../builder/page.ts';
import { SkuFilterInput, toFilter } from './sku-filter.ts';
import { readIndex, SkuIndex, stepArgs, type FindIndex } from './sku-index.ts';
import { Sku } from './sku.ts';
import { storedText } from '../builder/stored-text.ts';

/** Longest text in a cursor, in UTF-16 units: a skuId of MAX_IDENTIFIER_LENGTH characters, each of which can take two. */
const MAX_CURSOR_TEXT = 2 * MAX_IDENTIFIER_LENGTH;

/** The most SKUs that `totalCount` counts. The bound is needed because counting reads every SKU that it counts. */
const MAX_TOTAL_COUNT = 10_000;

/** Added to a page of SKUs, so that its fields can count. */
interface Counted {
  /** Counts the SKUs that match. Resolves to MAX_TOTAL_COUNT + 1 if there are more than MAX_TOTAL_COUNT. Counts once. */
  readonly count: () => ReturnType<Inventory['countSkus']>;
  readonly findIndex: FindIndex;
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
      index: t.field({
        type: SkuIndex,
        description:
          'The exact number of SKUs that match, and the cursors of every so-many-th of them in this order, so that a client can jump to any place. ' +
          'It covers the SKUs on all pages, whatever `first` and `after` are.',
        args: stepArgs,
        resolve: ({ findIndex }, { every }) => readIndex(every, findIndex),
      }),
    }),
  },
  { name: 'SkuEdge', description: 'A SKU and its cursor.' },
);

const SkuOrderField = builder.enumType('SkuOrderField', {
  description: 'What SKUs are sorted by. SKUs with the same value are sorted by skuId.',
  values: {
    SKU_ID: { description: 'By skuId.' },
    UPDATED_AT: { description: 'By the time of the last change.' },
    QUANTITY_IN_STOCK: { description: 'By quantity in stock.' },
  } as const satisfies Record<SkuOrder, object>,
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
      const descending = orderBy.direction === 'DESC';
      const [, value, skuId] = decodeCursor(after, cursorShape(order)) ?? [];
      const page = {
        ...{ filter, order, descending, limit: first + 1 },
        after: value !== undefined && skuId !== undefined ? { value, skuId } : null,
      };
      const skus = await inventory.listSkus(caller.supplierId, page, meter);
      let counted: Promise<number> | undefined;
      const count = () =>
        (counted ??= inventory.countSkus(caller.supplierId, filter, MAX_TOTAL_COUNT, meter));
      const cursorOf = (keyset: SkuKeyset) => encodeCursor(order, keyset.value, keyset.skuId);
      const findIndex: FindIndex = async (every, atMost) => {
        const steps = { filter, order, descending, every, atMost };
        const index = await inventory.indexSkus(caller.supplierId, steps, meter);
        return typeof index === 'string' ? index : { count: index.count, cursors: index.marks.map(cursorOf) };
      };
      return {
        ...toConnection(skus, first, after, (sku) =>
          cursorOf({ value: keyOf(sku, order), skuId: sku.skuId }),
        ),
        ...{ count, findIndex },
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
