/** `stockgate serve`: opens the store, listens, and stops in order. */
import { randomUUID } from 'node:crypto';
import pino from 'pino';
import type { FastifyBaseLogger } from 'fastify';
import type { z } from 'zod';
import { createInventory, type OpenInventory } from '../db/inventory.ts';
import { describeDatabase } from '../db/driver/database-url.ts';
import { durabilityWarnings } from '../db/store/postgres-durability.ts';
import { openStore } from '../db/store/open-store.ts';
import type { Store } from '../db/store/store.ts';
import { createAuthenticate } from '../db/tokens.ts';
import { loopbackNames } from '../http/edge/allowed-hosts.ts';
import { startRequestThreads } from '../gateway/start-request-threads.ts';
import { createProbeServer, createServer } from '../http/server.ts';
import { serveOptions } from './settings.ts';
import { readOptions, UsageError, type Command, type Io } from './command.ts';
import { acceptDemoToken, DEMO_TOKEN, demoGraphiql, seedDemo } from '../demo/demo.ts';
import { plainGraphiql } from './plain-graphiql.ts';
import { serveHelp } from './serve-help.ts';

const HOUR_MS = 3_600_000;
const MEBIBYTE = 1_048_576;
/** An update that PostgreSQL does not answer within this time is refused; in time for a client that waits for half a minute. */
const ANSWER_TIMEOUT_MS = 10_000;
/** PostgreSQL has so much longer to say that a read took too long. */
const READ_MARGIN_MS = 5_000;
/** Connections that wait to be accepted: past it the system drops attempts, which clients repeat seconds later. */
const BACKLOG = 2_048;
/** How often the service clock is moved on, and old idempotency keys are forgotten. */
const PURGE_INTERVAL_MS = 60_000;

const loopback: ReadonlySet<string> = new Set(loopbackNames);

export const serveCommand: Command = {
  help: serveHelp,
  run: async (args, io) => {
    const { values } = readOptions(serveOptions, [], args, io.env);
    if (values.demo && !loopback.has(values.host)) {
      throw new UsageError('--demo accepts a token that everyone knows: it listens on loopback only.');
    }
    const level = values['log-level'] ?? (values.demo ? 'warn' : 'info');
    const logger = pino({ level, redact: ['req.headers.authorization'] }, pino.destination(2));
    const queryTimeoutMs = values['query-timeout'] * 1_000;
    const store = await openStore(values.database, {
      queryTimeoutMs,
      answerTimeoutMs: Math.max(ANSWER_TIMEOUT_MS, queryTimeoutMs + READ_MARGIN_MS),
      keyQuotaBytes: values['idempotency-quota'] * MEBIBYTE,
      logLimitBytes: values['log-limit'] * MEBIBYTE,
    });
    let code: number | undefined;
    try {
      if (values.demo) await seedDemo(store, io.clock);
      for (const warning of [...networkWarnings(values), ...(await durabilityWarnings(store))]) {
        logger.warn(warning);
        io.err(`stockgate: ${warning}\n`);
      }
      code = await serve(store, values, logger, io);
      return code;
    } finally {
      // On a failed disk the last to close it would take SQLite's log into a file of which parts may be lost, and remove the log.
      if (code !== 1) await store.close();
    }
  },
};

type Values = { [K in keyof typeof serveOptions]: z.output<(typeof serveOptions)[K]['schema']> };

/** Serves until it is told to stop, or nothing can be stored any more; gives the exit code. */
async function serve(store: Store, values: Values, logger: FastifyBaseLogger, io: Io): Promise<number> {
  const { inventory, threads, server, metrics } = await openGateway(store, values, logger, io);
  const ready = () => inventory.ready();
  // Closed last, so that /ready on a port of its own can say that the gateway is closing.
  const probes = createProbeServer({ ready, metrics, closing: io.stop, logger });
  try {
    await inventory.started;
    const own =
      typeof values.metrics === 'number' &&
      (await probes.listen({ host: addressOf(values.host), port: values.metrics }));
    const host = addressOf(values.host);
    const origin = await server.listen({ host, port: values.port, backlog: BACKLOG });
    threads.warm();
    io.out(describe(origin, own || (metrics && origin), values));
    const stopPurging = keepPurging(inventory, values['idempotency-hours'] * HOUR_MS, logger);
    let failure = await Promise.race([aborted(io.stop), inventory.failed]);
    const note = (error: unknown) => {
      logger.fatal({ err: error }, 'nothing more can be stored: the gateway stops');
      failure = error;
    };
    if (failure) note(failure);
    stopPurging();
    await server.close();
    await threads.close();
    // The log goes into the database file a last time.
    await inventory.close().catch(note);
    return failure ? 1 : 0;
  } finally {
    await probes.close();
  }
}

/** One address: for `localhost` a second server would listen on the other, without this one's limits on connections. */
function addressOf(host: string): string {
  return host === 'localhost' ? '127.0.0.1' : host;
}

/** The parts of a gateway, wired. Close the server, the threads and the inventory, in this order. */
async function openGateway(store: Store, values: Values, logger: FastifyBaseLogger, io: Io) {
  const ready = () => inventory.ready();
  const backlog = () => inventory.backlog();
  // Loaded only where it is used.
  const metrics =
    values.metrics === 'off'
      ? undefined
      : (await import('../http/edge/metrics.ts')).createMetrics({
          backlog,
          ready,
          log: () => inventory.log(),
        });
  const inventory = createInventory(store, io.clock, metrics && [metrics]);
  const authenticate = createAuthenticate(store, io.clock);
  const threads = startRequestThreads(store.url, inventory, store.queryTimeoutMs, (error) =>
    logger.error({ err: error }, 'a request thread failed'),
  );
  const server = createServer({
    inventory,
    heavyWork: threads,
    liveLimits: { perToken: values['streams-per-token'], perSupplier: values['streams-per-supplier'] },
    createId: randomUUID,
    authenticate: values.demo ? acceptDemoToken(authenticate) : authenticate,
    graphiql: values.graphiql === 'off' ? null : values.demo ? demoGraphiql : plainGraphiql,
    allowedHosts: allowedHosts(values),
    corsOrigins: values['cors-origin'],
    ratePerSecond: values['rate-limit'],
    inFlightMib: values['in-flight-limit'],
    logger,
    ready,
    observer: metrics,
    metrics: values.metrics === 'on' ? metrics : undefined,
  });
  return { inventory, threads, server, metrics };
}

/** Forgets old idempotency keys from time to time; what comes back ends it. */
function keepPurging(inventory: OpenInventory, keepMs: number, logger: FastifyBaseLogger): () => void {
  const purge = () =>
    inventory.purgeKeys(keepMs).catch((error: unknown) => logger.error({ err: error }, 'purge failed'));
  void purge();
  const purging = setInterval(() => void purge(), PURGE_INTERVAL_MS);
  return () => clearInterval(purging);
}

/** Whether TLS stands in front cannot be seen from here. */
function networkWarnings({ host, port }: Values): string[] {
  if (loopback.has(host) || /^127(\.\d+){3}$/.test(host)) return [];
  return [
    `Listening on ${host}, port ${port}, without TLS: tokens cross the network in the clear. Put TLS in front, and let nothing else reach this port.`,
  ];
}

/** Undefined for every name. In the demo, whose token everyone knows, nobody may reach it under a name of their own. */
function allowedHosts({ demo, 'allowed-host': named }: Values): readonly string[] | undefined {
  return demo || named.length > 0 ? [...loopbackNames, ...named] : undefined;
}

function describe(
  origin: string,
  metricsOrigin: string | undefined,
  { demo, database, graphiql }: Pick<Values, 'demo' | 'database' | 'graphiql'>,
): string {
  const lines = [
    `Stockgate listens on ${origin} (${describeDatabase(database)})`,
    '',
    `  ${graphiql === 'on' ? 'GraphiQL' : 'GraphQL '}   ${origin}/graphql`,
    ...(metricsOrigin === undefined ? [] : [`  Metrics    ${metricsOrigin}/metrics`]),
  ];
  if (!demo) return [...lines, ''].join('\n');
  return [
    ...lines,
    `  Token      ${DEMO_TOKEN}`,
    '',
    'Try:',
    '',
    `  curl -X POST ${origin}/timp/products/skus/inventory/ \\`,
    `    -H 'Authorization: Token ${DEMO_TOKEN}' \\`,
    `    -H 'Content-Type: application/json' \\`,
    `    -d '{"sku_id": "xkuOwSQ3utl", "quantity_in_stock": 3}'`,
    '',
    '',
  ].join('\n');
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
