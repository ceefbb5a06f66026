/** The edge's part in fair shares: each supplier's connections, requests in work and bytes in flight, and what each request costs its token. */
import { Socket } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { UnavailableError } from '../domain/unavailable.ts';
import { throttled } from './edge/admission.ts';
import { finishAnswer } from './edge/finish-answer.ts';
import { HeldBytes, noRoom, SMALL_BYTES, type ByteBudget } from './fair/byte-budget.ts';
import type { Charge } from './fair/charge.ts';
import type { HeavyWork } from './heavy/heavy-request.ts';
import { RefusalError } from './edge/edge-error.ts';
import type { RateLimit } from './fair/rate-limit.ts';
import { RequestTurns, type TurnLimits } from './fair/request-turns.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What it costs. Set once its caller is known. */
    charge: Charge | undefined;
    /** What it holds of the bytes in flight. Set once it is let in. */
    held: HeldBytes | undefined;
    /** Lets the supplier's next request in: for one that goes on for as long as its client likes. */
    endTurn: (() => void) | undefined;
  }
}

export interface FairShares {
  readonly rateLimit: RateLimit;
  readonly budget: ByteBudget;
  readonly turns: TurnLimits;
}

/** Lists in a body up to this length may be filters; longer ones are rows. */
const MAX_FILTER_VALUES = 100;
/** How often requests that wait for their turn are looked at, in milliseconds. */
const SWEEP_MS = 500;
/** Call it before routes are added. */
export function shareFairly(server: FastifyInstance, shares: FairShares): void {
  const turns = new RequestTurns(shares.turns);
  server.decorateRequest('charge', undefined);
  server.decorateRequest('held', undefined);
  server.decorateRequest('endTurn', undefined);

  // Callers are known by now, and nothing of a body is read yet.
  server.addHook('preParsing', (request, reply, _payload, done) => {
    if (!request.charge) return done();
    const { supplierId } = request.caller;
    const held = new HeldBytes(shares.budget, supplierId);
    request.held = held;
    const endTurn = turns.enter(supplierId, (hasTurn) => {
      if (!hasTurn) done(tooManyWait());
      else done(reserve(request, held) ? null : noRoom());
    });
    request.endTurn = endTurn;
    reply.raw.once('close', () => {
      // Fastify's injected requests have no socket of Node's.
      if (request.raw.socket instanceof Socket) turns.rest(supplierId, request.raw.socket);
      endTurn();
      held.release();
    });
  });

  server.addHook('preValidation', (request, _reply, done) => {
    const wait = request.charge?.before(rowsOf(request)) ?? 0;
    done(wait > 0 ? new RefusalError(throttled(wait)) : undefined);
  });

  server.addHook('onSend', finishAnswer(shares.rateLimit));

  const sweeping = setInterval(() => turns.sweep(), SWEEP_MS);
  sweeping.unref();
  server.addHook('onClose', (_server, done) => {
    clearInterval(sweeping);
    done();
  });
}

/** A supplier that leaves its large answers unread gets no more of them. */
export function withinBudget(work: HeavyWork, budget: ByteBudget): HeavyWork {
  return {
    answer: async (request, left, lane) => {
      if (!budget.hasRoom(request.caller.supplierId)) throw noRoom();
      return work.answer(request, left, lane);
    },
    readPage: (request, ended) => work.readPage(request, ended),
  };
}

/** A body of a known length is set aside as a whole, so that one that has begun can end. */
function reserve({ headers, routeOptions }: FastifyRequest, held: HeldBytes): boolean {
  const length = Number(headers['content-length'] ?? 0);
  // What is longer than its route takes is refused for that.
  return length <= SMALL_BYTES || length > routeOptions.bodyLimit || held.take(length);
}

/** Rows that the body is known to update, before it is parsed. */
function rowsOf({ bodyShape, routeOptions }: FastifyRequest): number {
  if (!bodyShape) return 0;
  if (routeOptions.config.door === 'legacy_bulk') return bodyShape.outermost;
  return bodyShape.longestList > MAX_FILTER_VALUES ? bodyShape.elements : 0;
}

function tooManyWait(): UnavailableError {
  const message =
    'More requests of your supplier wait than can be answered soon. Nothing was changed; try again later.';
  return new UnavailableError('OVERLOADED', undefined, message);
}
