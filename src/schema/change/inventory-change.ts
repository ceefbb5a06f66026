/** The type `InventoryChange`, a SKU's history, and the feed of all changes. */
import { z } from 'zod';
import { MAX_IDENTIFIER_LENGTH } from '../../domain/identifier.ts';
import {
  changeSources,
  type ChangeFilter,
  type ChangeSource,
  type InventoryChange as DomainChange,
} from '../../domain/change.ts';
import type { InventoryState as DomainState } from '../../domain/sku.ts';
import { builder } from '../builder/builder.ts';
import { decodeCursor, encodeCursor, MAX_FILTER_VALUES, pageArgs, toConnection } from '../builder/page.ts';
import { Sku, SkuRestriction } from '../sku/sku.ts';
import { storedText } from '../builder/stored-text.ts';

/** The most changes that one page of the feed reads. It bounds the cost of a page whose filter matches few changes. */
const MAX_PAGE_SCAN = 100_000;
/** Longest groupId that is accepted, in UTF-16 units. Those that the gateway makes have 36. */
export const MAX_GROUP_ID_LENGTH = 64;

const sourceDescriptions: Record<ChangeSource, string> = {
  GRAPHQL: 'A GraphQL mutation other than `revertInventoryChanges`.',
  REST: 'The legacy REST path for one SKU.',
  REST_BULK: 'The legacy REST path for many SKUs.',
  IMPORT: 'A CSV import.',
  FEED: 'An inventory file.',
  REVERT: 'The mutation `revertInventoryChanges`.',
};

const ChangeSourceEnum = builder.enumType('InventoryChangeSource', {
  description: 'What made a change.',
  // TypeScript types the keys of fromEntries as any string. The list has every source.
  values: Object.fromEntries(
    changeSources.map((value) => [value, { description: sourceDescriptions[value] }]),
  ) as Record<ChangeSource, { description: string }>,
});

const InventoryState = builder.objectRef<DomainState>('InventoryState').implement({
  description: "A SKU's inventory before or after a change.",
  fields: (t) => ({
    quantityInStock: t.exposeInt('quantityInStock', { description: 'Units in stock.' }),
    quantityOnBackorder: t.exposeInt('quantityOnBackorder', {
      description: 'Units on backorder.',
    }),
    restrictions: t.expose('restrictions', {
      type: SkuRestriction,
      nullable: true,
      description: 'The restriction; null if there was none.',
    }),
    backorderDate: t.expose('backorderDate', {
      type: 'Date',
      nullable: true,
      description: 'When the units on backorder were expected; null if no date was known.',
    }),
  }),
});

const InventoryDelta = builder.objectRef<DomainChange>('InventoryDelta').implement({
  description:
    'How much the quantities changed, in units. A negative number means that the quantity went down.',
  fields: (t) => ({
    quantityInStock: t.int({
      description: 'Units in stock after the change, minus units before it.',
      resolve: ({ before, after }) => after.quantityInStock - before.quantityInStock,
    }),
    quantityOnBackorder: t.int({
      description: 'Units on backorder after the change, minus units before it.',
      resolve: ({ before, after }) => after.quantityOnBackorder - before.quantityOnBackorder,
    }),
  }),
});

/** The type `InventoryChange`. */
export const InventoryChange = builder.objectRef<DomainChange>('InventoryChange').implement({
  description: 'One applied update. Changes are never edited or deleted.',
  fields: (t) => ({
    id: t.id({
      nullable: true,
      description:
        'The ID for `changeIds` of `revertInventoryChanges`. Null in a dry run, which stores no change.',
      resolve: ({ position }) => (position === null ? null : String(position)),
    }),
    skuId: t.exposeString('skuId', { description: 'The skuId of the SKU that changed.' }),
    sku: t.field({
      type: Sku,
      nullable: true,
      description: 'The SKU as it is now. Null after the SKU was deleted.',
      resolve: ({ skuId }, _args, { loaders }) => loaders().skus.load(skuId),
    }),
    version: t.exposeInt('version', { description: "The SKU's version after the change." }),
    before: t.expose('before', { type: InventoryState, description: 'The inventory before the change.' }),
    after: t.expose('after', { type: InventoryState, description: 'The inventory after the change.' }),
    delta: t.field({
      type: InventoryDelta,
      description: 'How much the quantities changed.',
      resolve: (change) => change,
    }),
    source: t.expose('source', { type: ChangeSourceEnum, description: 'What made the change.' }),
    actor: t.exposeString('actor', { description: 'The name of the token that made the change.' }),
    reason: t.exposeString('reason', { nullable: true, description: 'The reason that the caller gave.' }),
    referenceDocumentUri: t.exposeString('referenceDocumentUri', {
      nullable: true,
      description:
        'The URI of the document behind the change, such as an order, a delivery or a stock count.',
    }),
    groupId: t.exposeString('groupId', {
      nullable: true,
      description:
        'Shared by all changes of one bulk call, one import or one undo. Null for a single update.',
    }),
    changedAt: t.expose('changedAt', {
      type: 'DateTime',
      description: 'When the change was made. It is never earlier than the previous change of the same SKU.',
    }),
    asOf: t.expose('asOf', {
      type: 'DateTime',
      nullable: true,
      description:
        'The `asOf` that the caller gave. Null if it gave none: the update was then true when it arrived.',
    }),
  }),
});

const InventoryChangeConnection = builder.connectionObject(
  { type: InventoryChange, name: 'InventoryChangeConnection', description: 'A page of changes.' },
  { name: 'InventoryChangeEdge', description: 'A change and its cursor.' },
);

/** The filter of the feed and of the subscription. */
export const InventoryChangeFilterInput = builder.inputType('InventoryChangeFilterInput', {
  description: 'Conditions on changes. A change must meet all that are given.',
  validate: z.looseObject({
    skuIds: z
      .array(storedText(2 * MAX_IDENTIFIER_LENGTH))
      .max(MAX_FILTER_VALUES, `This must have at most ${MAX_FILTER_VALUES} items.`)
      .nullish(),
    sources: z
      .array(z.unknown())
      .max(MAX_FILTER_VALUES, `This must have at most ${MAX_FILTER_VALUES} items.`)
      .nullish(),
    groupId: storedText(MAX_GROUP_ID_LENGTH).nullish(),
  }),
  fields: (t) => ({
    skuIds: t.stringList({ description: `Only changes of these SKUs, at most ${MAX_FILTER_VALUES}.` }),
    sources: t.field({ type: [ChangeSourceEnum], description: 'Only changes from one of these sources.' }),
    groupId: t.string({ description: 'Only changes of this bulk call, import or undo.' }),
  }),
});

/** The domain's filter. Null means that a condition is absent. */
export function toChangeFilter(
  input: typeof InventoryChangeFilterInput.$inferInput | null | undefined,
): ChangeFilter {
  return {
    skuIds: input?.skuIds ? [...new Set(input.skuIds)] : undefined,
    sources: input?.sources ? [...new Set(input.sources)] : undefined,
    groupId: input?.groupId ?? undefined,
  };
}

/** The content of a feed cursor: the position of the last change that the client has seen. */
export const feedCursor = z.tuple([z.int().min(0)]);

/** The content of a history cursor: the position of the next older change, or 0 if there is none. */
const historyCursor = z.tuple([z.int().min(0)]);

builder.objectField(Sku, 'inventoryChanges', (t) =>
  t.field({
    type: InventoryChangeConnection,
    description: 'The changes of this SKU, newest first.',
    args: pageArgs('changes'),
    resolve: async ({ skuId }, { first, after }, { loaders }) => {
      const [newest] = decodeCursor(after, historyCursor) ?? [null];
      const changes = await loaders().histories.load({ skuId, newest, limit: first + 1 });
      return toConnection(changes, first, after, (change) => encodeCursor(change.previousPosition ?? 0));
    },
  }),
);

builder.queryField('inventoryChanges', (t) =>
  t.field({
    type: InventoryChangeConnection,
    description:
      'All changes of your SKUs, oldest first. Keep `pageInfo.endCursor` and send it as `after` later: no change is ever skipped. ' +
      `A page examines at most ${MAX_PAGE_SCAN} changes. With a filter it can therefore hold fewer than \`first\` changes, or none, ` +
      'while `hasNextPage` is true. Continue from its `endCursor`.',
    args: {
      ...pageArgs('changes'),
      filter: t.arg({ type: InventoryChangeFilterInput, description: 'Conditions on changes.' }),
    },
    resolve: async (_root, { first, after, filter }, { caller, inventory, meter }) => {
      const [start] = decodeCursor(after, feedCursor) ?? [0];
      const size = { limit: first + 1, maxScan: MAX_PAGE_SCAN };
      const { changes, position, isEnd } = await inventory.changesWindow(
        caller.supplierId,
        start,
        toChangeFilter(filter),
        size,
        meter,
      );
      const page = toConnection(changes, first, after, (change) => encodeCursor(change.position ?? 0));
      if (changes.length > first || position === start) return page;
      // The cursor is after the last change that this page read, also if it did not match. The next page does not read it again.
      return {
        ...page,
        pageInfo: { ...page.pageInfo, hasNextPage: !isEnd, endCursor: encodeCursor(position) },
      };
    },
  }),
);
