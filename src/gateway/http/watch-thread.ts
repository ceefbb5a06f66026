/** Notices the end of an HTTP thread, and one that is stuck. */
import type { Worker } from 'node:worker_threads';

/** How often a thread is asked for a sign of life, in milliseconds, and how often in a row it may give none. */
const PING_MS = 5_000;
const MAX_MISSED = 6;

/** Tells why a thread has ended. Resolves when it has. */
export function watchEnd(worker: Worker, number: number, tell: (reason: Error) => void): Promise<void> {
  let reason: Error | undefined;
  worker.on('error', (error) => {
    reason = new Error(`HTTP thread ${number} has failed: ${String(error)}`, { cause: error });
  });
  return new Promise((resolve) =>
    worker.once('exit', (code) => {
      tell(reason ?? new Error(`HTTP thread ${number} has ended with exit code ${code}.`));
      resolve();
    }),
  );
}

/**
 * Tells once if the thread gives no sign of life for half a minute: its event loop is stuck, and its connections are never answered.
 * Missed answers are counted, because a process that was paused has not missed them. Returns a function that stops looking.
 */
export function watchLife(ping: () => Promise<unknown>, number: number, tell: (reason: Error) => void) {
  let missed = 0;
  const timer = setInterval(() => {
    if (missed === MAX_MISSED) {
      clearInterval(timer);
      const seconds = (MAX_MISSED * PING_MS) / 1_000;
      return tell(new Error(`HTTP thread ${number} has given no sign of life for ${seconds} seconds.`));
    }
    missed += 1;
    // The end of the thread is told by `watchEnd`.
    void ping().then(
      () => (missed = 0),
      () => undefined,
    );
  }, PING_MS);
  timer.unref();
  return () => clearInterval(timer);
}
