/** Reports each finished request: one line in the log, with the request's ID, and counts for the observer. */
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../../domain/caller.ts';
import type { Problem } from '../../domain/refusal.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Its route's options. Fastify makes a new object at each look. */
    route: FastifyRequest['routeOptions'];
    /** The caller. Every door's onRequest hook sets it or refuses the request. */
    caller: Caller;
    /** Why the request was refused or failed, if the status does not say it. */
    errorCode: string | undefined;
    /** Refusals by the rules that no transaction counts. */
    problems: readonly Problem[] | undefined;
    /** For the log: the legacy call that was refused. */
    refusedCall: RefusedCall | undefined;
    /** The page's Origin, if CORS does not let the page read the answer. */
    refusedOrigin: string | undefined;
    /** True if the answer is a live stream, which lasts as long as its reader. */
    isLive: boolean;
  }
  interface FastifyContextConfig {
    readonly door?: Door;
    /** What its path begins with, if its door has several entrances. */
    readonly prefix?: string;
  }
}

export type Door = 'graphql' | 'legacy' | 'legacy_bulk' | 'feed' | 'board' | 'probe' | 'other';

/** In this order: 2xx; 4xx, 503, 504 or GraphQL `errors`; a fault of the gateway; the client left before the answer. */
export const outcomes = ['ok', 'refused', 'failed', 'aborted'] as const;
export type Outcome = (typeof outcomes)[number];

/** What the log says of a refused legacy call. It holds no secret. */
export interface RefusedCall {
  readonly code: string;
  /** The field that names the SKU, and its value as it was sent. */
  readonly identifier?: { readonly kind: string; readonly value: string };
  /** The number of refused rows of a bulk call; `code` and `identifier` are those of the first. */
  readonly refusedRows?: number;
}

/** A finished request. */
export interface RequestRecord {
  readonly door: Door;
  readonly outcome: Outcome;
  readonly ms: number;
  readonly isLive: boolean;
  /** Why the edge or GraphQL refused it, else null. */
  readonly refusal: string | null;
  /** Refusals by the rules that no transaction counts, because no update was requested. A request with only these is `ok`. */
  readonly problems: readonly Problem[];
}

export interface RequestObserver {
  answered(request: RequestRecord): void;
  /** A live stream began (1) or ended (-1). */
  streamed(change: 1 | -1): void;
}

/** Levels of a log without lines of requests. */
const quietLevels: ReadonlySet<string> = new Set(['warn', 'error', 'fatal', 'silent']);

/** nginx's status for a client that left before the answer. */
const CLIENT_LEFT = 499;
/** Longest path, and longest value that a client chose, in UTF-16 units. */
const MAX_PATH_LENGTH = 100;
const MAX_LOGGED_LENGTH = 100;

/** Keeps the request's route, and reports the request when it ends in any way. Fastify's own hook misses requests that clients break off. */
export function recordWhenOver(
  request: FastifyRequest,
  reply: FastifyReply,
  observer: RequestObserver | undefined,
): void {
  request.route = request.routeOptions;
  // A closed connection no longer knows its address.
  const client = request.ip;
  // It closes once. A listener for one time would cost two objects more.
  reply.raw.on('close', () => {
    const { door = 'other' } = request.route.config;
    const status = reply.raw.headersSent ? reply.statusCode : CLIENT_LEFT;
    const ms = reply.elapsedTime;
    const outcome = outcomeOf(status, request.errorCode);
    const refusal = outcome === 'refused' ? refusalOf(door, status, request.errorCode) : null;
    logRequest(request, { door, status, ms, refusal }, client);
    if (observer && door !== 'probe')
      observer.answered({
        door,
        outcome,
        ms,
        isLive: request.isLive,
        refusal,
        problems: request.problems ?? [],
      });
  });
}

/** The answer, as the log line has it. */
interface Answered extends Pick<RequestRecord, 'door' | 'ms' | 'refusal'> {
  readonly status: number;
}

function logRequest(request: FastifyRequest, { door, status, ms, refusal }: Answered, client: string): void {
  // Most of the line's cost is making it.
  if (quietLevels.has(request.log.level)) return;
  const { caller, errorCode, method, refusedCall, refusedOrigin, route, url } = request;
  const code = errorCode ?? refusedCall?.code ?? refusal;
  const line = {
    reqId: request.id,
    method,
    url: route.url ?? pathOf(url),
    door,
    status,
    ms: Math.round(ms * 100) / 100,
    ...(code !== null && { code, ...describeCall(refusedCall), ...describeClient(request, client) }),
    ...(refusedOrigin !== undefined && { refusedOrigin: toLogged(refusedOrigin) }),
    // A request that the first check refuses has no caller.
    ...(caller && { supplier: caller.supplierName, tokenName: caller.actor }),
  };
  request.log[levelOf(door)](line, 'request');
}

function levelOf(door: Door): 'debug' | 'info' {
  return door === 'probe' ? 'debug' : 'info';
}

function describeCall(call: RefusedCall | undefined): object {
  if (!call) return {};
  const { identifier, refusedRows } = call;
  return {
    ...(identifier && { identifier: { ...identifier, value: toLogged(identifier.value) } }),
    ...(refusedRows !== undefined && { refusedRows }),
  };
}

/** The address of the connection, and the one in X-Forwarded-For. Any client can send that header, so it proves nothing. */
function describeClient({ headers }: FastifyRequest, client: string): object {
  const forwarded = headers['x-forwarded-for'];
  return { client, ...(forwarded !== undefined && { forwardedFor: toLogged(String(forwarded)) }) };
}

/** A client's text, bounded and without control characters, which could steer a terminal. */
function toLogged(text: string): string {
  return text.slice(0, MAX_LOGGED_LENGTH).replaceAll(/\p{C}/gu, '');
}

/** The path without anything that follows it, even escaped: people put tokens there. */
function pathOf(url: string): string {
  return (/^[^?#;&=%]*/.exec(url.slice(0, MAX_PATH_LENGTH))?.[0] ?? '') || '/';
}

function outcomeOf(status: number, code: string | undefined): Outcome {
  if (status === CLIENT_LEFT) return 'aborted';
  if (code === 'INTERNAL_SERVER_ERROR' || (status >= 500 && status !== 503 && status !== 504))
    return 'failed';
  return status >= 400 || code !== undefined ? 'refused' : 'ok';
}

function refusalOf(door: Door, status: number, code: string | undefined): string | null {
  if (code !== undefined) return code;
  // On a known path 404, 412 and 422 are refusals by the rules, which are counted by the row.
  if (status === 404) return door === 'other' ? 'NOT_FOUND' : null;
  return codes[status] ?? null;
}

const codes: Readonly<Record<number, string>> = {
  400: 'BAD_USER_INPUT',
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  405: 'METHOD_NOT_ALLOWED',
  409: 'FORBIDDEN',
  413: 'BODY_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  429: 'RATE_LIMITED',
  503: 'UNAVAILABLE',
};

/** Hexadecimal digits of a UUID after its last hyphen. */
const COUNTED_DIGITS = 12;

/**
 * Makes the function that gives each request its ID: the client's own where it sent one, so that its logs and ours can be joined. Without one of the client's it has the form of a UUID: random for the process,
 * and counted within it, because a random one for each request costs more than the rest of the log line.
 */
export function createRequestIds(): (headers: IncomingHttpHeaders) => string {
  const random = randomUUID();
  const ofProcess = random.slice(0, -COUNTED_DIGITS);
  let count = 0;
  return (headers) =>
    clientRequestId(headers['x-request-id']) ??
    ofProcess + (++count).toString(16).padStart(COUNTED_DIGITS, '0');
}

/** Undefined if it could break a log. */
function clientRequestId(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && /^[\w.:-]{1,64}$/.test(header) ? header : undefined;
}
