/** Cross-origin requests (the Fetch standard): pages of listed origins may call with a token, never with cookies. */
import type { FastifyReply, FastifyRequest } from 'fastify';

/** How long a browser remembers the answer to a preflight, in seconds. */
const MAX_AGE_S = 600;

/** Request headers that pages may send: those that a door reads, and those that tracing adds to every request. */
const allowedHeaders = [
  ...[
    'authorization',
    'content-type',
    'x-request-id',
    'x-include-cost',
    'if-match',
    'idempotency-key',
    'prefer',
  ],
  ...['traceparent', 'tracestate', 'baggage', 'sentry-trace'],
].join(', ');

/** Answer headers that pages may read, beside those that the standard always shows. */
const exposedHeaders = [
  ...['x-request-id', 'ratelimit-policy', 'ratelimit', 'retry-after'],
  ...['etag', 'idempotent-replayed', 'location', 'content-disposition', 'x-ignored-fields'],
].join(', ');

/**
 * Lets pages of these origins read the answer, and notes a request of any other origin for the log. Returns true for a
 * preflight, which these headers answer: send 204.
 */
export function allowOrigins(
  origins: readonly string[],
  request: FastifyRequest,
  reply: FastifyReply,
): boolean {
  const { headers, method } = request;
  const { origin } = headers;
  if (origins.length > 0) reply.header('vary', 'Origin');
  if (origin === undefined) return false;
  if (!origins.includes(origin)) {
    if (!isOwnOrigin(origin, headers.host)) request.refusedOrigin = origin;
    return false;
  }
  reply.headers({
    'access-control-allow-origin': origin,
    // Without it, Server-Timing stays hidden from the page.
    'timing-allow-origin': origin,
    'access-control-expose-headers': exposedHeaders,
  });
  if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined) return false;
  reply.headers({
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': allowedHeaders,
    'access-control-max-age': MAX_AGE_S,
  });
  return true;
}

/** Browsers also send Origin with a page's POST to its own host, as GraphiQL does. */
function isOwnOrigin(origin: string, host: string | undefined): boolean {
  return host !== undefined && origin.replace(/^https?:\/\//, '') === host;
}
