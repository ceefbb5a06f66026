/** The schedule of retries: its steps, its jitter, its end, and clocks that jump. */
import { expect, test } from 'vitest';
import { failAgain, isDue, LONGEST_DELAY_MS, retryDelayMs } from '../../src/domain/webhook/retries.ts';
import { range } from '../support/range.ts';

const START = Date.parse('2026-11-01T00:00:00.000Z');
const HOUR_MS = 3_600_000;
const at = (ms: number) => new Date(START + ms);

/** Fails at once at each attempt, until it is given up or `max` attempts were made. */
function failFor(random: () => number, max = 100) {
  const attempts: number[] = [];
  let endpoint: { failures: number; failingSince: string | null } = { failures: 0, failingSince: null };
  for (let now = at(0); attempts.length < max;) {
    attempts.push(now.getTime() - START);
    const failing = failAgain(endpoint, now, random());
    if (failing.isGivenUp) break;
    endpoint = failing;
    now = new Date(failing.nextAttemptAt);
  }
  return attempts;
}

test('a message is sent again after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, and every 10 h', () => {
  expect(range(8).map((failures) => retryDelayMs(failures, 0.5) / 1_000)).toEqual([
    5, 300, 1_800, 7_200, 18_000, 36_000, 36_000, 36_000,
  ]);
});

test('each delay is up to a tenth shorter or longer', () => {
  for (const failures of range(8)) {
    const middle = retryDelayMs(failures, 0.5);
    expect([retryDelayMs(failures, 0), retryDelayMs(failures, 1)]).toEqual(
      [0.9 * middle, 1.1 * middle].map(Math.round),
    );
  }
  expect(LONGEST_DELAY_MS).toBe(retryDelayMs(100, 1));
});

test.each([0, 0.5, 1])(
  'an endpoint is given up at its first failure after 5 days, with jitter at %d',
  (random) => {
    const attempts = failFor(() => random);
    const last = attempts.at(-1) ?? 0;
    expect(last).toBeGreaterThanOrEqual(120 * HOUR_MS);
    expect(attempts.at(-2)).toBeLessThan(120 * HOUR_MS);
    expect(last).toBeLessThan(120 * HOUR_MS + LONGEST_DELAY_MS);
  },
);

test('a gateway that was off, or a clock that was wrong once, gives up nothing', () => {
  const failing = failAgain({ failures: 3, failingSince: at(0).toISOString() }, at(900 * HOUR_MS), 0.5);
  expect(failing).toMatchObject({ failures: 4, isGivenUp: false });
});

test('a first failure that is ahead of the clock counts as one of now', () => {
  const failing = failAgain({ failures: 30, failingSince: at(48 * HOUR_MS).toISOString() }, at(0), 0.5);
  expect(failing).toMatchObject({ failingSince: at(0).toISOString(), isGivenUp: false });
});

test('a clock that is set back holds an endpoint up for the longest delay at most', () => {
  const next = at(10 * HOUR_MS).toISOString();
  expect(isDue(null, at(0))).toBe(true);
  expect(isDue(next, at(10 * HOUR_MS))).toBe(true);
  expect(isDue(next, at(10 * HOUR_MS - 1))).toBe(false);
  expect(isDue(next, at(10 * HOUR_MS - LONGEST_DELAY_MS))).toBe(false);
  expect(isDue(next, at(10 * HOUR_MS - LONGEST_DELAY_MS - 1))).toBe(true);
});
