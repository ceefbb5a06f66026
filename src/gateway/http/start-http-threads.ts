/** Starts the HTTP threads beside the main one, and gives them what the main thread has once for all. */
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import type { OpenInventory } from '../../db/inventory.ts';
import type { OpenOptions, Store } from '../../db/store/store.ts';
import type { FeedCreated, Feeds, NewFeed } from '../../domain/feed.ts';
import type { WebhookSettings } from '../../db/webhook/webhooks.ts';
import type { Metrics } from '../../http/edge/metrics.ts';
import type { HeavyWork } from '../../http/heavy/heavy-request.ts';
import { serveThread } from '../../http/heavy/serve-thread.ts';
import type { LimitsMemory } from '../../http/shared/shared-limits.ts';
import type { CallerSettings, ServerSettings } from './gateway-server.ts';
import type { Address } from './listen-together.ts';
import { replayCounts } from './request-counts.ts';
import type { ThreadLog } from './thread-log.ts';
import { talk, type Talk } from './thread-talk.ts';
import { watchEnd, watchLife } from './watch-thread.ts';

/** What all these threads are given alike. */
export interface SharedData extends CallerSettings {
  readonly log: ThreadLog;
  readonly limits: LimitsMemory;
  /** HTTP threads, with the main one. */
  readonly servers: number;
  readonly sessionEnds: Int32Array;
  /** The server's settings, as far as they can be copied. */
  readonly server: Omit<ServerSettings, 'logger'>;
  /** The spool. Undefined where no files are taken in. */
  readonly feedFolder: string | undefined;
  readonly webhooks: WebhookSettings | undefined;
  /** Undefined: nothing is counted. */
  readonly metrics: { readonly contentType: string; readonly isShown: boolean } | undefined;
}

/** The data that an HTTP thread starts with. */
export interface HttpThreadData extends SharedData {
  /** The main thread is number 1. */
  readonly number: number;
  readonly url: string;
  readonly storeOptions: OpenOptions;
  readonly writer: MessagePort;
  readonly heavy: MessagePort;
}

/** What the main thread does for the others. */
export interface MainServices {
  readonly store: Store;
  readonly inventory: OpenInventory;
  readonly heavyWork: HeavyWork;
  readonly feeds: Feeds | undefined;
  readonly metrics: Metrics | undefined;
}

/** What the main thread offers to the others. */
export interface MainMethods {
  started(nothing: null): void;
  createFeed(feed: NewFeed): Promise<FeedCreated>;
  metricsText(nothing: null): Promise<string>;
  count(counts: string): void;
}

/** What an HTTP thread offers to the main one. */
interface ThreadMethods {
  listen(address: Address): Promise<string>;
  takeCounts(nothing: null): string;
  ping(nothing: null): null;
  close(nothing: null): Promise<void>;
}

export interface HttpThreads {
  /** Resolves once all have started. Rejects if one cannot. */
  readonly started: Promise<unknown>;
  /** Resolves once all listen. Rejects if one cannot. */
  listen(address: Address): Promise<void>;
  /** Tells the metrics what the threads have counted since. */
  collect(): Promise<void>;
  /** Resolves with the reason once a thread has ended by itself. */
  readonly failed: Promise<unknown>;
  /** Finishes what is under way in all threads, then ends them. */
  close(): Promise<void>;
}

/** A thread that does not send its counts within so long, in milliseconds, is left out this time. */
const COLLECT_MS = 1_000;

export function startHttpThreads(data: SharedData, services: MainServices): HttpThreads {
  const failed = Promise.withResolvers<unknown>();
  const threads = Array.from({ length: data.servers - 1 }, (_, i) =>
    startThread({ ...data, number: i + 2 }, services, failed.resolve),
  );
  const started = Promise.all(threads.map((thread) => thread.started));
  // `listen` waits for it, and `failed` tells of it too.
  started.catch(() => undefined);
  return {
    started,
    listen: async (address) => {
      await Promise.all(threads.map((thread) => thread.listen(address)));
    },
    collect: async () => {
      await Promise.all(threads.map((thread) => thread.collect()));
    },
    failed: failed.promise,
    close: async () => {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}

function startThread(
  data: SharedData & Pick<HttpThreadData, 'number'>,
  services: MainServices,
  fail: (reason: unknown) => void,
) {
  const { store, inventory, metrics } = services;
  const { port1: heavyHere, port2: heavy } = new MessageChannel();
  serveThread(heavyHere, services.heavyWork);
  const writer = inventory.connect();
  const workerData: HttpThreadData = { ...data, ...describeStore(store), writer, heavy };
  // The command line's settings of the young generation suit threads with connections, so this one has no limits of its own.
  const worker = new Worker(new URL('http-thread-main.ts', import.meta.url), {
    workerData,
    transferList: [writer, heavy],
  });
  const started = Promise.withResolvers<void>();
  let stopWatching = () => {};
  const thread: Talk<ThreadMethods> = talk<ThreadMethods>(worker, {
    started() {
      started.resolve();
      // A start takes as long as the machine is busy.
      stopWatching = watchLife(() => thread.ask('ping', null), data.number, end);
    },
    ...offer(services),
  });
  const end = (reason: Error) => {
    stopWatching();
    started.reject(reason);
    // Nothing is asked of it any more, also if it is only stuck.
    thread.end(reason);
    fail(reason);
  };
  const exited = watchEnd(worker, data.number, (reason) => {
    heavyHere.close();
    end(reason);
  });
  return {
    started: started.promise,
    listen: (address: Address) => thread.ask('listen', address),
    collect: () => collect(thread, metrics),
    close: async () => {
      // A thread that has failed is told of by `fail`.
      await started.promise.then(() => thread.ask('close', null)).catch(() => undefined);
      stopWatching();
      await worker.terminate();
      await exited;
    },
  };
}

/** How to open the same store. */
function describeStore({ url, ...store }: Store): Pick<HttpThreadData, 'url' | 'storeOptions'> {
  const { queryTimeoutMs, answerTimeoutMs, keyQuotaBytes, logLimitBytes } = store;
  return { url, storeOptions: { queryTimeoutMs, answerTimeoutMs, keyQuotaBytes, logLimitBytes } };
}

/** What the main thread does for a thread that runs. */
function offer({ feeds, metrics }: MainServices): Omit<MainMethods, 'started'> {
  return {
    async createFeed(feed) {
      if (!feeds) throw new Error('No files are taken in.');
      return feeds.create(feed);
    },
    count(counts) {
      if (metrics) replayCounts(counts, metrics);
    },
    metricsText: async () => metrics?.text() ?? '',
  };
}

async function collect(thread: Talk<ThreadMethods>, metrics: Metrics | undefined): Promise<void> {
  if (!metrics) return;
  const late = Promise.withResolvers<string>();
  const timer = setTimeout(() => late.resolve('[]'), COLLECT_MS);
  // Counts that come too late still count.
  const taken = thread.ask('takeCounts', null).then((counts) => replayCounts(counts, metrics));
  await Promise.race([taken.catch(() => undefined), late.promise]);
  clearTimeout(timer);
}
