/** The queries of changes: a SKU's history and last change, and the feed of all changes. */
import { z } from 'zod';
import { builder } from '../builder/builder.ts';
import { decodeCursor, encodeCursor, OrderDirection, pageArgs, toConnection } from '../builder/page.ts';
import { toTwoWayConnection, toTwoWayPage, twoWayPageArgs } from '../builder/two-way-page.ts';
import { Sku } from '../sku/sku.ts';
import { InventoryChangeFilterInput, toChangeFilter } from './change-filter.ts';
import { InventoryChange } from './inventory-change.ts';
import { cursorOf, decodePlace, encodePlace, requirePlaces } from './log-cursor.ts';

/** The most changes that one page of the feed reads. It bounds the cost of a page whose filter matches few changes. */
export const MAX_PAGE_SCAN = 100_000;

/** A page of changes. */
export const InventoryChangeConnection = builder.connectionObject(
  { type: InventoryChange, name: 'InventoryChangeConnection', description: 'A page of changes.' },
  { name: 'InventoryChangeEdge', description: 'A change and its cursor.' },
);

/** The content of a history cursor: the position of the next older change, or 0 if there is none. */
const historyCursor = z.tuple([z.int().min(0)]);

builder.objectField(Sku, 'inventoryChanges', (t) =>
  t.field({
    type: InventoryChangeConnection,
    description: 'The changes of this SKU, newest first, as far back as the gateway keeps them.',
    args: pageArgs('changes'),
    resolve: async ({ skuId }, { first, after }, context) => {
      const [newest] = decodeCursor(after, historyCursor) ?? [null];
      const changes = await context.loaders().histories.load({ skuId, newest, limit: first + 1 });
      // Nothing is there at the end of a history, and in a log that ends before the cursor.
      if (newest !== null && changes.length === 0)
        await requirePlaces(context, { before: { position: newest, changedAt: null } });
      return toConnection(changes, first, after, (change) => encodeCursor(change.previousPosition ?? 0));
    },
  }),
);

const InventoryChangeOrderInput = builder.inputType('InventoryChangeOrderInput', {
  description: 'The sort order of a list of changes: the order in which they were committed, or the reverse.',
  fields: (t) => ({
    direction: t.field({
      type: OrderDirection,
      required: true,
      defaultValue: 'ASC',
      description: 'Sort direction.',
    }),
  }),
});

builder.queryField('inventoryChanges', (t) =>
  t.field({
    type: InventoryChangeConnection,
    description:
      'All changes of your SKUs, oldest first, or newest first with `orderBy`. To follow what happens, read oldest first, keep `pageInfo.endCursor` and send it as `after` later: no change is ever skipped. ' +
      'A cursor of a change that the store has lost is an error with the code `CURSOR_AHEAD`, and one behind which old changes were taken away is `CURSOR_EXPIRED`. ' +
      `A page examines at most ${MAX_PAGE_SCAN} changes. With a filter it can therefore hold fewer than \`first\` changes, or none, ` +
      'while `hasNextPage` is true. Continue from its `endCursor`. With `last`, continue from `startCursor` while `hasPreviousPage` is true.',
    args: {
      ...twoWayPageArgs('changes'),
      orderBy: t.arg({
        type: InventoryChangeOrderInput,
        required: true,
        defaultValue: { direction: 'ASC' },
        description: 'The sort order. A cursor fits both orders.',
      }),
      filter: t.arg({ type: InventoryChangeFilterInput, description: 'Conditions on changes.' }),
    },
    resolve: async (_root, { orderBy, filter, ...args }, context) => {
      const { caller, inventory, meter } = context;
      const { supplierId } = caller;
      const page = toTwoWayPage(args);
      const { isBackward, limit } = page;
      const from = decodePlace(page.start, isBackward ? 'before' : 'after');
      const until = decodePlace(page.end, isBackward ? 'after' : 'before');
      const size = { limit: limit + 1, maxScan: MAX_PAGE_SCAN, until: until?.position };
      const isAscending = (orderBy.direction === 'DESC') === isBackward;
      const start = from?.position ?? (isAscending ? 0 : (await inventory.lastPosition(supplierId)) + 1);
      const window = await (isAscending
        ? inventory.changesWindow(supplierId, start, toChangeFilter(filter), size, meter)
        : inventory.changesBackwards(supplierId, start, toChangeFilter(filter), size, meter));
      // The cursor is after the last change that this page read, also if it did not match. The next page does not read it again.
      const isShort = window.changes.length <= limit && window.position !== start;
      const reached = isShort ? window.position : undefined;
      const [behind, before] = isAscending ? [from, until] : [until, from];
      const marks =
        from || until || isShort ? await requirePlaces(context, { behind, before, reached }) : undefined;
      return toTwoWayConnection(
        window.changes,
        page,
        cursorOf,
        isShort && marks
          ? { cursor: encodePlace(marks.placeAt(window.position)), isEnd: window.isEnd }
          : undefined,
      );
    },
  }),
);

builder.objectField(Sku, 'lastChange', (t) =>
  t.field({
    type: InventoryChange,
    nullable: true,
    description:
      'The last stored change of the SKU: who made it, when and why. Null if the SKU was never changed. A dry run stores no change.',
    resolve: async ({ skuId, version, lastChangePosition: position }, _args, { loaders }) => {
      if (version === 0) return null;
      const change = position === null ? null : await loaders().changes.load(position);
      if (change?.version === version) return change;
      // The SKU is from the answer to a mutation, which read it before its last change was stored.
      const [newest = null] = await loaders().histories.load({ skuId, newest: null, limit: 1 });
      return newest;
    },
  }),
);

builder.queryField('inventoryChangesCursor', (t) =>
  t.string({
    description:
      'The cursor of now, for `after` of `inventoryChanges` and `inventoryChanged`: only changes that are committed later come after it. ' +
      'Ask for it before you read SKUs, and no change is lost between reading and following. Begin anew in this way after `CURSOR_AHEAD` and `CURSOR_EXPIRED`.',
    resolve: async (_root, _args, { caller, inventory }) =>
      encodePlace((await inventory.marksAt(caller.supplierId, [])).last),
  }),
);
