/** Ends a connection while its client still sends, without a reset that would lose the answer. */
import { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SMALL_BYTES } from '../fair/byte-budget.ts';
import { atTurn, ANONYMOUS } from '../fair/loop-turns.ts';

/** Milliseconds that such a client has to read the answer and close its end. */
const LINGER_MS = 2_000;
/** Bytes that are read and discarded meanwhile. After that the connection is no longer read. */
const MAX_DISCARDED_BYTES = 2_097_152;

/**
 * Call it before an answer with `Connection: close` to a request whose body is not read. A socket that is closed while
 * bytes are unread resets the connection, and many clients then do not see the answer.
 */
export function lingerAfterAnswer(socket: Socket): void {
  // Requests that Fastify injects have no real socket.
  if (!(socket instanceof Socket)) return;
  // Node calls this after the last answer of a connection is written.
  socket.destroySoon = () => {
    // Detach the parser: it could take the rest of the body for another request.
    socket.removeAllListeners('data').removeAllListeners('end');
    let discarded = 0;
    socket.on('data', (chunk: Buffer) => {
      discarded += chunk.length;
      socket.pause();
      if (discarded <= MAX_DISCARDED_BYTES) atTurn(ANONYMOUS, () => socket.resume());
    });
    socket.on('end', () => socket.destroy());
    socket.resume();
    socket.end();
    const cut = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.once('close', () => clearTimeout(cut));
  };
}

/** Call it before each answer. Node reads the whole body of a refused request unless the connection ends. */
export function leaveBodyUnread({ headers, raw }: FastifyRequest, reply: FastifyReply): void {
  const isSmall =
    headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) <= SMALL_BYTES;
  if (isSmall || raw.complete) return;
  lingerAfterAnswer(raw.socket);
  reply.header('connection', 'close');
}
