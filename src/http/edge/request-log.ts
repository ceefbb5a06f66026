/** What is told of each request once it is over: a line in the log, and counts for whoever observes. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../../domain/caller.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls. Every door's onRequest sets it, or answers. */
    caller: Caller;
    /** Why it was refused or failed, where the status does not say it: a code of ours. */
    errorCode: string | undefined;
    /** Answered with a live stream, which lasts as long as its reader. */
    isLive: boolean;
  }
  interface FastifyContextConfig {
    readonly door?: Door;
  }
}

export type Door = 'graphql' | 'legacy' | 'legacy_bulk' | 'probe' | 'other';

/** 2xx; 4xx, 503, 504 or GraphQL `errors`; our fault; the client left before it was answered. */
export const outcomes = ['ok', 'refused', 'failed', 'aborted'] as const;
export type Outcome = (typeof outcomes)[number];

/** A request that is over. */
export interface RequestRecord {
  readonly door: Door;
  readonly outcome: Outcome;
  readonly ms: number;
  readonly isLive: boolean;
  /** Why the edge or GraphQL refused it; null where it did not. Refusals by the rules are not said here. */
  readonly refusal: string | null;
}

export interface RequestObserver {
  answered(request: RequestRecord): void;
  /** A live stream began, or ended. */
  streamed(change: 1 | -1): void;
}

/** nginx's status for a client that left before it was answered. */
const CLIENT_LEFT = 499;
const MAX_PATH_LENGTH = 100;

/** Tells of the request when it is over, however it ends: Fastify's own hook misses those that clients break off. */
export function recordWhenOver(
  request: FastifyRequest,
  reply: FastifyReply,
  observer: RequestObserver | undefined,
): void {
  reply.raw.once('close', () => {
    const { door = 'other' } = request.routeOptions.config;
    const status = reply.raw.headersSent ? reply.statusCode : CLIENT_LEFT;
    const ms = reply.elapsedTime;
    logRequest(request, door, status, ms);
    if (!observer || door === 'probe') return;
    const outcome = outcomeOf(status, request.errorCode);
    const refusal = outcome === 'refused' ? refusalOf(door, status, request.errorCode) : null;
    observer.answered({ door, outcome, ms, isLive: request.isLive, refusal });
  });
}

function logRequest(request: FastifyRequest, door: Door, status: number, ms: number): void {
  const { caller, errorCode, method, routeOptions, url } = request;
  const line = {
    method,
    url: routeOptions.url ?? pathOf(url),
    door,
    status,
    ms: Math.round(ms * 100) / 100,
    ...(errorCode !== undefined && { code: errorCode }),
    // Denied at its first check, a request has no caller.
    ...(caller && { supplier: caller.supplierName, tokenName: caller.actor }),
  };
  if (door === 'probe') request.log.debug(line, 'request');
  else request.log.info(line, 'request');
}

/** The path alone: what follows it, be it escaped, is where people put tokens. */
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
  // A known path's 404 is a refusal by the rules, as are its 412 and 422: they are counted by the row.
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
