/** The field `feed` of a group of changes: the file behind them. */
import { builder } from '../builder/builder.ts';
import { InventoryChangeGroup } from '../change/change-groups.ts';
import { InventoryFeed } from './inventory-feed.ts';

builder.objectField(InventoryChangeGroup, 'feed', (t) =>
  t.field({
    type: InventoryFeed,
    nullable: true,
    description:
      'The file that made the changes. Null if no feed made them, if the operator imported the file, or if the feed is no longer kept.',
    // A feed's changes have its ID as their group.
    resolve: ({ source, groupId }, _args, { loaders }) =>
      source === 'FEED' && groupId !== null ? loaders().feeds.load(groupId) : null,
  }),
);
