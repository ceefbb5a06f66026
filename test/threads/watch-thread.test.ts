/** A thread that is stuck is noticed, and one that is only slow, or a process that was paused, is not taken for one. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchLife } from '../../src/gateway/http/watch-thread.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a thread that answers nothing is told of once, after half a minute', async () => {
  const tell = vi.fn<(reason: Error) => void>();
  watchLife(() => new Promise(() => undefined), 2, tell);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(tell).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(tell.mock.calls).toEqual([[new Error('HTTP thread 2 has given no sign of life for 30 seconds.')]]);
});

test('a thread that answers late is not, nor one that is no longer looked at', async () => {
  const tell = vi.fn<(reason: Error) => void>();
  watchLife(() => new Promise((resolve) => setTimeout(resolve, 24_000)), 2, tell);
  await vi.advanceTimersByTimeAsync(600_000);
  watchLife(() => new Promise(() => undefined), 3, tell)();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(tell).not.toHaveBeenCalled();
});
