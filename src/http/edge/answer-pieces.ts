/** Sends large answers in pieces. Each piece waits until the one before has left, so that a stalled reader is noticed. */
import { Readable } from 'node:stream';

/** An answer up to this size, in bytes, is sent whole. */
const MAX_WHOLE_BYTES = 262_144;
const PIECE_BYTES = 65_536;

/** Returns a small answer as it is. The caller sets `Content-Length`, because Fastify does not know a stream's length. */
export function inPieces(answer: Buffer): Buffer | Readable {
  if (answer.length <= MAX_WHOLE_BYTES) return answer;
  let at = 0;
  return new Readable({
    highWaterMark: PIECE_BYTES,
    read() {
      this.push(at < answer.length ? answer.subarray(at, (at += PIECE_BYTES)) : null);
    },
  });
}
