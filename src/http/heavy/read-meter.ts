/** Counts the rows that a request's reads scan, and stops them at its deadline or when its client disconnects. */
import type { ReadMeter } from '../../domain/inventory.ts';
import { UnavailableError } from '../../domain/unavailable.ts';

/** The meter of one request. Its `spend` throws `QUERY_TIMEOUT` when the reads must stop. */
export interface RequestMeter extends ReadMeter {
  /** Rows scanned so far. */
  scanned(): number;
}

/** Creates a meter. The deadline is `deadlineMs` from now on the monotonic clock. Abort `left` when nobody waits for the answer any more. */
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
