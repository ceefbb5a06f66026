/** Installs the fair shares as Fastify hooks: requests in progress, bytes in flight, and the rate limit's charges. */
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
    /** The request's costs. Set once its caller is known. */
    charge: Charge | undefined;
    /** The request's bytes in flight. Set once the rate limit has admitted it. */
    held: HeldBytes | undefined;
    /** Ends the request's turn, so that the supplier's next request may start. A live stream calls it early, because it may never end. */
    endTurn: (() => void) | undefined;
  }
}

/** The limits that all requests of a server share. */
export interface FairShares {
  readonly rateLimit: RateLimit;
  readonly budget: ByteBudget;
  readonly turns: TurnLimits;
}

/** A list in a GraphQL body up to this length may be a filter. The elements of longer lists are charged as rows. */
const MAX_FILTER_VALUES = 100;
/** How often requests that have waited too long are refused, in milliseconds. */
const SWEEP_MS = 500;

/** Adds the hooks to the server. Call it before routes are added, because Fastify gives routes only the hooks that exist by then. */
export function shareFairly(server: FastifyInstance, shares: FairShares): void {
  const turns = new RequestTurns(shares.turns);
  server.decorateRequest('charge', undefined);
  server.decorateRequest('held', undefined);
  server.decorateRequest('endTurn', undefined);

  // In this hook the caller is known and nothing of the body has been read yet.
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
    reply.raw.on('close', () => {
      // Requests that Fastify's `inject` makes have no real socket.
      if (request.raw.socket instanceof Socket) turns.pauseWhileOthersWait(supplierId, request.raw.socket);
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

/** Wraps the heavy work so that it throws OVERLOADED while the supplier's part of the bytes in flight is used up, such as by answers left unread. */
export function withinBudget(work: HeavyWork, budget: ByteBudget): HeavyWork {
  return {
    answer: async (request, left, lane) => {
      if (!budget.hasRoom(request.caller.supplierId)) throw noRoom();
      return work.answer(request, left, lane);
    },
    readPage: (request, ended) => work.readPage(request, ended),
    readExport: async (request, left) => {
      if (!budget.hasRoom(request.supplierId)) throw noRoom();
      return work.readExport(request, left);
    },
  };
}

/** Reserves a body of known length as a whole, so that a body that has begun can also end. False if the budget has no room. */
function reserve({ headers, route }: FastifyRequest, held: HeldBytes): boolean {
  // A feed's file goes to disk piece by piece.
  if (route.config.door === 'feed') return true;
  const length = Number(headers['content-length'] ?? 0);
  // A body that is too long for its route is let through here and then refused with 413.
  return length <= SMALL_BYTES || length > route.bodyLimit || held.take(length);
}

/** Rows that the body will update, as far as its shape shows before it is parsed. */
function rowsOf({ bodyShape, route }: FastifyRequest): number {
  if (!bodyShape) return 0;
  if (route.config.door === 'legacy_bulk') return bodyShape.outermost;
  return bodyShape.longestList > MAX_FILTER_VALUES ? bodyShape.elements : 0;
}

function tooManyWait(): UnavailableError {
  const message =
    'More requests of your supplier wait than can be answered soon. Nothing was changed; try again later.';
  return new UnavailableError('OVERLOADED', undefined, message);
}
