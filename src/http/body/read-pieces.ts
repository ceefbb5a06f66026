/** Reads a body stream piece by piece. The first bytes are read as they come; later pieces wait for their supplier's turn (`atTurn`). */
import type { Readable } from 'node:stream';
import { SMALL_BYTES } from '../fair/byte-budget.ts';
import { atTurn } from '../fair/loop-turns.ts';

/** The reader's callbacks. Either `end` or `error` is called last, unless reading is stopped. */
export interface Pieces {
  piece(chunk: Buffer): void;
  /** Called after the last piece. */
  end(): void;
  /** Called when the client left or sent broken HTTP. Nothing follows. */
  error(error: Error): void;
}

/** Passes the stream's pieces to `pieces`. Call the returned function to stop. */
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
  // The stream may end while its last piece waits for a turn.
  const onEnd = () => {
    if (waiting === 0 && !isStopped) pieces.end();
  };
  const onError = (error: Error) => pieces.error(error);
  payload.on('data', onData).on('end', onEnd).on('error', onError);
  return () => {
    isStopped = true;
    // A stream that has ended emits nothing more, so its listeners can stay.
    if (!payload.readableEnded) payload.off('data', onData).off('end', onEnd).off('error', onError);
  };
}
