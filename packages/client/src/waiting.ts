/** Waiting that a signal ends at once. */

/** The longest time that a timer takes, in milliseconds. Beyond it, it would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

export function later(ms: number, then: () => void): ReturnType<typeof setTimeout> {
  return setTimeout(then, Math.min(ms, LONGEST_MS));
}

/** Rejects with the signal's reason as soon as it aborts, also if the promise never ends. */
export async function unlessAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors
    stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (stop) signal.removeEventListener('abort', stop);
  }
}

export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    await unlessAborted(signal, new Promise<void>((resolve) => (timer = later(ms, resolve))));
  } finally {
    clearTimeout(timer);
  }
}

/** A signal of its own, which also aborts when another one does. `free` unties them. */
export function tiedTo(signal: AbortSignal | undefined) {
  const own = new AbortController();
  const abort = () => own.abort(signal?.reason);
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort);
  return { own, free: () => signal?.removeEventListener('abort', abort) };
}
