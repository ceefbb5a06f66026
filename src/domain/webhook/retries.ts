/** When a webhook message is sent again after a failure, and when its endpoint is disabled. */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** The delay after the first failure, the second, and so on. The last one repeats. */
const delaysMs = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
] as const;
/** Delays are shorter or longer by up to this part, so that endpoints that failed together do not return together. */
const JITTER = 0.1;
/** An endpoint is disabled once it has failed for so long, in milliseconds: 5 days. */
const GIVE_UP_MS = 120 * HOUR_MS;
/** And at least so often. A clock that is wrong for a minute, or a gateway that was off, must not disable an endpoint. */
const GIVE_UP_FAILURES = 10;

/** The longest delay between two attempts, in milliseconds. */
export const LONGEST_DELAY_MS = (1 + JITTER) * 10 * HOUR_MS;

/** The delay after this many failures in a row, in milliseconds. `random` is from 0 to 1. */
export function retryDelayMs(failures: number, random: number): number {
  const step = delaysMs[Math.min(failures, delaysMs.length) - 1] ?? delaysMs[0];
  return Math.round(step * (1 - JITTER + 2 * JITTER * random));
}

/** Whether the next attempt may be made. A time that is further ahead than any delay comes from a clock that was set back since. */
export function isDue(nextAttemptAt: string | null, now: Date): boolean {
  if (nextAttemptAt === null) return true;
  const waitMs = Date.parse(nextAttemptAt) - now.getTime();
  return waitMs <= 0 || waitMs > LONGEST_DELAY_MS;
}

/** The failures of an endpoint since a message was last accepted. */
export interface Failing {
  readonly failures: number;
  /** When the first of them was. */
  readonly failingSince: string;
  readonly nextAttemptAt: string;
  readonly isGivenUp: boolean;
}

/** What one more failure makes of an endpoint. `random` is from 0 to 1. */
export function failAgain(
  before: { readonly failures: number; readonly failingSince: string | null },
  now: Date,
  random: number,
): Failing {
  const failures = before.failures + 1;
  const since = before.failingSince === null ? now.getTime() : Date.parse(before.failingSince);
  // A first failure that is ahead of the clock counts as one of now.
  const failingSince = Math.min(since, now.getTime());
  return {
    failures,
    failingSince: new Date(failingSince).toISOString(),
    nextAttemptAt: new Date(now.getTime() + retryDelayMs(failures, random)).toISOString(),
    isGivenUp: failures >= GIVE_UP_FAILURES && now.getTime() - failingSince >= GIVE_UP_MS,
  };
}
