/** The edge: its limits, its errors, and the doors behind it. */
import { randomUUID } from 'node:crypto';
import fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
} from 'fastify';
import { Admission } from './edge/admission.ts';
import { ConnectionShares } from './fair/connection-shares.ts';
import { refuseOtherHosts } from './edge/allowed-hosts.ts';
import {
  answerBrokenFraming,
  answerOddRequests,
  answerUnreadable,
  httpOptions,
} from './edge/broken-request.ts';
import { HeavyWorker } from './heavy/answer-heavy.ts';
import { ByteBudget } from './fair/byte-budget.ts';
import { shareFairly, withinBudget } from './fair-shares.ts';
import { addGraphqlDoor, type GraphqlDoorOptions } from './door/graphql-door.ts';
import type { HeavyWork } from './heavy/heavy-request.ts';
import type { LiveLimits } from './live/live-streams.ts';
import { addLegacyDoor } from './door/legacy-door.ts';
import { addProbes, type Probes } from './edge/probes.ts';
import { leaveBodyUnread } from './edge/linger.ts';
import { takeOneAtATime } from './fair/one-at-a-time.ts';
import { MAX_BODY_BYTES } from './edge/edge-error.ts';
import { createRateLimit } from './fair/rate-limit.ts';
import { readBody } from './body/read-body.ts';
import { recordWhenOver } from './edge/request-log.ts';
import { defaultTurns, type TurnLimits } from './fair/request-turns.ts';
import { setSecurityHeaders } from './edge/security-headers.ts';
import { cutOffStalledReaders } from './fair/stalled-readers.ts';

export interface ServerOptions
  extends
    Omit<GraphqlDoorOptions, 'closing' | 'admission' | 'heavyWork' | 'liveLimits' | 'budget'>,
    Partial<Omit<Probes, 'closing'>> {
  /** By default all work is done on this thread. */
  readonly heavyWork?: HeavyWork;
  readonly liveLimits?: LiveLimits;
  readonly logger: FastifyBaseLogger;
  /** Requests and rows a second that a token may send; 0, the default here, for no limit. */
  readonly ratePerSecond?: number;
  readonly timeouts?: Partial<Timeouts>;
  /** MiB of bodies and answers that are held at once. */
  readonly inFlightMib?: number;
  readonly turns?: TurnLimits;
  /** Connections at once. */
  readonly connections?: number;
  /** Names that a request's Host may have; every name where there is no list. */
  readonly allowedHosts?: readonly string[] | undefined;
}

export interface ProbeServerOptions extends Probes {
  readonly logger: FastifyBaseLogger;
}

/** In milliseconds, from the first byte to the last. */
interface Timeouts {
  readonly headers: number;
  readonly request: number;
  /** How often clients are looked for that took longer. */
  readonly checkEvery: number;
  /** For how long a client may read nothing of what is written for it. */
  readonly stalled: number;
}
const defaultTimeouts: Timeouts = { headers: 10_000, request: 30_000, checkEvery: 1_000, stalled: 30_000 };
/** For how long an idle connection stays open; longer than the 60 s after which common proxies close theirs. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
const MAX_CONNECTIONS = 10_000;
const DEFAULT_IN_FLIGHT_MIB = 256;
const MEBIBYTE = 1_048_576;
/** How often connections that became idle are closed while the server stops. */
const CLOSE_INTERVAL_MS = 50;
/** What is under way when the server begins to close has this long. */
const CLOSE_TIMEOUT_MS = 4_000;

/** The server, not yet listening. It holds nothing that outlives `close()`. */
export function createServer(options: ServerOptions): FastifyInstance {
  const closing = new AbortController();
  const server = createEdge(options, closing.signal);
  const rateLimit = createRateLimit(options.ratePerSecond ?? 0);
  const budget = new ByteBudget((options.inFlightMib ?? DEFAULT_IN_FLIGHT_MIB) * MEBIBYTE);
  const { turns = defaultTurns, connections = MAX_CONNECTIONS } = options;
  server.server.maxConnections = connections;
  shareFairly(server, { rateLimit, budget, turns });
  const shares = new ConnectionShares(server.server, connections);
  takeOneAtATime(server.server, shares.supplierOf);
  const admission = new Admission(rateLimit, shares);
  if (options.allowedHosts) refuseOtherHosts(server, options.allowedHosts);
  server.addHook('preClose', async () => {
    closing.abort();
    closeConnectionsAsTheyFinish(server);
  });
  server.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ detail: 'Not found.', message: 'Not found. GraphQL is at /graphql.' }),
  );
  const { ready = () => Promise.resolve(null), metrics, version } = options;
  addProbes(server, { ready, metrics, version, closing: closing.signal });
  const { liveLimits = { perToken: 100, perSupplier: 1_000 } } = options;
  const heavyWork = withinBudget(options.heavyWork ?? new HeavyWorker(options), budget);
  const doorOptions = { ...options, admission, heavyWork, liveLimits, budget, closing: closing.signal };
  addGraphqlDoor(server, doorOptions);
  addLegacyDoor(server, doorOptions);
  return server;
}

/** A server for a port of its own, that answers the probes and nothing else. Not yet listening. */
export function createProbeServer(options: ProbeServerOptions): FastifyInstance {
  const server = createEdge(options, options.closing);
  takeOneAtATime(server.server, () => undefined);
  server.setNotFoundHandler((_request, reply) => reply.code(404).send({ detail: 'Not found.' }));
  addProbes(server, options);
  return server;
}

/** What every server has before its doors. */
function createEdge(
  { logger, observer, ...options }: Pick<ServerOptions, 'logger' | 'observer' | 'timeouts'>,
  closing: AbortSignal,
): FastifyInstance {
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const server = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: MAX_BODY_BYTES,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    requestTimeout: timeouts.request,
    http: {
      ...httpOptions,
      headersTimeout: timeouts.headers,
      connectionsCheckingInterval: timeouts.checkEvery,
    },
    routerOptions: { ignoreTrailingSlash: true },
    exposeHeadRoutes: false,
    return503OnClosing: false,
    requestIdHeader: false,
    genReqId: ({ headers }) => clientRequestId(headers['x-request-id']) ?? randomUUID(),
    frameworkErrors: (error, request, reply) => {
      recordWhenOver(request, reply, observer);
      answerUnreadable(error, request, reply);
    },
    clientErrorHandler: answerBrokenFraming,
  });
  guardConnections(server, timeouts.stalled);
  decorateRequests(server);
  // Doors read their bodies themselves: what a body must be is the last thing they ask.
  server.removeAllContentTypeParsers();
  // Named beside the pattern, JSON is found without a search.
  server.addContentTypeParser(['application/json', '*'], readBody);
  server.addHook('onRequest', (request, reply, done) => {
    setSecurityHeaders(reply.header('x-request-id', request.id));
    recordWhenOver(request, reply, observer);
    if (closing.aborted && request.routeOptions.config.door !== 'probe') refuseWhenClosing(reply);
    else done();
  });
  server.addHook('onSend', (request, reply, _payload, done) => {
    leaveBodyUnread(request, reply);
    reply.header('server-timing', `total;dur=${reply.elapsedTime.toFixed(1)}`);
    done();
  });
  answerOddRequests(server);
  return server;
}

/** What one connection may cost the others. */
function guardConnections({ server, log }: FastifyInstance, stalledMs: number): void {
  server.maxConnections = MAX_CONNECTIONS;
  cutOffStalledReaders(server, stalledMs, (bytes) =>
    log.info({ bytes }, 'a client that read nothing any more was cut off'),
  );
}

/** Requests of one shape are read faster. */
function decorateRequests(server: FastifyInstance): void {
  server.decorateRequest('caller');
  server.decorateRequest('errorCode', undefined);
  server.decorateRequest('refusedCall', undefined);
  server.decorateRequest('refusedOrigin', undefined);
  server.decorateRequest('isLive', false);
  server.decorateRequest('bodyShape', undefined);
}

/** On a connection that was busy when the server began to close. Every door's way to say it at once. */
function refuseWhenClosing(reply: FastifyReply): void {
  const message = 'The gateway is closing. Send it again.';
  const errors = [{ message, extensions: { code: 'UNAVAILABLE' } }];
  void reply.code(503).header('retry-after', '1').send({ detail: message, message, errors });
}

/** A stream's connection becomes idle only when its stream has ended, after Node closed those that were idle before. */
function closeConnectionsAsTheyFinish({ server }: FastifyInstance): void {
  const timer = setInterval(() => server.closeIdleConnections(), CLOSE_INTERVAL_MS);
  // Who has not sent a request whole by then, or read its answer, would hold up the end.
  const deadline = setTimeout(() => server.closeAllConnections(), CLOSE_TIMEOUT_MS);
  server.once('close', () => {
    clearInterval(timer);
    clearTimeout(deadline);
  });
}

/** An id that the client chose, so that its logs and ours can be joined; only where it is harmless in a log. */
function clientRequestId(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && /^[\w.:-]{1,64}$/.test(header) ? header : undefined;
}
