/** Large answers leave in pieces: each waits until the one before it has left, so that a client's progress shows. */
import { Readable } from 'node:stream';

/** An answer up to this size, in bytes, leaves at once. */
const MAX_WHOLE_BYTES = 262_144;
const PIECE_BYTES = 65_536;

/** The answer itself where it is small. Set its `Content-Length`: a stream's is not known. */
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
