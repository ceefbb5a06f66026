/** Starts the feed thread of a gateway, and gives the doors their contract of it. */
import { readdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { Worker, type MessagePort } from 'node:worker_threads';
import { createFeeds } from '../db/feed/feeds.ts';
import type { OpenInventory } from '../db/inventory.ts';
import type { OpenOptions, Store } from '../db/store/store.ts';
import type { FeedCreated, Feeds, NewFeed } from '../domain/feed.ts';
import { UnavailableError, type UnavailableCode } from '../domain/unavailable.ts';
import type { EndedFeed } from './feed/run-feed.ts';
import type { Watch } from './feed/run-feeds.ts';

/** Where the thread finds files. */
export interface FeedPlaces {
  /** The spool. */
  readonly folder: string;
  readonly watch?: Watch | undefined;
}

/** The data that the feed thread starts with. */
export interface FeedThreadData extends FeedPlaces {
  readonly url: string;
  readonly writer: MessagePort;
  readonly storeOptions: OpenOptions;
}

export type FeedThreadRequest = { readonly id: number; readonly feed: NewFeed } | { readonly stop: true };

export type FeedThreadAnswer =
  | { readonly id: number; readonly created: FeedCreated }
  /** Null: a fault, which `failed` tells of. */
  | { readonly id: number; readonly unavailable: UnavailableCode | null }
  /** For the metrics. */
  | { readonly ended: EndedFeed }
  /** For the log: a feed or the thread's own work failed. */
  | { readonly failed: string };

/** Largest heap of the thread, in MiB. A feed of a million SKUs keeps some 100 bytes of each. */
const MAX_HEAP_MIB = 512;
const MAX_YOUNG_MIB = 16;
/** After a thread has failed, the next one starts after so long, in milliseconds. */
const RESTART_MS = 1_000;
/** How often a gateway without the thread looks for files that another gateway on the same spool has left, in milliseconds. */
const LOOK_MS = 5_000;
/** Names in the spool that are not its lock. */
const SPOOLED = /\.(?:part|file|csv)$/;

export interface FeedThread {
  readonly feeds: Feeds;
  /** Ends the feed in hand after its part; it goes on at the next start. */
  close(): Promise<void>;
}

/** Is told what happens in the thread. */
export interface FeedListener {
  readonly failed: (error: unknown) => void;
  readonly ended: (feed: EndedFeed) => void;
}

interface Call {
  resolve(created: FeedCreated): void;
  reject(error: unknown): void;
}

/**
 * Starts the thread with the first file, or at once if a folder is watched or the spool holds any: feeds go on that a restart
 * interrupted. A thread that fails is started again.
 */
export function startFeedThread(
  store: Store,
  inventory: OpenInventory,
  { folder, watch }: FeedPlaces,
  told: FeedListener,
): FeedThread {
  const calls = new Map<number, Call>();
  let lastId = 0;
  let isClosing = false;
  let restart: NodeJS.Timeout | undefined;
  let over = Promise.resolve();

  const start = (): Worker => {
    const worker = openThread(store, inventory, { folder, watch });
    worker.on('message', (message: FeedThreadAnswer) => settle(calls, message, told));
    worker.on('error', told.failed);
    over = new Promise((resolve) => worker.once('exit', () => resolve()));
    worker.once('exit', () => {
      thread = undefined;
      for (const call of calls.values()) call.reject(new UnavailableError('OUTCOME_UNKNOWN'));
      calls.clear();
      if (!isClosing) restart = setTimeout(() => (thread ??= start()), RESTART_MS);
    });
    return worker;
  };
  let thread = watch || readdirSync(folder).some((name) => SPOOLED.test(name)) ? start() : undefined;
  const look = async () => {
    if (!thread && (await hasFiles(folder)) && !isClosing) thread ??= start();
  };
  const looking = setInterval(() => void look(), LOOK_MS).unref();

  const create = (feed: NewFeed) =>
    new Promise<FeedCreated>((resolve, reject) => {
      if (isClosing) return reject(new UnavailableError('STORE_UNAVAILABLE'));
      thread ??= start();
      const id = ++lastId;
      calls.set(id, { resolve, reject });
      thread.postMessage({ id, feed } satisfies FeedThreadRequest);
    });
  return {
    feeds: { ...createFeeds(store), create },
    async close() {
      isClosing = true;
      clearTimeout(restart);
      clearInterval(looking);
      thread?.postMessage({ stop: true } satisfies FeedThreadRequest);
      await over;
    },
  };
}

async function hasFiles(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => []);
  return names.some((name) => name.endsWith('.file'));
}

function openThread(store: Store, inventory: OpenInventory, places: FeedPlaces): Worker {
  const writer = inventory.connect();
  const { url, queryTimeoutMs, answerTimeoutMs, logLimitBytes } = store;
  const storeOptions = { queryTimeoutMs, answerTimeoutMs, logLimitBytes };
  const data: FeedThreadData = { ...places, url, writer, storeOptions };
  return new Worker(new URL('feed-thread-main.ts', import.meta.url), {
    workerData: data,
    transferList: [writer],
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MIB, maxYoungGenerationSizeMb: MAX_YOUNG_MIB },
  });
}

function settle(calls: Map<number, Call>, message: FeedThreadAnswer, { failed, ended }: FeedListener): void {
  if ('failed' in message) return failed(new Error(message.failed));
  if ('ended' in message) return ended(message.ended);
  const call = calls.get(message.id);
  calls.delete(message.id);
  if ('created' in message) call?.resolve(message.created);
  else if (message.unavailable) call?.reject(new UnavailableError(message.unavailable));
  else call?.reject(new Error('The feed could not be queued.'));
}
