/** Delays refused clients, so that a retry loop sends fewer requests and costs the other clients less. */
import { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * A refused client waits a random time between these two, in milliseconds. Chance spreads its connections out. With many
 * refused connections it waits longer.
 */
const LEAST_MS = 50;
const RANDOM_MOST_MS = 250;
/** The longest delay, in milliseconds, however many connections the client has. Clients give up after about 30 seconds. */
const MOST_MS = 20_000;
/** Delays are rounded up to this step, in milliseconds. Node keeps timers of equal duration in one list, which makes them cheap. */
const STEP_MS = 25;

/** Delays the refused clients of one kind of refusal. */
export class RefusalDelay {
  readonly #eachMs: number;
  /** For each client that was ever refused: when its last delay ends, in milliseconds on the monotonic clock. */
  readonly #lastAt = new Map<string, number>();

  /** At least `eachMs` milliseconds lie between the ends of two delays of one client. Thousands of connections then cost no more than a few. */
  constructor(eachMs: number) {
    this.#eachMs = eachMs;
  }

  /** Call it before a refusal that ends the connection. Resolves when the answer may be sent, or when the client has left. */
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

  /**
   * Call it before a refusal that keeps the connection: after the answer, nothing is read from the connection for a while.
   * If the connection ends with its answer, the answer is delayed instead.
   */
  async slowDown(
    { raw: { socket, headers, httpVersion } }: FastifyRequest,
    reply: FastifyReply,
    client: string,
  ) {
    // Requests that Fastify's `inject` makes have no real socket.
    const keepsAlive =
      socket instanceof Socket && httpVersion === '1.1' && headers.connection?.toLowerCase() !== 'close';
    if (!keepsAlive) return this.holdBack(socket, client);
    const ms = this.#delay(client);
    // When a request is answered, Node discards its unread body and resumes the socket. The pause must come after that.
    reply.raw.once('close', () => setImmediate(pauseFor, socket, ms));
  }

  /** The client's next delay, in milliseconds. */
  #delay(client: string): number {
    const now = performance.now();
    const random = LEAST_MS + Math.random() * (RANDOM_MOST_MS - LEAST_MS);
    const next = Math.max((this.#lastAt.get(client) ?? 0) + this.#eachMs, now + LEAST_MS);
    const at = Math.min(next, now + MOST_MS);
    this.#lastAt.set(client, at);
    return Math.ceil(Math.max(random, at - now) / STEP_MS) * STEP_MS;
  }
}

/** Pauses reading. What the client sends meanwhile waits in the operating system's buffers, and costs no memory here. */
function pauseFor(socket: Socket, ms: number): void {
  if (socket.destroyed) return;
  socket.pause();
  setTimeout(() => socket.resume(), ms).unref();
}
