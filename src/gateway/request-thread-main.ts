/** The program of a request thread: reads the store by itself, and hands updates to the writer's thread. */
import { randomUUID } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { createSideInventory } from '../db/inventory.ts';
import { openStore } from '../db/store/open-store.ts';
import { connectWriter } from '../db/commit/writer-client.ts';
import { HeavyWorker } from '../http/heavy/answer-heavy.ts';
import { serveThread } from '../http/heavy/serve-thread.ts';
import type { RequestThreadData } from './start-request-threads.ts';

/** PostgreSQL has so much longer to say that a read took too long. */
const READ_MARGIN_MS = 5_000;
/**
 * Of this thread, where 0 is the priority of all others and 19 the lowest: small requests get the processor first. At 19 the thread loses the
 * processor for long while it holds a message port's lock, and the writer's thread waits for that.
 */
const PRIORITY = 10;

if (isMainThread || !parentPort) throw new Error('This file is a thread of its own.');
// Given by startRequestThreads.
const { url, writer, queryTimeoutMs } = workerData as RequestThreadData;
yieldToOthers();
const store = await openStore(url, {
  readOnly: true,
  queryTimeoutMs,
  answerTimeoutMs: queryTimeoutMs + READ_MARGIN_MS,
});
const clock = () => new Date();
const inventory = createSideInventory(store, clock, connectWriter(store.kind, writer, clock));
serveThread(parentPort, new HeavyWorker({ inventory, createId: randomUUID }, { queryTimeoutMs }));

/** Linux has priorities of threads, and tells a thread its number; elsewhere all stay equal. */
function yieldToOthers(): void {
  try {
    setPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1)), PRIORITY);
  } catch {
    // Slower for others under load, and no reason not to start.
  }
}
