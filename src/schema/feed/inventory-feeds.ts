/** The query `inventoryFeeds`, and the subscription `inventoryFeedChanged`. */
import { decodeGlobalID } from '@pothos/plugin-relay';
import { GraphQLError } from 'graphql';
import { z } from 'zod';
import type { StoredFeed } from '../../domain/feed.ts';
import { builder } from '../builder/builder.ts';
import { decodeCursor, encodeCursor, pageArgs, toConnection } from '../builder/page.ts';
import { InventoryFeed, isFeedId } from './inventory-feed.ts';

const InventoryFeedConnection = builder.connectionObject(
  { type: InventoryFeed, name: 'InventoryFeedConnection', description: 'A page of feeds.' },
  { name: 'InventoryFeedEdge', description: 'A feed and its cursor.' },
);

/** The content of a cursor: when the feed was handed in, and its ID. */
const feedCursor = z.tuple([z.iso.datetime(), z.string().refine(isFeedId)]);

builder.queryField('inventoryFeeds', (t) =>
  t.field({
    type: InventoryFeedConnection,
    description: 'The inventory files that were handed in or dropped for you, newest first.',
    args: pageArgs('feeds'),
    resolve: async (_root, { first, after }, { caller, feeds }) => {
      const [createdAt, feedId] = decodeCursor(after, feedCursor) ?? [];
      const position = createdAt !== undefined && feedId !== undefined ? { createdAt, feedId } : null;
      const page = await feeds.list(caller.supplierId, position, first + 1);
      return toConnection(page, first, after, (feed) => encodeCursor(feed.createdAt, feed.feedId));
    },
  }),
);

builder.subscriptionField('inventoryFeedChanged', (t) =>
  t.field({
    type: InventoryFeed,
    description:
      'A feed as it is now, and again after each step, some times a second at most. The stream is complete when the feed has ended.',
    args: {
      id: t.arg.id({
        required: true,
        description: 'The `feedId` of the feed, or its global ID.',
      }),
    },
    subscribe: async (_root, { id }, { caller, feeds, follow }) => {
      const feedId = toFeedId(id);
      if (feedId === null || !(await feeds.find(caller.supplierId, feedId))) throw noFeed();
      return follow({ position: 0, changedAt: null }, { kind: 'feed', feedId });
    },
    resolve: (feed: StoredFeed) => feed,
  }),
);

function toFeedId(id: string): string | null {
  if (isFeedId(id)) return id;
  try {
    const { typename, id: feedId } = decodeGlobalID(id);
    return typename === 'InventoryFeed' && isFeedId(feedId) ? feedId : null;
  } catch {
    return null;
  }
}

function noFeed(): GraphQLError {
  return new GraphQLError('Your supplier has no feed of this id.', { extensions: { code: 'NOT_FOUND' } });
}
