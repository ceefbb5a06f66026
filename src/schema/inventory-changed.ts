/** Live: changes as they are committed, resumable from where a client was cut off. */
import type { ChangeFilter, InventoryChange as DomainChange } from '../inventory.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import {
  toChangeFilter,
  feedCursor,
  InventoryChange,
  InventoryChangeFilterInput,
} from './inventory-change.ts';
import { decodeCursor, encodeCursor } from './page.ts';

/** Changes read ahead of a slow reader at most. */
const READ_AHEAD = 100;

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
      return follow(context, position, toChangeFilter(filter));
    },
    resolve: (change) => change,
  }),
);

/** Pulls from the log as fast as the reader takes, so that a slow one costs no memory. Ends when the reader does. */
function follow(context: Context, from: number, filter: ChangeFilter): AsyncIterableIterator<DomainChange> {
  const ended = new AbortController();
  const changes = read(context, from, filter, ended.signal);
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => changes.next(),
    // A generator that waits for a change would not hear of its end before the change comes.
    return: () => {
      ended.abort();
      return changes.return(undefined);
    },
  };
}

async function* read(
  { caller, inventory }: Context,
  from: number,
  filter: ChangeFilter,
  ended: AbortSignal,
): AsyncGenerator<DomainChange, undefined> {
  let position = from;
  while (!ended.aborted) {
    const changes = await inventory.changesAfter(caller.supplierId, position, {}, READ_AHEAD);
    for (const change of changes) {
      position = change.position ?? position;
      if (passes(change, filter)) yield change;
    }
    if (changes.length === 0) await inventory.untilPast(caller.supplierId, position, ended);
  }
  return undefined;
}

/** The filter is asked here and not of the store, so that the position moves on past what it holds back. */
function passes(change: DomainChange, { skuIds, sources, groupId }: ChangeFilter): boolean {
  return (
    (skuIds?.includes(change.skuId) ?? true) &&
    (sources?.includes(change.source) ?? true) &&
    (groupId === undefined || groupId === change.groupId)
  );
}
