/** What a request's reads cost, and when they end: at its deadline, or once its client has left. */
import type { ReadMeter } from '../../domain/inventory.ts';
import { UnavailableError } from '../../domain/unavailable.ts';

export interface RequestMeter extends ReadMeter {
  /** Rows that its scans looked at so far. */
  scanned(): number;
}

/** `deadlineMs` from now, on the monotonic clock; `left` aborts when nobody waits for the answer any more. */
export function createMeter(deadlineMs: number, left: AbortSignal): RequestMeter {
  const deadline = performance.now() + deadlineMs;
  let scanned = 0;
  return {
    spend: (rows) => {
      scanned += rows;
      if (left.aborted || performance.now() > deadline) throw new UnavailableError('QUERY_TIMEOUT');
    },
    scanned: () => scanned,
  };
}
