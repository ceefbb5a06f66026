/** Creates the HTTP server: Fastify with its limits and hooks, and the GraphQL and legacy doors. */
import fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { Admission } from './edge/admission.ts';
import { ConnectionShares } from './fair/connection-shares.ts';
import { createTokenEntrance } from './edge/authenticate.ts';
import { addBoardDoor, type BoardDoorOptions } from './board/board-door.ts';
import { createBoardEntrance } from './board/board-entrance.ts';
import { closeConnectionsAsTheyFinish, refuseWhenClosing } from './closing.ts';
import { refuseOtherHosts } from './edge/allowed-hosts.ts';
import {
  answerBrokenFraming,
  answerOddRequests,
  answerUnreadable,
  httpOptions,
} from './edge/broken-request.ts';
import { HeavyWorker } from './heavy/heavy-worker.ts';
import { ByteBudget } from './fair/byte-budget.ts';
import { shareFairly, withinBudget } from './fair-shares.ts';
import { addGraphqlDoor, type GraphqlDoorOptions } from './door/graphql-door.ts';
import type { HeavyWork } from './heavy/heavy-request.ts';
import type { LiveLimits } from './live/live-streams.ts';
import { addFeedDoor, type FeedDoorOptions } from './feed/feed-door.ts';
import { addLegacyDoor, type LegacyDoorOptions } from './door/legacy-door.ts';
import { addDocsDoor } from './docs/docs-door.ts';
import { addOpenApiDoor } from './openapi/openapi-door.ts';
import { addProbes, type Probes } from './edge/probes.ts';
import { leaveBodyUnread } from './edge/linger.ts';
import { queueByConnection } from './fair/connection-queue.ts';
import { MAX_BODY_BYTES } from './edge/edge-error.ts';
import { createRateLimit } from './fair/rate-limit.ts';
import { createLimits, type Limits } from './shared/shared-limits.ts';
import { readBody } from './body/read-body.ts';
import { createRequestIds, recordWhenOver } from './edge/request-log.ts';
import { defaultTurns, type TurnLimits } from './fair/request-turns.ts';
import { setSecurityHeaders } from './edge/security-headers.ts';
import { cutOffStalledReaders } from './fair/stalled-readers.ts';

/** What a server is made of. Every part that is left out has a default. */
export interface ServerOptions
  extends
    Omit<
      GraphqlDoorOptions,
      'closing' | 'admission' | 'heavyWork' | 'liveLimits' | 'budget' | 'entrances' | 'limits'
    >,
    Pick<LegacyDoorOptions, 'authenticate' | 'corsOrigins'>,
    Pick<FeedDoorOptions, 'feedFiles'>,
    Partial<Omit<Probes, 'closing'>> {
  /** The board for people in browsers. Undefined: there is none. */
  readonly board?: Omit<BoardDoorOptions, 'authenticate' | 'admission' | 'limits'> | undefined;
  /** Executes heavy requests. By default they run on this thread. */
  readonly heavyWork?: HeavyWork;
  readonly liveLimits?: LiveLimits;
  readonly logger: FastifyBaseLogger;
  /** Units (requests and rows) that a token may send in a second. 0, the default here, means no limit. */
  readonly ratePerSecond?: number;
  readonly timeouts?: Partial<Timeouts>;
  /** MiB of bodies and answers that are held at once, of all suppliers together. */
  readonly inFlightMib?: number;
  readonly turns?: TurnLimits;
  /** What the limits count with. Servers of several threads share it. By default it is of this server alone. */
  readonly limits?: Limits;
  /** Open connections, at most. */
  readonly connections?: number;
  /** Host names that requests may be sent to. Without a list every name is allowed. */
  readonly allowedHosts?: readonly string[] | undefined;
}

/** What a probe server is made of. */
export interface ProbeServerOptions extends Probes {
  readonly logger: FastifyBaseLogger;
}

/** All in milliseconds. */
interface Timeouts {
  /** From the first byte of a request to the end of its headers. */
  readonly headers: number;
  /** From the first byte of a request to its last. */
  readonly request: number;
  /** How often Node looks for clients that exceed these two. */
  readonly checkEvery: number;
  /** For how long a client may take nothing of its answer before its connection is closed. */
  readonly stalled: number;
}
const defaultTimeouts: Timeouts = { headers: 10_000, request: 30_000, checkEvery: 1_000, stalled: 30_000 };
/** For how long an idle connection stays open. Common proxies close theirs after 60 s; this is longer, so that they never reuse a closed one. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
const MAX_CONNECTIONS = 10_000;
const DEFAULT_IN_FLIGHT_MIB = 256;
const MEBIBYTE = 1_048_576;
/** For documents that must have one. */
const NO_VERSION = 'unknown';

/** Creates the server, not yet listening. Nothing of it outlives `close()`. */
export function createServer(options: ServerOptions): FastifyInstance {
  const closing = new AbortController();
  const server = createEdge(options, closing.signal);
  const { turns = defaultTurns, connections = MAX_CONNECTIONS, limits = createLimits() } = options;
  const rateLimit = createRateLimit(options.ratePerSecond ?? 0, limits.rates);
  const inFlightBytes = (options.inFlightMib ?? DEFAULT_IN_FLIGHT_MIB) * MEBIBYTE;
  const budget = new ByteBudget(inFlightBytes, limits.countsOf('bytes'));
  shareFairly(server, { rateLimit, budget, turns });
  const shares = new ConnectionShares(server.server, connections, limits);
  queueByConnection(server.server, shares.supplierOf);
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
  addOpenApiDoor(server, version ?? NO_VERSION);
  addDocsDoor(server, version ?? NO_VERSION);
  const { liveLimits = { perToken: 100, perSupplier: 1_000 } } = options;
  const heavyWork = withinBudget(options.heavyWork ?? new HeavyWorker(options), budget);
  const { board, authenticate, corsOrigins } = options;
  const entrances = [createTokenEntrance(authenticate, corsOrigins)];
  if (board) entrances.push(createBoardEntrance(board.sessions));
  const shared = { admission, heavyWork, liveLimits, budget, entrances, limits, closing: closing.signal };
  const doorOptions = { ...options, ...shared };
  addGraphqlDoor(server, doorOptions);
  addLegacyDoor(server, doorOptions);
  addFeedDoor(server, doorOptions);
  if (board) addBoardDoor(server, { ...board, authenticate, admission, limits });
  return server;
}

/** Creates a server for the probes alone, on a port of its own. It is not yet listening. */
export function createProbeServer(options: ProbeServerOptions): FastifyInstance {
  const server = createEdge(options, options.closing);
  queueByConnection(server.server, () => undefined);
  server.setNotFoundHandler((_request, reply) => reply.code(404).send({ detail: 'Not found.' }));
  addProbes(server, options);
  return server;
}

/** Creates a Fastify server with what both kinds of server share: limits, logging, errors and body reading. */
function createEdge(
  { logger, observer, ...options }: Pick<ServerOptions, 'logger' | 'observer' | 'timeouts'>,
  closing: AbortSignal,
): FastifyInstance {
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const idOf = createRequestIds();
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
    // A logger for each request would cost more than its line, which has the ID anyway.
    childLoggerFactory: (parent) => parent,
    genReqId: ({ headers }) => idOf(headers),
    frameworkErrors: (error, request, reply) => {
      recordWhenOver(request, reply, observer);
      answerUnreadable(error, request, reply);
    },
    clientErrorHandler: answerBrokenFraming,
  });
  guardConnections(server, timeouts.stalled);
  decorateRequests(server);
  // Fastify would refuse a wrong media type before the doors' own checks. The doors check it last, as the legacy contract does.
  server.removeAllContentTypeParsers();
  // '*' covers every media type. Naming JSON too lets Fastify find its parser without a search.
  server.addContentTypeParser(['application/json', '*'], readBody);
  server.addHook('onRequest', (request, reply, done) => {
    setSecurityHeaders(reply.header('x-request-id', request.id));
    recordWhenOver(request, reply, observer);
    if (closing.aborted && request.route.config.door !== 'probe') refuseWhenClosing(reply);
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

/** Limits the number of connections, and closes those whose clients stop reading. */
function guardConnections({ server, log }: FastifyInstance, stalledMs: number): void {
  server.maxConnections = MAX_CONNECTIONS;
  cutOffStalledReaders(server, stalledMs, (bytes) =>
    log.info({ bytes }, 'a client that read nothing any more was cut off'),
  );
}

/** Declares the fields that hooks set later. V8 reads objects faster when all of them have the same fields. */
function decorateRequests(server: FastifyInstance): void {
  server.decorateRequest('caller');
  server.decorateRequest('route');
  server.decorateRequest('errorCode', undefined);
  server.decorateRequest('problems', undefined);
  server.decorateRequest('refusedCall', undefined);
  server.decorateRequest('refusedOrigin', undefined);
  server.decorateRequest('isLive', false);
  server.decorateRequest('bodyShape', undefined);
}
