/** Whether the gateway can be reached, and how long requests wait that found it out of reach. */
import { signal } from '@preact/signals';
import { SignedOutError, UnreachableError } from '../api/graphql.ts';

/** In milliseconds. The pause doubles with each attempt. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/** False from a request without an answer to the next one with one. */
export const isReachable = signal(true);
/** Whether there is a session; undefined until the gateway has said it. */
export const isSignedIn = signal<boolean | undefined>(undefined);

const waiting = new Set<() => void>();

/** Ends all pauses: the browser is online again, or the live stream is. */
export function tryAgainNow(): void {
  for (const wake of waiting) wake();
}

/** Does the work, and does it again for as long as the gateway cannot be reached or asks to sign in. Throws what else the work throws. */
export async function untilReachable<Result>(
  work: () => Promise<Result>,
  stop?: AbortSignal,
  onWait?: () => void,
): Promise<Result> {
  let wasSignedOut = false;
  for (let attempt = 0; ; attempt++) {
    try {
      const result = await work();
      isReachable.value = true;
      // Another tab has signed in again.
      if (wasSignedOut) isSignedIn.value = true;
      return result;
    } catch (error) {
      if (stop?.aborted) throw error;
      wasSignedOut = error instanceof SignedOutError;
      if (wasSignedOut) isSignedIn.value = false;
      else if (error instanceof UnreachableError) isReachable.value = false;
      else throw error;
      onWait?.();
      const asked = error instanceof UnreachableError ? error.retryAfter : undefined;
      await pause(asked === undefined ? FIRST_PAUSE_MS * 2 ** attempt : asked * 1_000, stop);
    }
  }
}

async function pause(ms: number, stop?: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      waiting.delete(wake);
      stop?.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, Math.min(ms, LONGEST_PAUSE_MS));
    waiting.add(wake);
    stop?.addEventListener('abort', wake);
  });
  stop?.throwIfAborted();
}
