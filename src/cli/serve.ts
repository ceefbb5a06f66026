/** `stockgate serve`: opens the store, serves requests, and stops in order. */
import { fileURLToPath } from 'node:url';
import type { FastifyBaseLogger } from 'fastify';
import type { z } from 'zod';
import type { OpenInventory } from '../db/inventory.ts';
import { keyFileOf } from '../db/webhook/key-file.ts';
import { canListenTogether } from '../gateway/http/listen-together.ts';
import { createThreadLog, openLog } from '../gateway/http/thread-log.ts';
import { openGateway, type Gateway, type GatewaySettings } from '../gateway/open-gateway.ts';
import { loopbackNames } from '../http/edge/allowed-hosts.ts';
import { createProbeServer } from '../http/server.ts';
import { serveHelp } from './serve-help.ts';
import { describeGateway } from './describe-gateway.ts';
import { requireFolder } from './feed/watch.ts';
import { serveOptions } from './options/settings.ts';
import { readOptions, UsageError, type Command, type Io } from './options/command.ts';
import { DEMO_TOKEN, demoGraphiql, demoTokens, seedDemo } from '../demo/demo.ts';
import { plainGraphiql } from '../http/plain-graphiql.ts';
import { tellDurability } from './tell-durability.ts';
import { version } from './version.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MEBIBYTE = 1_048_576;
/** Connections that may wait to be accepted. The system drops further attempts, and clients repeat them seconds later. */
const BACKLOG = 2_048;

/** How often to advance the service clock and delete old idempotency keys. */
const PURGE_INTERVAL_MS = 60_000;

const ONE_THREAD = 'Only on Linux and FreeBSD can threads share a port: one thread serves HTTP.';

const loopback: ReadonlySet<string> = new Set(loopbackNames);

/** The command `serve`. It runs until it is stopped. The exit code is 1 if nothing could be stored any more. */
export const serveCommand: Command = {
  help: serveHelp,
  run: async (args, io) => {
    const { values } = readOptions(serveOptions, [], args, io.env);
    if (values.demo && !loopback.has(values.host)) {
      throw new UsageError('--demo accepts a token that everyone knows: it listens on loopback only.');
    }
    if (values.archive !== undefined && values['history-days'] === undefined)
      throw new UsageError('--archive needs --history-days: without it no change is taken away.');
    if (values['feed-dir'] !== undefined) await requireFolder(values['feed-dir']);
    const level = values['log-level'] ?? (values.demo ? 'warn' : 'info');
    const threads = canListenTogether ? values.threads : 1;
    const log = createThreadLog(level, threads);
    const logger = openLog(log);
    if (threads < values.threads) logger.warn(ONE_THREAD);
    const gateway = await openGateway({
      ...toSettings(values, logger, io.clock),
      http: { threads, log },
    });
    let failure: unknown;
    const note = (error: unknown, what = 'nothing more can be stored') => {
      logger.fatal({ err: error }, `${what}: the gateway stops`);
      failure = error;
    };
    // Close it last, so that /ready on a port of its own can say that the gateway is closing.
    const { ready } = gateway.inventory;
    const probes = createProbeServer({ ready, metrics: gateway.metrics, version, closing: io.stop, logger });
    try {
      try {
        const end = await serve(gateway, probes, values, logger, io);
        if (end) note(end.reason, end.what);
      } finally {
        await gateway.close().catch((error: unknown) => note(error));
      }
    } finally {
      await probes.close();
    }
    return failure ? 1 : 0;
  },
};

type Values = { [K in keyof typeof serveOptions]: z.output<(typeof serveOptions)[K]['schema']> };

/** Why a gateway stops by itself. */
interface End {
  readonly reason: unknown;
  readonly what: string;
}

/** Serves until it is told to stop. Resolves earlier if nothing can be stored any more, or if an HTTP thread has ended. */
async function serve(
  { store, inventory, catalog, metrics, warm, ...gateway }: Gateway,
  probes: ReturnType<typeof createProbeServer>,
  values: Values,
  logger: FastifyBaseLogger,
  io: Io,
): Promise<End | undefined> {
  if (values.demo) await seedDemo(store, catalog, io.clock);
  const durability = await tellDurability(store, values['expect-sync-standby'], logger);
  for (const warning of [...networkWarnings(values), ...durability]) {
    logger.warn(warning);
    io.err(`stockgate: ${warning}\n`);
  }
  await inventory.started;
  const host = addressOf(values.host);
  const own = typeof values.metrics === 'number' && (await probes.listen({ host, port: values.metrics }));
  const origin = await gateway.listen({ host, port: values.port, backlog: BACKLOG });
  warm();
  io.out(describeGateway(origin, own || (metrics && origin), values));
  const stopPurging = keepPurging(inventory, values['idempotency-hours'] * HOUR_MS, logger);
  const end = await Promise.race([
    aborted(io.stop),
    inventory.failed.then((reason) => ({ reason, what: 'nothing more can be stored' })),
    gateway.threadFailed.then((reason) => ({ reason, what: 'an HTTP thread has ended' })),
  ]);
  stopPurging();
  return end;
}

/** Every thread that opens the store learns it from the URL. */
function withoutPrepared(database: string): string {
  if (database.startsWith('sqlite:')) return database;
  return `${database}${database.includes('?') ? '&' : '?'}prepared=off`;
}

/** `localhost` can mean 127.0.0.1 and ::1. Fastify would listen on ::1 with a second server, without the first one's connection limits. */
function addressOf(host: string): string {
  return host === 'localhost' ? '127.0.0.1' : host;
}

function toSettings(values: Values, logger: FastifyBaseLogger, clock: () => Date): GatewaySettings {
  return {
    database: values['pg-prepared'] === 'off' ? withoutPrepared(values.database) : values.database,
    storeOptions: {
      queryTimeoutMs: values['query-timeout'] * 1_000,
      keyQuotaBytes: values['idempotency-quota'] * MEBIBYTE,
      logLimitBytes: values['log-limit'] * MEBIBYTE,
    },
    clock,
    pruning: {
      historyMs: values['history-days'] === undefined ? null : values['history-days'] * DAY_MS,
      archive: values.archive,
    },
    requestThreads: true,
    feedSpool: {
      folder: values['feed-spool'] ?? spoolBeside(values.database),
      isRequired: (values['feed-spool'] ?? values['feed-dir']) !== undefined,
    },
    watch:
      values['feed-dir'] === undefined
        ? undefined
        : { directory: values['feed-dir'], needsMark: values['feed-dir-wait'] === 'done' },
    webhooks: {
      keyFile: keyFileOf(values.database, values['webhook-key-file']),
      allowed: values['webhook-allow'],
      userAgent: `Stockgate/${version}`,
    },
    metrics: typeof values.metrics === 'number' ? 'apart' : values.metrics,
    ...(values.demo && { extraTokens: demoTokens }),
    board: values['no-board']
      ? undefined
      : { folder: boardFolder, demoToken: values.demo ? DEMO_TOKEN : null },
    server: {
      liveLimits: { perToken: values['streams-per-token'], perSupplier: values['streams-per-supplier'] },
      graphiql: values.graphiql === 'off' ? null : values.demo ? demoGraphiql : plainGraphiql,
      allowedHosts: allowedHosts(values),
      corsOrigins: values['cors-origin'],
      ratePerSecond: values['rate-limit'],
      inFlightMib: values['in-flight-limit'],
      logger,
      version,
    },
  };
}

/** The board's built page. The program may run from `dist`, or as the source. */
const boardFolder = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../dist/board' : 'board', import.meta.url),
);

/** The default folder for files that wait. */
function spoolBeside(database: string): string {
  return database.startsWith('sqlite:') ? `${database.slice('sqlite:'.length)}.feeds` : './data/feeds';
}

/** Deletes old idempotency keys at intervals. Returns a function that stops it. */
function keepPurging(inventory: OpenInventory, keepMs: number, logger: FastifyBaseLogger): () => void {
  const purge = () =>
    inventory.purgeKeys(keepMs).catch((error: unknown) => logger.error({ err: error }, 'purge failed'));
  void purge();
  const purging = setInterval(() => void purge(), PURGE_INTERVAL_MS);
  return () => clearInterval(purging);
}

/** A warning if the gateway listens beyond loopback. It cannot see whether a proxy in front of it speaks TLS. */
function networkWarnings({ host, port }: Values): string[] {
  if (loopback.has(host) || /^127(\.\d+){3}$/.test(host)) return [];
  return [
    `Listening on ${host}, port ${port}, without TLS: tokens cross the network in the clear. Put TLS in front, and let nothing else reach this port.`,
  ];
}

/**
 * The host names to answer. Undefined means every name. Everyone knows the demo's token, so it answers only to its own names. Otherwise a
 * web site could reach it by DNS rebinding.
 */
function allowedHosts({ demo, 'allowed-host': named }: Values): readonly string[] | undefined {
  return demo || named.length > 0 ? [...loopbackNames, ...named] : undefined;
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
