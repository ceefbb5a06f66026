/** The program of a request thread. It reads the store on its own connections and sends updates to the writer's thread. */
import { randomUUID } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { createFeeds } from '../db/feed/feeds.ts';
import { createSideInventory } from '../db/inventory.ts';
import { openStore } from '../db/store/open-store.ts';
import { createWebhooks } from '../db/webhook/webhooks.ts';
import { HeavyWorker } from '../http/heavy/heavy-worker.ts';
import { serveThread } from '../http/heavy/serve-thread.ts';
import type { RequestThreadData } from './start-request-threads.ts';

/** PostgreSQL has this many milliseconds longer than the query timeout to report that a read took too long. */
const READ_MARGIN_MS = 5_000;
/**
 * This thread's nice value. Other threads have 0, and 19 is the lowest priority: small requests get the processor first. At 19 the
 * thread may lose the processor for long while it holds a message port's lock, and the writer's thread waits for that lock.
 */
const PRIORITY = 10;

if (isMainThread || !parentPort) throw new Error('This file is a thread of its own.');
// Given by startRequestThreads.
const { url, writer, queryTimeoutMs, webhooks } = workerData as RequestThreadData;
yieldToOthers();
const store = await openStore(url, {
  readOnly: true,
  queryTimeoutMs,
  answerTimeoutMs: queryTimeoutMs + READ_MARGIN_MS,
});
const clock = () => new Date();
const inventory = createSideInventory(store, clock, writer);
serveThread(
  parentPort,
  new HeavyWorker(
    {
      inventory,
      feeds: createFeeds(store),
      webhooks: webhooks && createWebhooks(store, inventory.writeWebhook, clock, webhooks),
      createId: randomUUID,
    },
    { queryTimeoutMs },
  ),
);

/** Lowers the priority of this thread. Only Linux has priorities of threads. */
function yieldToOthers(): void {
  try {
    setPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1)), PRIORITY);
  } catch {
    // Without it small requests are slower under load. That is no reason not to start.
  }
}
