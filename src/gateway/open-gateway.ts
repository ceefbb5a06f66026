/** The wiring of a whole gateway: store, writer, tokens, request threads, metrics and server. */
import { randomUUID } from 'node:crypto';
import type { Catalog } from '../domain/catalog.ts';
import { createFeeds } from '../db/feed/feeds.ts';
import { createInventory, type OpenInventory } from '../db/inventory.ts';
import { openStore } from '../db/store/open-store.ts';
import type { OpenOptions, Store } from '../db/store/store.ts';
import { createSessions } from '../db/board-sessions.ts';
import { createAuthenticate, createFindCaller, hashToken } from '../db/tokens.ts';
import type { Authenticate, Caller, Sessions } from '../domain/caller.ts';
import type { Metrics } from '../http/edge/metrics.ts';
import { createServer, type ServerOptions } from '../http/server.ts';
import { makeSpool } from '../http/feed/spool.ts';
import type { EndedFeed } from './feed/run-feed.ts';
import type { Watch } from './feed/run-feeds.ts';
import { startFeedThread } from './start-feed-thread.ts';
import { startRequestThreads } from './start-request-threads.ts';

/** PostgreSQL has this many milliseconds longer than the query timeout to report that a read took too long. */
const READ_MARGIN_MS = 5_000;
/** An update that PostgreSQL has not answered after this time is refused. Clients that wait for 30 s still get the answer. */
const ANSWER_TIMEOUT_MS = 10_000;

type Wired = 'inventory' | 'feeds' | 'authenticate' | 'board' | 'createId' | 'ready' | 'observer' | 'metrics';

export interface GatewaySettings {
  /** `sqlite:PATH` or `postgres://...`. */
  readonly database: string;
  readonly storeOptions?: Omit<OpenOptions, 'readOnly' | 'answerTimeoutMs' | 'logStatus'>;
  readonly clock: () => Date;
  /** Whether heavy requests run on threads of their own. Without them they run on the thread of the connections. */
  readonly requestThreads: boolean;
  /** The folder for files that are handed in over HTTP. Without it none are taken in. If it is not required, its failure is a warning. */
  readonly feedSpool?: { readonly folder: string; readonly isRequired: boolean } | undefined;
  /** A folder in which suppliers drop files. It needs a spool. */
  readonly watch?: Watch | undefined;
  /** Where the board's page is, and the token that its form is filled in with. Undefined: there is no board. */
  readonly board?: { readonly folder: string; readonly demoToken: string | null } | undefined;
  /** `on`: the server answers /metrics. `apart`: the gateway counts, and another server shows the page. */
  readonly metrics: 'on' | 'apart' | 'off';
  /** Good tokens that no store holds, with their callers. */
  readonly extraTokens?: ReadonlyMap<string, Caller>;
  /** The server's own settings. A part that is given here replaces the wired one. */
  readonly server: Omit<ServerOptions, Wired> & Partial<Pick<ServerOptions, Wired>>;
}

export interface Gateway {
  readonly store: Store;
  readonly inventory: OpenInventory;
  /** Saves through the gateway's writer, in turn with updates. */
  readonly catalog: Catalog;
  /** Not yet listening. */
  readonly server: ReturnType<typeof createServer>;
  /** Undefined where the metrics are off. */
  readonly metrics: Metrics | undefined;
  /** Starts the request thread for lists, so that the first list need not wait for it. */
  warm(): void;
  /**
   * Finishes what is under way, then closes the server, the threads, the writer and the store. Rejects if the disk fails at
   * the very end. After a disk failure the store stays open: closing it would copy a log of which parts may be lost into the file.
   */
  close(): Promise<void>;
}

/** Opens the store, migrates it, and wires a gateway around it. Throws with one clear line if the store cannot be opened. */
export async function openGateway(settings: GatewaySettings): Promise<Gateway> {
  const { database, clock } = settings;
  const folder = await prepareSpool(settings);
  const store = await openStore(database, withAnswerTimeout(settings.storeOptions));
  const inventory = createInventory(store, clock);
  const metrics = settings.metrics === 'off' ? undefined : await startMetrics(store, inventory);
  const { logger } = settings.server;
  const threads = settings.requestThreads
    ? startRequestThreads(store.url, inventory, store.queryTimeoutMs, (error) =>
        logger.error({ err: error }, 'a request thread failed'),
      )
    : undefined;
  const feedThread = startFeeds(store, inventory, settings, folder, metrics);
  const { authenticate, sessions } = findCallers(store, inventory, settings);
  const server = createServer({
    inventory,
    authenticate,
    board: settings.board && { ...settings.board, sessions },
    feeds: createFeeds(store),
    createId: randomUUID,
    ready: inventory.ready,
    observer: metrics,
    metrics: settings.metrics === 'on' ? metrics : undefined,
    ...(threads && { heavyWork: threads }),
    feedFiles: feedThread,
    ...settings.server,
  });
  let hasFailed = false;
  void inventory.failed.then(() => (hasFailed = true));
  return {
    store,
    inventory,
    catalog: inventory.catalog,
    server,
    metrics,
    warm: () => threads?.warm(),
    async close() {
      await server.close();
      await threads?.close();
      await feedThread?.close();
      // The writer reports its orderly end as a failure too.
      const leaveOpen = hasFailed;
      await inventory.close();
      if (!leaveOpen) await store.close();
    },
  };
}

/** Who calls: by a token, or by a session that began with one. */
function findCallers(
  store: Store,
  { writeSession: write }: OpenInventory,
  { clock, extraTokens = new Map<string, Caller>() }: GatewaySettings,
): { readonly authenticate: Authenticate; readonly sessions: Sessions } {
  const extraHashes = new Map(Array.from(extraTokens, ([token, caller]) => [hashToken(token), caller]));
  const orExtra =
    (extra: ReadonlyMap<string, Caller>, find: Authenticate): Authenticate =>
    async (name) =>
      extra.get(name) ?? find(name);
  const findCaller = orExtra(extraHashes, createFindCaller(store, clock));
  return {
    authenticate: orExtra(extraTokens, createAuthenticate(store, clock)),
    sessions: createSessions({ store, clock, findCaller, write }),
  };
}

function withAnswerTimeout(options: OpenOptions = {}): OpenOptions {
  const { queryTimeoutMs = 0 } = options;
  return { ...options, answerTimeoutMs: Math.max(ANSWER_TIMEOUT_MS, queryTimeoutMs + READ_MARGIN_MS) };
}

/** Makes the folder for incoming files. Returns undefined where none are taken in. */
async function prepareSpool({ feedSpool, server }: GatewaySettings): Promise<string | undefined> {
  if (feedSpool === undefined) return undefined;
  try {
    await makeSpool(feedSpool.folder);
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
async function startMetrics(store: Store, inventory: OpenInventory): Promise<Metrics> {
  const { createMetrics } = await import('../http/edge/metrics.ts');
  const metrics = createMetrics({ ...inventory, feedsWaiting: createFeeds(store).waiting });
  inventory.observe(metrics);
  return metrics;
}
