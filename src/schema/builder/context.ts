/** The context of a GraphQL operation: the caller, the door it used, the inventory, and loaders. */
import DataLoader from 'dataloader';
import { unmetered, type Inventory, type ReadMeter } from '../../domain/inventory.ts';
import type { Caller } from '../../domain/caller.ts';
import type {
  ChangeFilter,
  ChangeSource,
  GroupPage,
  HistoryPage,
  InventoryChange,
  LogPlace,
} from '../../domain/change.ts';
import type { FeedReads, StoredFeed } from '../../domain/feed.ts';
import type { Problem } from '../../domain/refusal.ts';
import type { Sku } from '../../domain/sku.ts';
import type { Webhooks } from '../../domain/webhook/webhooks.ts';

/** The most changes of a group that are counted. One more stands for all that are beyond. */
export const MAX_GROUP_COUNT = 100_000;

/** The services that all requests share. */
export interface Services {
  readonly inventory: Inventory;
  /** Makes a new, unique group ID for the changes of one call. */
  readonly createId: () => string;
  /** Left out where no files are taken in. */
  readonly feeds?: FeedReads | undefined;
  /** Left out where no webhooks are sent. */
  readonly webhooks?: Webhooks | undefined;
}

/** What resolvers get with each operation. */
export interface Context extends Services {
  readonly caller: Caller;
  /** The source that this operation's changes are recorded with. */
  readonly source: ChangeSource;
  /** Reads are charged to the meter. It can stop them. */
  readonly meter: ReadMeter;
  readonly follow: Follow;
  readonly feeds: FeedReads;
  /** Notes a refusal for the metrics. Call it only if no update was requested: a transaction counts the refusals of its updates. */
  readonly noteProblem: (problem: Problem) => void;
  /** Creates the loaders at the first call, because most updates need none. */
  readonly loaders: () => Loaders;
}

/** What a subscription follows: the changes that pass a filter, or the steps of one feed. */
export type Followed =
  | { readonly kind: 'changes'; readonly filter: ChangeFilter }
  | { readonly kind: 'feed'; readonly feedId: string };

/**
 * Yields the changes after a place, as they are committed, or the feed after each other revision, which then is the position. Subscriptions
 * send them as events.
 */
export type Follow = (place: LogPlace, followed: Followed) => AsyncIterable<never>;

/** Whether answers may show the state of SKUs to this caller. */
export function mayView({ permissions }: Caller): boolean {
  return permissions.includes('view_items');
}

/** Creates the context of one operation. Without `meter`, reads are not limited. Without `follow`, subscriptions fail. */
export function createContext(
  caller: Caller,
  source: ChangeSource,
  { inventory, createId, feeds = noFeeds, webhooks }: Services,
  {
    meter = unmetered,
    follow = followNothing,
    noteProblem = () => undefined,
  }: Partial<Pick<Context, 'meter' | 'follow' | 'noteProblem'>> = {},
): Context {
  let made: Loaders | undefined;
  const loaders = () => (made ??= createLoaders(caller, inventory, feeds, meter));
  return { caller, source, meter, follow, noteProblem, inventory, feeds, webhooks, createId, loaders };
}

const noFeeds: FeedReads = {
  find: () => Promise.resolve(null),
  findAll: () => Promise.resolve([]),
  list: () => Promise.resolve([]),
  untilPast: () => Promise.resolve(),
};

/** The `follow` of doors that answer at once and keep no stream. Always throws. */
function followNothing(): never {
  throw new Error('A subscription was run where no stream can be kept.');
}

/** Loaders collect what the rows of a page ask for, and read it with one statement. */
export interface Loaders {
  readonly histories: DataLoader<HistoryPage, InventoryChange[]>;
  readonly skus: DataLoader<string, Sku | null>;
  readonly groupPages: DataLoader<GroupPage, InventoryChange[]>;
  /** The sizes of groups, counted up to MAX_GROUP_COUNT. */
  readonly groupSizes: DataLoader<string, number>;
  /** Changes by their positions. */
  readonly changes: DataLoader<number, InventoryChange | null>;
  /** Feeds by their IDs. */
  readonly feeds: DataLoader<string, StoredFeed | null>;
}

/** Loaders are made for one request, so their cache is never stale for long. */
function createLoaders(caller: Caller, inventory: Inventory, feeds: FeedReads, meter: ReadMeter): Loaders {
  return {
    histories: new DataLoader((pages) => inventory.histories(caller.supplierId, pages, meter), {
      cache: false,
    }),
    groupPages: new DataLoader((pages) => inventory.groupPages(caller.supplierId, pages, meter), {
      cache: false,
    }),
    groupSizes: new DataLoader((groupIds) =>
      inventory.groupSizes(caller.supplierId, groupIds, MAX_GROUP_COUNT, meter),
    ),
    skus: new DataLoader(async (skuIds) => {
      const matches = await inventory.find(
        caller.supplierId,
        skuIds.map((value) => ({ kind: 'skuId', value, gtin: null })),
      );
      return matches.map((match) => ('sku' in match ? match.sku : null));
    }),
    changes: new DataLoader(async (positions) => {
      const changes = await inventory.changesAt(caller.supplierId, positions, meter);
      const byPosition = new Map(changes.map((change) => [change.position, change]));
      return positions.map((position) => byPosition.get(position) ?? null);
    }),
    feeds: new DataLoader(async (feedIds) => {
      const found = await feeds.findAll(caller.supplierId, feedIds);
      const byId = new Map(found.map((feed) => [feed.feedId, feed]));
      return feedIds.map((feedId) => byId.get(feedId) ?? null);
    }),
  };
}
