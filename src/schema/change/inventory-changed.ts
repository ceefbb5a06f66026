/** Live: changes as they are committed, resumable from where a client was cut off. */
import type { InventoryChange as DomainChange } from '../../domain/change.ts';
import { builder } from '../builder/builder.ts';
import {
  toChangeFilter,
  feedCursor,
  InventoryChange,
  InventoryChangeFilterInput,
} from './inventory-change.ts';
import { decodeCursor, encodeCursor } from '../builder/page.ts';

const InventoryChangedEvent = builder.objectRef<DomainChange>('InventoryChangedEvent').implement({
  description: 'A change, as it was committed.',
  fields: (t) => ({
    cursor: t.string({
      description: 'Subscribe again `after` it, and no change is lost or repeated.',
      resolve: ({ position }) => encodeCursor(position ?? 0),
    }),
    change: t.field({ type: InventoryChange, description: 'The change.', resolve: (change) => change }),
  }),
});

builder.subscriptionField('inventoryChanged', (t) =>
  t.field({
    type: InventoryChangedEvent,
    description:
      'Changes of your SKUs as they are committed, by any gateway on this store, in order. ' +
      'From now on, or from behind a cursor of `inventoryChanged` or of `Query.inventoryChanges`.',
    args: {
      filter: t.arg({ type: InventoryChangeFilterInput, description: 'Which changes.' }),
      after: t.arg.string({
        description: 'The cursor of the last change that was seen; absent: from now on.',
      }),
    },
    subscribe: async (_root, { filter, after }, context) => {
      const [position] = decodeCursor(after, feedCursor) ?? [
        await context.inventory.lastPosition(context.caller.supplierId),
      ];
      return context.follow(position, toChangeFilter(filter));
    },
    resolve: (change) => change,
  }),
);
