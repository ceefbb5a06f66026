/** Cross-origin requests (the Fetch standard): pages of listed origins may call, with a token, never with cookies. */
import type { FastifyReply, FastifyRequest } from 'fastify';

/** For how long a browser remembers that it may call, in seconds. */
const MAX_AGE_S = 600;

/** Lets pages of these origins read the answer. True: it was a preflight, and is answered by these headers alone. */
export function allowOrigins(
  origins: readonly string[],
  { headers, method }: FastifyRequest,
  reply: FastifyReply,
): boolean {
  if (origins.length === 0) return false;
  reply.header('vary', 'Origin');
  const { origin } = headers;
  if (origin === undefined || !origins.includes(origin)) return false;
  reply.headers({
    'access-control-allow-origin': origin,
    // Or Server-Timing stays hidden from the page.
    'timing-allow-origin': origin,
    'access-control-expose-headers': 'x-request-id, ratelimit-policy, ratelimit',
  });
  if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined) return false;
  reply.headers({
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': 'authorization, content-type, x-request-id, x-include-cost',
    'access-control-max-age': MAX_AGE_S,
  });
  return true;
}
