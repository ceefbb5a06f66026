/** The subscription `inventoryChanged`: changes as they are committed. A client can resume after the last change that it saw. */
import type { InventoryChange as DomainChange } from '../../domain/change.ts';
import { builder } from '../builder/builder.ts';
import { InventoryChangeFilterInput, toChangeFilter } from './change-filter.ts';
import { InventoryChange } from './inventory-change.ts';
import { cursorOf, decodePlace, requirePlaces } from './log-cursor.ts';

const InventoryChangedEvent = builder.objectRef<DomainChange>('InventoryChangedEvent').implement({
  description: 'A committed change, and where to resume after it.',
  fields: (t) => ({
    cursor: t.string({
      description: 'Pass this as `after` to resume behind this change. No change is lost or repeated.',
      resolve: cursorOf,
    }),
    change: t.field({ type: InventoryChange, description: 'The change.', resolve: (change) => change }),
  }),
});

builder.subscriptionField('inventoryChanged', (t) =>
  t.field({
    type: InventoryChangedEvent,
    description:
      'Changes of your SKUs as they are committed, in order, from every gateway on the same store. ' +
      'The stream starts now, or behind the cursor in `after`. If the store has lost the change of the cursor, the stream ends with an error whose code is `CURSOR_AHEAD`. If changes behind it were taken away because they are old, the code is `CURSOR_EXPIRED`.',
    args: {
      filter: t.arg({ type: InventoryChangeFilterInput, description: 'Conditions on changes.' }),
      after: t.arg.string({
        description:
          'The cursor of the last change that you saw, from `inventoryChanged` or `Query.inventoryChanges`. Leave it out to start now.',
      }),
    },
    subscribe: async (_root, { filter, after }, context) => {
      const place = decodePlace(after);
      const { last } = await requirePlaces(context, { behind: place });
      return context.follow(place ?? last, { kind: 'changes', filter: toChangeFilter(filter) });
    },
    resolve: (change) => change,
  }),
);
