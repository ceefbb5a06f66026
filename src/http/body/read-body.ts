/** Reads request bodies. It counts their bytes and measures their JSON while they arrive, so that large bodies are refused before they are parsed. */
import type { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { judges, SHORTEST_JUDGED_BYTES } from './body-limits.ts';
import { noRoom, SMALL_BYTES } from '../fair/byte-budget.ts';
import { GrowingBuffer } from './growing-buffer.ts';
import { JsonMeter, type JsonShape } from './json-shape.ts';
import { lingerAfterAnswer } from '../edge/linger.ts';
import { ANONYMOUS } from '../fair/loop-turns.ts';
import { declaresJson } from '../edge/media-type.ts';
import { RefusalError } from '../edge/edge-error.ts';
import { readPieces } from './read-pieces.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The size of the body's JSON; undefined without a body, or if no rows are charged by it (`measureFor`). */
    bodyShape: JsonShape | undefined;
  }
}

/**
 * A body may come in FREE_PIECES pieces, and in one more for each BYTES_A_PIECE bytes. Handling a piece costs as much time as
 * hundreds of bytes, so a body in tiny pieces would be an expensive request.
 */
const FREE_PIECES = 256;
const BYTES_A_PIECE = 32;
/** The shape is judged again after this many pieces. */
const JUDGED_PIECES = 8;

type Done = (error: Error | null, body?: Buffer) => void;

/**
 * A content type parser for Fastify: calls `done` with the whole body as one Buffer, or with the error that the door answers.
 * The errors are 400 (broken, too many pieces, past a JSON limit), 413 (too long) and OVERLOADED (no room for its bytes).
 */
export function readBody(request: FastifyRequest, payload: Readable, done: Done): void {
  const limit = request.route.bodyLimit;
  const declared = declaredLength(request);
  if (declared !== undefined && declared > limit) return done(refuseUnread(request));

  const { held } = request;
  const measured = measureFor(request, declared);
  // A declared length was reserved before the body was read (src/http/fair-shares.ts).
  const isReserved = declared !== undefined && declared > SMALL_BYTES;
  const body = new GrowingBuffer(declared, limit, (bytes) => isReserved || (held?.take(bytes) ?? false));
  let received = 0;
  let pieces = 0;
  let isRefused = false;
  const judge = () => measured?.judge(measured.meter.shape, body.bytes()) ?? null;

  const finish = (error: Error | null, whole?: Buffer) => {
    stop();
    if (received > SMALL_BYTES) request.charge?.after({ bodyBytes: received });
    done(error, whole);
  };
  const piece = (chunk: Buffer) => {
    received += chunk.length;
    pieces += 1;
    if (received > limit) return finish(refuseUnread(request));
    if (pieces > FREE_PIECES + received / BYTES_A_PIECE) return finish(tooManyPieces());
    // The body of a request without a known caller is not kept, because nobody will read it.
    if (!held) return;
    measured?.meter.measure(chunk);
    // A refused body is still measured to its end but not kept, so that the message can say how much it holds.
    if (isRefused) return;
    if (!body.append(chunk)) {
      lingerAfterAnswer(request.raw.socket);
      return finish(noRoom());
    }
    if (pieces % JUDGED_PIECES === 0) isRefused = judge() !== null;
  };
  const end = () => {
    if (declared !== undefined && received !== declared) {
      return finish(withStatus(400, new Error('The body is not as long as declared.')));
    }
    if (measured?.isCharged) request.bodyShape = measured.meter.shape;
    const refusal = judge();
    finish(refusal ? new RefusalError(refusal) : null, body.bytes());
  };
  const error = (cause: Error) => finish(withStatus(400, cause));
  const stop = readPieces(payload, held ? request.caller.supplierId : ANONYMOUS, { piece, end, error });
}

/** The declared length in bytes; undefined if the body comes in chunks. */
function declaredLength({ headers }: FastifyRequest): number | undefined {
  const length = headers['content-length'];
  return length === undefined ? undefined : Number(length);
}

/** The judge and the meter for this body; undefined if its door does not read JSON, or if the body is too small to exceed a limit. */
function measureFor(request: FastifyRequest, declared: number | undefined) {
  const { door = 'other' } = request.route.config;
  const judge = judges[door];
  if (!judge || !declaresJson(request)) return undefined;
  const bytes = declared ?? Infinity;
  // The rows of a legacy bulk call are charged by number, so they are counted even in a small body.
  const isCharged = bytes > SMALL_BYTES || door === 'legacy_bulk';
  const canExceed = door === 'graphql' && bytes > SHORTEST_JUDGED_BYTES;
  return isCharged || canExceed ? { judge, meter: new JsonMeter(), isCharged } : undefined;
}

function refuseUnread({ raw }: FastifyRequest): Error {
  lingerAfterAnswer(raw.socket);
  return withStatus(413, new Error('The body is too large.'));
}

function tooManyPieces(): RefusalError {
  const message = 'The body comes in too many small pieces. Send it in larger ones.';
  return new RefusalError({ status: 400, code: 'BAD_REQUEST', message });
}

/** Sets the status as Fastify's errors carry it; the doors' error handlers read it there. */
function withStatus(statusCode: number, error: Error): Error {
  return Object.assign(error, { statusCode });
}
