/** What happens while the server closes: new requests are refused, and connections end as they become idle. */
import type { FastifyInstance, FastifyReply } from 'fastify';

/** While the server closes, it closes idle connections this often. */
const CLOSE_INTERVAL_MS = 50;
/** While the server closes, requests in progress have this long. Then all connections are closed. */
const CLOSE_TIMEOUT_MS = 4_000;

/** Answers a request that arrives while the server closes. The body has the fields of every door's errors, because the door is not known yet. */
export function refuseWhenClosing(reply: FastifyReply): void {
  const message = 'The gateway is closing. Send it again.';
  const errors = [{ message, extensions: { code: 'UNAVAILABLE' } }];
  void reply.code(503).header('retry-after', '1').send({ detail: message, message, errors });
}

/** Closes connections when they become idle. Node closes only those that are idle when closing begins, and a live stream's is idle later. */
export function closeConnectionsAsTheyFinish({ server }: FastifyInstance): void {
  const timer = setInterval(() => server.closeIdleConnections(), CLOSE_INTERVAL_MS);
  // A client that has not sent its whole request by then, or not read its answer, would delay the end.
  const deadline = setTimeout(() => server.closeAllConnections(), CLOSE_TIMEOUT_MS);
  server.once('close', () => {
    clearInterval(timer);
    clearTimeout(deadline);
  });
}
