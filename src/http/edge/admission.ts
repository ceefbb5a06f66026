/** Decides before a body is read whether a request is let in: its supplier's connections, then its token's rate. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Denial } from './authenticate.ts';
import { Charge } from '../fair/charge.ts';
import type { ConnectionShares } from '../fair/connection-shares.ts';
import { lingerAfterAnswer } from './linger.ts';
import { RefusalDelay } from '../fair/refusal-delay.ts';
import { tokenOf, type RateLimit } from '../fair/rate-limit.ts';

/** Milliseconds between two answers to one supplier: on connections past its share, and to requests past its rate. */
const EACH_SURPLUS_MS = 4;
const EACH_THROTTLED_MS = 1;

export class Admission {
  readonly rateLimit: RateLimit;
  readonly #connections: ConnectionShares;
  readonly #surplus = new RefusalDelay(EACH_SURPLUS_MS);
  readonly #throttled = new RefusalDelay(EACH_THROTTLED_MS);

  constructor(rateLimit: RateLimit, connections: ConnectionShares) {
    this.rateLimit = rateLimit;
    this.#connections = connections;
  }

  /** Counts the connection and charges the request's own unit. Returns why the caller must wait, or null. */
  async deny(request: FastifyRequest, reply: FastifyReply): Promise<Denial | null> {
    const { caller, raw } = request;
    if (!this.#connections.claim(raw.socket, caller.supplierId)) {
      lingerAfterAnswer(raw.socket);
      reply.header('connection', 'close');
      // Opening a connection costs more than a request, and so does the memory that it leaves to collect. A delayed refusal slows down
      // clients that reconnect in a loop.
      await this.#surplus.holdBack(raw.socket, caller.supplierId);
      return tooManyConnections;
    }
    const token = tokenOf(caller);
    request.charge = new Charge(this.rateLimit, token);
    const wait = request.charge.enter();
    if (wait === 0) return null;
    await this.#throttled.slowDown(request, reply, caller.supplierId);
    return throttled(wait);
  }
}

const tooManyConnections: Denial = {
  status: 429,
  code: 'RATE_LIMITED',
  message: 'Your supplier has too many connections open. Close some, and keep the others open.',
  retryAfter: 1,
};

/** The answer to a caller that must wait for this many seconds. */
export function throttled(seconds: number): Denial {
  const message = `Request was throttled. Expected available in ${seconds} second${seconds === 1 ? '' : 's'}.`;
  return { status: 429, code: 'RATE_LIMITED', message, retryAfter: seconds };
}
