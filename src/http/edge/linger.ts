/** Ends a connection whose client still sends, without a reset that would hide the answer from it. */
import { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SMALL_BYTES } from '../fair/byte-budget.ts';
import { atTurn, STRANGERS } from '../fair/loop-turns.ts';

/** For how long such a client may go on sending, until it has read the answer and closes its end. */
const LINGER_MS = 2_000;
/** What it may send meanwhile, in bytes; past that it is no longer read, and waits. */
const MAX_DISCARDED_BYTES = 2_097_152;

/**
 * Call it before an answer with `Connection: close` to a request whose body is not read. A socket that is closed while
 * bytes are unread resets the connection, and many clients then do not see the answer.
 */
export function lingerAfterAnswer(socket: Socket): void {
  // Fastify's injected requests have no socket of Node's.
  if (!(socket instanceof Socket)) return;
  // Node calls it once the last answer of a connection is written.
  socket.destroySoon = () => {
    // The parser must see no more: what follows could be read as another request.
    socket.removeAllListeners('data').removeAllListeners('end');
    let discarded = 0;
    socket.on('data', (chunk: Buffer) => {
      discarded += chunk.length;
      socket.pause();
      if (discarded <= MAX_DISCARDED_BYTES) atTurn(STRANGERS, () => socket.resume());
    });
    socket.on('end', () => socket.destroy());
    socket.resume();
    socket.end();
    const cut = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.once('close', () => clearTimeout(cut));
  };
}

/** Call it before each answer: Node reads a body to its end even for one that is refused, unless the connection ends. */
export function leaveBodyUnread({ headers, raw }: FastifyRequest, reply: FastifyReply): void {
  const isSmall =
    headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) <= SMALL_BYTES;
  if (isSmall || raw.complete) return;
  lingerAfterAnswer(raw.socket);
  reply.header('connection', 'close');
}
