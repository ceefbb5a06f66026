/** Reads bodies: counts their bytes, and measures their JSON as they arrive, before anything is built from them. */
import type { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { judges } from './body-limits.ts';
import { noRoom, SMALL_BYTES } from '../fair/byte-budget.ts';
import { GrowingBuffer } from './growing-buffer.ts';
import { JsonMeter, type JsonShape } from './json-shape.ts';
import { lingerAfterAnswer } from '../edge/linger.ts';
import { STRANGERS } from '../fair/loop-turns.ts';
import { declaresJson } from '../edge/media-type.ts';
import { RefusalError } from '../edge/edge-error.ts';
import { readPieces } from './read-pieces.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What its JSON holds; undefined where it has no body that is declared as JSON. */
    bodyShape: JsonShape | undefined;
  }
}

/** A body may come in so many pieces, and one more for so many bytes: each costs what hundreds of bytes do. */
const FREE_PIECES = 256;
const BYTES_A_PIECE = 32;
/** Pieces after which its shape is judged again. */
const JUDGED_PIECES = 8;

type Done = (error: Error | null, body?: Buffer) => void;

/** A content type parser for Fastify: gives the whole body as one Buffer, or the error for the door to answer with. */
export function readBody(request: FastifyRequest, payload: Readable, done: Done): void {
  const limit = request.routeOptions.bodyLimit;
  const declared = declaredLength(request);
  if (declared !== undefined && declared > limit) return done(refuseUnread(request));

  const { held } = request;
  const measured = measureFor(request, declared);
  // A declared length was set aside before.
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
    // Nobody reads the body of a request whose caller is not known.
    if (!held) return;
    measured?.meter.measure(chunk);
    // Past its door's limits a body is measured and not kept, so that the refusal can say how much it holds.
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
    request.bodyShape = measured?.meter.shape;
    const refusal = judge();
    finish(refusal ? new RefusalError(refusal) : null, body.bytes());
  };
  const error = (cause: Error) => finish(withStatus(400, cause));
  const stop = readPieces(payload, held ? request.caller.supplierId : STRANGERS, { piece, end, error });
}

/** undefined where the body comes in chunks. */
function declaredLength({ headers }: FastifyRequest): number | undefined {
  const length = headers['content-length'];
  return length === undefined ? undefined : Number(length);
}

/** How to measure this body; undefined for one that its door does not read as JSON, or that is too small to pass a limit. */
function measureFor(request: FastifyRequest, declared: number | undefined) {
  const { door = 'other' } = request.routeOptions.config;
  const judge = judges[door];
  // The rows of a bulk call are charged: they are always counted.
  const isSmall = declared !== undefined && declared <= SMALL_BYTES && door !== 'legacy_bulk';
  return judge && !isSmall && declaresJson(request) ? { judge, meter: new JsonMeter() } : undefined;
}

function refuseUnread({ raw }: FastifyRequest): Error {
  lingerAfterAnswer(raw.socket);
  return withStatus(413, new Error('The body is too large.'));
}

function tooManyPieces(): RefusalError {
  const message = 'The body comes in too many small pieces. Send it in larger ones.';
  return new RefusalError({ status: 400, code: 'BAD_REQUEST', message });
}

/** As the error handlers of the doors read it. */
function withStatus(statusCode: number, error: Error): Error {
  return Object.assign(error, { statusCode });
}
