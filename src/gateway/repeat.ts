/** Repeats work that looks after the store, until it is stopped. */
import { setTimeout as pause } from 'node:timers/promises';

/** A part of pino's logger. */
export interface UpkeepLogger {
  warn(line: object, message: string): void;
}

/** Lets some milliseconds pass. Rejects once the work is stopped. */
export type Rest = (ms: number) => Promise<void>;

/**
 * Works now and at intervals, one time after the other, until the returned function is called. It resolves once no work is under way. Work
 * that fails is told to `failed`, and is done again after the interval. Work ends early if a rest of its own
 * rejects, or if it looks at its signal.
 */
export function repeat(
  intervalMs: number,
  work: (rest: Rest, stop: AbortSignal) => Promise<void>,
  failed: (error: unknown) => void,
): () => Promise<void> {
  const stop = new AbortController();
  const rest: Rest = (ms) => pause(ms, undefined, { signal: stop.signal, ref: false });
  const run = async () => {
    for (;;) {
      try {
        await work(rest, stop.signal);
      } catch (error) {
        if (stop.signal.aborted) return;
        failed(error);
      }
      await rest(intervalMs);
    }
  };
  // It ends by the abort of a rest alone.
  const running = run().catch(() => undefined);
  return () => {
    stop.abort();
    return running;
  };
}
