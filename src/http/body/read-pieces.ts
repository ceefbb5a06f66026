/** Reads a stream piece by piece: the first ones as they come, those of a large body each in a turn of its supplier. */
import type { Readable } from 'node:stream';
import { SMALL_BYTES } from '../fair/byte-budget.ts';
import { atTurn } from '../fair/loop-turns.ts';

/** Who takes them. */
export interface Pieces {
  piece(chunk: Buffer): void;
  /** Once the last piece was taken. */
  end(): void;
  /** The client left, or broke the framing: nothing follows. */
  error(error: Error): void;
}

/** Hands what comes to `pieces`, until the function that it returns is called. */
export function readPieces(payload: Readable, supplierId: string, pieces: Pieces): () => void {
  let received = 0;
  let waiting = 0;
  let isStopped = false;
  const onData = (chunk: Buffer) => {
    received += chunk.length;
    if (received <= SMALL_BYTES) return pieces.piece(chunk);
    payload.pause();
    waiting += 1;
    atTurn(supplierId, () => {
      waiting -= 1;
      if (isStopped) return;
      pieces.piece(chunk);
      if (waiting > 0) return;
      if (payload.readableEnded) onEnd();
      else payload.resume();
    });
  };
  // A stream may end while its last piece waits.
  const onEnd = () => {
    if (waiting === 0 && !isStopped) pieces.end();
  };
  const onError = (error: Error) => pieces.error(error);
  payload.on('data', onData).on('end', onEnd).on('error', onError);
  return () => {
    isStopped = true;
    // A stream that has ended calls nobody any more.
    if (!payload.readableEnded) payload.off('data', onData).off('end', onEnd).off('error', onError);
  };
}
