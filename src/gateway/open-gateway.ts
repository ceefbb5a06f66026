/** The wiring of a whole gateway: store, writer, tokens, request threads, metrics and server. */
import type { Catalog } from '../domain/catalog.ts';
import { makeFolder } from '../db/driver/make-folder.ts';
import { createFeeds } from '../db/feed/feeds.ts';
import { createInventory, type OpenInventory } from '../db/inventory.ts';
import { openStore } from '../db/store/open-store.ts';
import { readWebhookLag } from '../db/webhook/read-webhooks.ts';
import type { WebhookSettings } from '../db/webhook/webhooks.ts';
import type { OpenOptions, Store } from '../db/store/store.ts';
import type { Metrics } from '../http/edge/metrics.ts';
import { allocateLimits, shareLimits } from '../http/shared/shared-limits.ts';
import { createGatewayServer, type CallerSettings, type ServerSettings } from './http/gateway-server.ts';
import { listenTogether, requireFree, type Address } from './http/listen-together.ts';
import {
  startHttpThreads,
  type HttpThreads,
  type MainServices,
  type SharedData,
} from './http/start-http-threads.ts';
import type { ThreadLog } from './http/thread-log.ts';
import type { EndedFeed } from './feed/run-feed.ts';
import type { Watch } from './feed/run-feeds.ts';
import type { Pruning } from './keep-pruning.ts';
import { startFeedThread } from './start-feed-thread.ts';
import { startRequestThreads } from './start-request-threads.ts';
import { startUpkeep } from './start-upkeep.ts';
import { startWebhooks } from './webhook/start-webhooks.ts';

/** PostgreSQL has this many milliseconds longer than the query timeout to report that a read took too long. */
const READ_MARGIN_MS = 5_000;
/** An update that PostgreSQL has not answered after this time is refused. Clients that wait for 30 s still get the answer. */
const ANSWER_TIMEOUT_MS = 10_000;

export interface GatewaySettings extends CallerSettings {
  /** `sqlite:PATH` or `postgres://...`. */
  readonly database: string;
  readonly storeOptions?: Omit<OpenOptions, 'readOnly' | 'answerTimeoutMs' | 'logStatus'>;
  readonly clock: () => Date;
  /** Which changes go. Without it nobody notes how old they are. */
  readonly pruning?: Pruning;
  /** Whether heavy requests run on threads of their own. Without them they run on the thread of the connections. */
  readonly requestThreads: boolean;
  /** The folder for files that are handed in over HTTP. Without it none are taken in. If it is not required, its failure is a warning. */
  readonly feedSpool?: { readonly folder: string; readonly isRequired: boolean } | undefined;
  /** A folder in which suppliers drop files. It needs a spool. */
  readonly watch?: Watch | undefined;
  /** How messages are sent to webhook endpoints. Without it none are sent. */
  readonly webhooks?: WebhookSettings | undefined;
  /** `on`: the server answers /metrics. `apart`: the gateway counts, and another server shows the page. */
  readonly metrics: 'on' | 'apart' | 'off';
  /** How many threads serve HTTP, and the log of those beside the main one. They need request threads. Default: the main thread alone. */
  readonly http?: { readonly threads: number; readonly log: ThreadLog };
  readonly server: ServerSettings;
}

export interface Gateway {
  readonly store: Store;
  readonly inventory: OpenInventory;
  /** Saves through the gateway's writer, in turn with updates. */
  readonly catalog: Catalog;
  /** The server of the main thread, not yet listening. */
  readonly server: ReturnType<typeof createGatewayServer>;
  /** Undefined where the metrics are off. */
  readonly metrics: Metrics | undefined;
  /** Lets all HTTP threads listen on one port. Resolves to the origin. */
  listen(address: Address): Promise<string>;
  /** Resolves with the reason once an HTTP thread has ended by itself: the gateway is then to be closed. */
  readonly threadFailed: Promise<unknown>;
  /** Starts the request thread for lists, so that the first list need not wait for it. */
  warm(): void;
  /**
   * Finishes what is under way, then closes the server, the threads, the writer and the store. Rejects if the disk fails at the very end.
   * After a disk failure the store stays open: closing it would copy a log of which parts may be lost into the file.
   */
  close(): Promise<void>;
}

/** Opens the store, migrates it, and wires a gateway around it. Throws with one clear line if the store cannot be opened. */
export async function openGateway(settings: GatewaySettings): Promise<Gateway> {
  const { clock } = settings;
  const folder = prepareSpool(settings);
  const store = await openStore(settings.database, withAnswerTimeout(settings.storeOptions));
  const inventory = createInventory(store, clock);
  const counts = settings.metrics === 'off' ? undefined : await startMetrics(store, inventory, clock);
  const metrics = counts && { ...counts, text: async () => (await http?.collect(), counts.text()) };
  const threads = startHeavy(store, inventory, settings);
  const feedThread = startFeeds(store, inventory, settings, folder, metrics);
  const told = { clock, logger: settings.server.logger, counts: metrics };
  const webhooks = settings.webhooks && startWebhooks(store, inventory, settings.webhooks, told);
  const shared = shareMemory(settings.http?.threads ?? 1);
  const services = threads && { store, inventory, heavyWork: threads, feeds: feedThread?.feeds, metrics };
  const http = shared && services && startOthers(settings, shared, folder, services);
  const server = createGatewayServer({
    ...settings,
    ...{ store, inventory, heavyWork: threads, feedFiles: feedThread, observer: metrics },
    limits: shared && shareLimits(shared.limits, shared.servers),
    sessionEnds: shared?.sessionEnds ?? new Int32Array(1),
    metrics: settings.metrics === 'on' ? metrics : undefined,
  });
  const stopUpkeep = startUpkeep(store, inventory, clock, settings.pruning, told.logger);
  let hasFailed = false;
  void inventory.failed.then(() => (hasFailed = true));
  return {
    ...{ store, inventory, server, metrics, catalog: inventory.catalog },
    listen: (address) => listen(server, http, address),
    threadFailed: http?.failed ?? new Promise(() => undefined),
    warm: () => threads?.warm(),
    async close() {
      await Promise.all([server.close(), http?.close()]);
      await threads?.close();
      await Promise.all([feedThread?.close(), webhooks?.close()]);
      await stopUpkeep();
      // The writer reports its orderly end as a failure too.
      const leaveOpen = hasFailed;
      await inventory.close();
      if (!leaveOpen) await store.close();
    },
  };
}

function startHeavy(
  store: Store,
  inventory: OpenInventory,
  { requestThreads, webhooks, server: { logger } }: GatewaySettings,
) {
  if (!requestThreads) return undefined;
  return startRequestThreads(store.url, inventory, { ...store, webhooks }, (error) =>
    logger.error({ err: error }, 'a request thread failed'),
  );
}

/** The memory that HTTP threads share. Undefined for a single one. */
function shareMemory(servers: number) {
  if (servers === 1) return undefined;
  const sessionEnds = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  return { servers, sessionEnds, limits: allocateLimits() };
}

/** Starts the HTTP threads beside the main one. */
function startOthers(
  { server: { logger: _own, ...server }, http, board, extraTokens, webhooks, metrics }: GatewaySettings,
  shared: Pick<SharedData, 'servers' | 'sessionEnds' | 'limits'>,
  feedFolder: string | undefined,
  services: MainServices,
): HttpThreads | undefined {
  if (!http) return undefined;
  const contentType = services.metrics?.contentType;
  return startHttpThreads(
    {
      ...shared,
      ...{ server, board, extraTokens, feedFolder, webhooks, log: http.log },
      metrics: contentType === undefined ? undefined : { contentType, isShown: metrics === 'on' },
    },
    services,
  );
}

async function listen(
  server: Gateway['server'],
  http: HttpThreads | undefined,
  address: Address,
): Promise<string> {
  if (!http) return server.listen({ ...address });
  await http.started;
  await requireFree(address);
  const origin = await listenTogether(server, address);
  await http.listen({ ...address, port: Number(new URL(origin).port) });
  return origin;
}

function withAnswerTimeout(options: OpenOptions = {}): OpenOptions {
  const { queryTimeoutMs = 0 } = options;
  return { ...options, answerTimeoutMs: Math.max(ANSWER_TIMEOUT_MS, queryTimeoutMs + READ_MARGIN_MS) };
}

/** Makes the folder for incoming files. Returns undefined where none are taken in. */
function prepareSpool({ feedSpool, server }: GatewaySettings): string | undefined {
  if (feedSpool === undefined) return undefined;
  try {
    makeFolder(feedSpool.folder);
    return feedSpool.folder;
  } catch (error) {
    const message = `The folder for files of POST /feeds/inventory cannot be made. Name another one with --feed-spool. ${String(error)}`;
    if (feedSpool.isRequired) throw new Error(message, { cause: error });
    server.logger.warn(message);
    return undefined;
  }
}

function startFeeds(
  store: Store,
  inventory: OpenInventory,
  { clock, server, watch }: GatewaySettings,
  folder: string | undefined,
  metrics: Metrics | undefined,
) {
  if (folder === undefined) return undefined;
  const told = {
    failed: (error: unknown) => server.logger.error({ err: error }, 'a feed failed'),
    ended: ({ report, ...feed }: EndedFeed) => {
      metrics?.feedEnded({ report, ...feed });
      const { rows = 0, applied = 0, rejected = 0 } = report ?? {};
      server.logger.info({ ...feed, rows, applied, rejected }, 'a feed has ended');
    },
  };
  return { folder, clock, ...startFeedThread(store, inventory, { folder, watch }, told) };
}

/** Prometheus' client is loaded only where it is used. */
async function startMetrics(store: Store, inventory: OpenInventory, clock: () => Date): Promise<Metrics> {
  const { createMetrics } = await import('../http/edge/metrics.ts');
  const metrics = createMetrics({
    ...inventory,
    feedsWaiting: createFeeds(store).waiting,
    webhooks: () => readWebhookLag(store, clock()),
  });
  inventory.observe(metrics);
  return metrics;
}
