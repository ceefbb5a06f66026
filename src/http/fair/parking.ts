/** Clients that were refused are heard later: they ask less often. */
import { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** For how long a refused client is not heard, at least and at most, in milliseconds; a client with many connections waits longer. */
const LEAST_MS = 50;
const ALONE_MS = 250;
/** A client with very many connections waits for no longer, in milliseconds: clients give up after some 30 seconds. */
const MOST_MS = 20_000;
/** Timers of one duration are cheap, in milliseconds. */
const STEP_MS = 25;

export class Parking {
  readonly #eachMs: number;
  /** For each client that was ever refused: when the last of its waits ends, in milliseconds on the monotonic clock. */
  readonly #lastAt = new Map<string, number>();

  /** `eachMs`: between two connections of one client that are heard again, in milliseconds. Thousands cost no more than some. */
  constructor(eachMs: number) {
    this.#eachMs = eachMs;
  }

  /** Before a refusal that ends the connection: resolves when the client may be told, or has left. */
  holdBack(socket: Socket, client: string): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        socket.off('close', done);
        resolve();
      };
      const timer = setTimeout(done, this.#delay(client));
      socket.once('close', done);
    });
  }

  /** Reads nothing of the connection for a while once it is answered. A connection that ends with its answer is answered late instead. */
  async slowDown(
    { raw: { socket, headers, httpVersion } }: FastifyRequest,
    reply: FastifyReply,
    client: string,
  ) {
    // Fastify's injected requests have no socket of Node's.
    const goesOn =
      socket instanceof Socket && httpVersion === '1.1' && headers.connection?.toLowerCase() !== 'close';
    if (!goesOn) return this.holdBack(socket, client);
    const ms = this.#delay(client);
    // Node drops a body that nobody read once its request is answered, and reads on then.
    reply.raw.once('close', () => setImmediate(pauseFor, socket, ms));
  }

  /** In milliseconds; at random, so that its connections do not all ask at once. */
  #delay(client: string): number {
    const now = performance.now();
    const alone = LEAST_MS + Math.random() * (ALONE_MS - LEAST_MS);
    const next = Math.max((this.#lastAt.get(client) ?? 0) + this.#eachMs, now + LEAST_MS);
    const at = Math.min(next, now + MOST_MS);
    this.#lastAt.set(client, at);
    return Math.ceil(Math.max(alone, at - now) / STEP_MS) * STEP_MS;
  }
}

/** What a client sends meanwhile waits with the operating system, and costs nothing. */
function pauseFor(socket: Socket, ms: number): void {
  if (socket.destroyed) return;
  socket.pause();
  setTimeout(() => socket.resume(), ms).unref();
}
