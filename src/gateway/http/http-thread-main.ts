/** The program of an HTTP thread beside the main one: the same server, in front of the main thread's writer and request threads. */
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { createFeeds } from '../../db/feed/feeds.ts';
import { createSideInventory } from '../../db/inventory.ts';
import { openStore } from '../../db/store/open-store.ts';
import { ThreadCalls, toHeavyWork } from '../../http/heavy/thread-calls.ts';
import type { FromThread } from '../../http/heavy/thread-messages.ts';
import { shareLimits } from '../../http/shared/shared-limits.ts';
import { createGatewayServer } from './gateway-server.ts';
import { listenTogether, type Address } from './listen-together.ts';
import { keepCounts } from './request-counts.ts';
import type { HttpThreadData, MainMethods } from './start-http-threads.ts';
import { openLog } from './thread-log.ts';
import { talk } from './thread-talk.ts';

if (isMainThread || !parentPort) throw new Error('This file is a thread of its own.');
const port = parentPort;
const data = workerData as HttpThreadData;
const clock = () => new Date();
const store = await openStore(data.url, { ...data.storeOptions, readOnly: true, isSide: true });
const inventory = createSideInventory(store, clock, data.writer);
const heavy = new ThreadCalls((message) => data.heavy.postMessage(message));
data.heavy.on('message', (message: FromThread) => heavy.hear(message));

const main = talk<MainMethods>(port, {
  listen: (address: Address) => listenTogether(server, address),
  takeCounts: () => counts.take(),
  ping: () => null,
  async close() {
    await server.close();
    await inventory.close();
    await store.close();
  },
});
const counts = keepCounts((kept) => void main.ask('count', kept));
const server = createGatewayServer({
  store,
  inventory,
  clock,
  board: data.board,
  webhooks: data.webhooks,
  extraTokens: data.extraTokens,
  heavyWork: toHeavyWork((call, left) => heavy.call(call, left)),
  limits: shareLimits(data.limits, data.servers),
  sessionEnds: data.sessionEnds,
  observer: data.metrics && counts,
  metrics: data.metrics?.isShown
    ? { contentType: data.metrics.contentType, text: () => main.ask('metricsText', null) }
    : undefined,
  feedFiles:
    data.feedFolder === undefined
      ? undefined
      : {
          feeds: { ...createFeeds(store), create: (feed) => main.ask('createFeed', feed) },
          folder: data.feedFolder,
          clock,
        },
  server: { ...data.server, logger: openLog(data.log, data.number) },
});
await server.ready();
await main.ask('started', null);
