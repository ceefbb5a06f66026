/** Who is let in before a body is read: suppliers within their connections, tokens within their rate. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Denial } from './authenticate.ts';
import { Charge } from '../fair/charge.ts';
import type { ConnectionShares } from '../fair/connection-shares.ts';
import { lingerAfterAnswer } from './linger.ts';
import { Parking } from '../fair/parking.ts';
import { tokenOf, type RateLimit } from '../fair/rate-limit.ts';

/** Between two answers to connections of one supplier that are too many, and between two that were refused for their rate, in milliseconds. */
const EACH_SURPLUS_MS = 4;
const EACH_THROTTLED_MS = 1;

export class Admission {
  readonly rateLimit: RateLimit;
  readonly #connections: ConnectionShares;
  readonly #surplus = new Parking(EACH_SURPLUS_MS);
  readonly #throttled = new Parking(EACH_THROTTLED_MS);

  constructor(rateLimit: RateLimit, connections: ConnectionShares) {
    this.rateLimit = rateLimit;
    this.#connections = connections;
  }

  /** Counts the connection and charges the request's own unit; why its caller must wait, null when it need not. */
  async deny(request: FastifyRequest, reply: FastifyReply): Promise<Denial | null> {
    const { caller, raw } = request;
    if (!this.#connections.claim(raw.socket, caller.supplierId)) {
      lingerAfterAnswer(raw.socket);
      reply.header('connection', 'close');
      // Opening a connection costs more than a request, and what it leaves to collect costs again: a client that is refused later opens fewer.
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

/** The answer to a caller that must wait for so many seconds. */
export function throttled(seconds: number): Denial {
  const message = `Request was throttled. Expected available in ${seconds} second${seconds === 1 ? '' : 's'}.`;
  return { status: 429, code: 'RATE_LIMITED', message, retryAfter: seconds };
}
