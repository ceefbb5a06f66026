/** Inventory files that were handed in or dropped: queued, carried on after a restart, and looked at. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql, type Kysely } from 'kysely';
import {
  describeAhead,
  MAX_WAITING_FEEDS,
  type FeedCreated,
  type FeedPosition,
  type FeedProblem,
  type Feeds,
  type NewFeed,
  type StoredFeed,
} from '../../domain/feed.ts';
import { createUntilPast } from './await-feeds.ts';
import { toColumns, toFeed, toProblems, toRow, toWhole, type FeedStep, type ListedRow } from './feed-row.ts';
import type { Store } from '../store/store.ts';
import { feedColumns } from '../store/feed-columns.ts';
import type { FeedTable, Tables } from '../store/tables.ts';
import { isOneOf } from '../store/text-list.ts';
import { inTransaction } from '../store/transaction.ts';

/** A feed that is to be run, with what was saved of its progress. */
export interface UnfinishedFeed {
  readonly feed: StoredFeed;
  /** JSON; null if applying has not begun. */
  readonly progress: string | null;
  readonly problems: readonly FeedProblem[];
  /** How often it was begun since a part of it was stored last. */
  readonly starts: number;
}

/** The contract, and what the runner of feeds needs beside it. */
export interface FeedStore extends Feeds {
  /** Feeds that have not ended, oldest first. */
  unfinished(): Promise<readonly StoredFeed[]>;
  /** The feed as it is to be run; null if it is finished or gone. */
  load(supplierId: string, feedId: string): Promise<UnfinishedFeed | null>;
  save(feed: NewFeed, step: FeedStep): Promise<void>;
  /** Deletes feeds that ended before this time. */
  forget(before: string): Promise<void>;
  /** Which of these feeds the store has, and whether they have ended. */
  known(feedIds: readonly string[]): Promise<ReadonlyMap<string, { readonly hasEnded: boolean }>>;
  /** How many feeds wait for their turn. */
  waiting(): Promise<number>;
}

/** The columns of `ListedRow`. */
const listed = (['supplier_id', ...Object.keys(feedColumns)] as (keyof FeedTable)[]).filter(
  (column): column is keyof ListedRow => column !== 'progress' && column !== 'problems',
);

/** Most feeds that one look-up of IDs names. */
const MAX_LOOKED_UP = 500;

export function createFeeds(store: Store): FeedStore {
  return {
    create: (feed) => inTransaction(store, (trx) => create(store, trx, feed)),
    describeAhead,
    isFull: (supplierId) => isFull(store.points, supplierId),
    async find(supplierId, feedId) {
      const row = await rowOf(store, supplierId, feedId);
      return row ? toWhole(row) : null;
    },
    findAll: (supplierId, feedIds) => findAll(store, supplierId, feedIds),
    list: (supplierId, after, limit) => list(store, supplierId, after, limit),
    untilPast: createUntilPast(store),
    async unfinished() {
      const rows = await store.db
        .selectFrom('feed')
        .selectAll()
        .where('finished_at', 'is', null)
        .orderBy('created_at')
        .orderBy('feed_id')
        .execute();
      return rows.map((row) => toFeed(row));
    },
    async load(supplierId, feedId) {
      const row = await rowOf(store, supplierId, feedId);
      if (!row || row.finished_at !== null) return null;
      return { feed: toFeed(row), progress: row.progress, problems: toProblems(row), starts: row.starts };
    },
    async save({ supplierId, feedId }, step) {
      await inTransaction(store, (trx) =>
        trx
          .updateTable('feed')
          .set({ ...toColumns(step), revision: sql<number>`revision + 1` })
          .where('supplier_id', '=', supplierId)
          .where('feed_id', '=', feedId)
          .execute(),
      );
    },
    async forget(before) {
      await inTransaction(store, (trx) => trx.deleteFrom('feed').where('finished_at', '<', before).execute());
    },
    known: (feedIds) => findKnown(store, feedIds),
    waiting: () => countWaiting(store),
  };
}

async function rowOf({ points }: Store, supplierId: string, feedId: string) {
  return points
    .selectFrom('feed')
    .selectAll()
    .where('supplier_id', '=', supplierId)
    .where('feed_id', '=', feedId)
    .executeTakeFirst();
}

async function countWaiting({ points }: Store): Promise<number> {
  const { waiting } = await points
    .selectFrom('feed')
    .select(({ fn }) => fn.countAll<number>().as('waiting'))
    .where('finished_at', 'is', null)
    .where('state', '=', 'QUEUED')
    .executeTakeFirstOrThrow();
  return waiting;
}

async function list(
  { db }: Store,
  supplierId: string,
  after: FeedPosition | null,
  limit: number,
): Promise<StoredFeed[]> {
  let query = db
    .selectFrom('feed')
    .select(listed)
    .where('supplier_id', '=', supplierId)
    .orderBy('created_at', 'desc')
    .orderBy('feed_id', 'desc')
    .limit(limit);
  if (after)
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('created_at', 'feed_id'), '<', tuple(after.createdAt, after.feedId)),
    );
  return (await query.execute()).map((row: ListedRow) => toFeed(row));
}

/** More IDs than one page has come only from a document with many pages. Other requests get a turn between their statements. */
async function findAll(
  { db, kind }: Store,
  supplierId: string,
  feedIds: readonly string[],
): Promise<StoredFeed[]> {
  const found: StoredFeed[] = [];
  for (let at = 0; at < feedIds.length; at += MAX_LOOKED_UP) {
    if (at > 0) await nextTurn();
    const rows = await db
      .selectFrom('feed')
      .select(listed)
      .where('supplier_id', '=', supplierId)
      .where(isOneOf(kind, 'feed_id', feedIds.slice(at, at + MAX_LOOKED_UP)))
      .execute();
    found.push(...rows.map((row: ListedRow) => toFeed(row)));
  }
  return found;
}

async function findKnown({ db }: Store, feedIds: readonly string[]) {
  const found = new Map<string, { readonly hasEnded: boolean }>();
  for (let at = 0; at < feedIds.length; at += MAX_LOOKED_UP) {
    const ids = feedIds.slice(at, at + MAX_LOOKED_UP);
    const rows = await db
      .selectFrom('feed')
      .select(['feed_id', 'finished_at'])
      .where('feed_id', 'in', ids)
      .execute();
    for (const { feed_id, finished_at } of rows) found.set(feed_id, { hasEnded: finished_at !== null });
  }
  return found;
}

async function create(store: Store, trx: Kysely<Tables>, feed: NewFeed): Promise<FeedCreated> {
  // Other transactions that queue a feed wait here, so that the limits and the key hold. SQLite has one writer anyway.
  if (store.kind === 'postgres') await sql`lock table feed in share row exclusive mode`.execute(trx);
  const { supplierId, idempotencyKey } = feed;
  if (idempotencyKey !== null) {
    const known = await trx
      .selectFrom('feed')
      .selectAll()
      .where('supplier_id', '=', supplierId)
      .where('idempotency_key', '=', idempotencyKey)
      .executeTakeFirst();
    if (known)
      return known.fingerprint === feed.fingerprint
        ? { outcome: 'REPLAYED', feed: toWhole(known) }
        : { outcome: 'KEY_REUSED' };
  }
  if (await isFull(trx, supplierId)) return { outcome: 'TOO_MANY' };
  const row = toRow(feed);
  await trx.insertInto('feed').values(row).execute();
  return { outcome: 'CREATED', feed: toWhole(row) };
}

async function isFull(db: Kysely<Tables>, supplierId: string): Promise<boolean> {
  const rows = await db
    .selectFrom('feed')
    .select('supplier_id')
    .where('finished_at', 'is', null)
    .where('state', '=', 'QUEUED')
    .limit(MAX_WAITING_FEEDS.inAll)
    .execute();
  const own = rows.filter((row) => row.supplier_id === supplierId).length;
  return rows.length >= MAX_WAITING_FEEDS.inAll || own >= MAX_WAITING_FEEDS.ofSupplier;
}
