/** The program of the feed thread. It queues handed-in files in the store, and runs them through the writer's thread. */
import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { createFeeds, type FeedStore } from '../db/feed/feeds.ts';
import { createSideInventory } from '../db/inventory.ts';
import { openStore } from '../db/store/open-store.ts';
import type { NewFeed } from '../domain/feed.ts';
import { UnavailableError } from '../domain/unavailable.ts';
import type { EndedFeed } from './feed/run-feed.ts';
import { runFeeds } from './feed/run-feeds.ts';
import type { FeedThreadAnswer, FeedThreadData, FeedThreadRequest } from './start-feed-thread.ts';

/** This thread's nice value, as that of request threads (request-thread-main.ts): small requests get the processor first. */
const PRIORITY = 10;

if (isMainThread || !parentPort) throw new Error('This file is a thread of its own.');
const port = parentPort;
const { url, writer, folder, watch, storeOptions } = workerData as FeedThreadData;
yieldToOthers();
const store = await openStore(url, storeOptions);
const clock = () => new Date();
const inventory = createSideInventory(store, clock, writer);
const feeds = createFeeds(store);
const stop = new AbortController();
const report = (error: unknown) => answer({ failed: String(error instanceof Error ? error.stack : error) });
const ended = (feed: EndedFeed) => answer({ ended: feed });
const running = runFeeds({ store, feeds, inventory, folder, watch, clock, stop: stop.signal, report, ended });

port.on('message', (request: FeedThreadRequest) => {
  if ('stop' in request) stop.abort();
  else void create(feeds, request.id, request.feed);
});
await running.ended;
await inventory.close();
await store.close();
port.close();

async function create(queue: FeedStore, id: number, feed: NewFeed): Promise<void> {
  try {
    answer({ id, created: await queue.create(feed) });
    running.wake();
  } catch (error) {
    if (!(error instanceof UnavailableError)) report(error);
    answer({ id, unavailable: error instanceof UnavailableError ? error.code : null });
  }
}

function answer(message: FeedThreadAnswer): void {
  port.postMessage(message);
}

/** Lowers the priority of this thread. Only Linux has priorities of threads. */
function yieldToOthers(): void {
  try {
    setPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1)), PRIORITY);
  } catch {
    // Without it small requests are slower beside a feed. That is no reason not to start.
  }
}
