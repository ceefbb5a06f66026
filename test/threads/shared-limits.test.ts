/** Counts and buckets in shared memory are those of a single thread, whatever is added and removed, and however many threads do so. */
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { createRateLimit } from '../../src/http/fair/rate-limit.ts';
import { createCounts } from '../../src/http/shared/counts.ts';
import { allocateLimits, createRates, shareLimits } from '../../src/http/shared/shared-limits.ts';
import { SharedTable } from '../../src/http/shared/shared-table.ts';
import type { CountingData } from '../fixtures/counting-thread.ts';
import { range } from '../support/range.ts';
import { startThread } from '../support/thread-talk.ts';

test('shared counts are those of a map, after thousands of names came and went', () => {
  const shared = shareLimits(allocateLimits(), 2).countsOf('test');
  const own = createCounts();
  const names = range(3_000).map((n) => `supplier-${n}`);
  for (let i = 0; i < 40_000; i++) {
    const name = names[Math.floor(Math.random() * names.length)] ?? '';
    // Often down to zero, so that places are freed between others.
    const amount =
      own.get(name) > 0 && Math.random() < 0.6 ? -own.get(name) : 1 + Math.floor(Math.random() * 3);
    expect(shared.add(name, amount)).toBe(own.add(name, amount));
  }
  expect(names.filter((name) => shared.get(name) !== own.get(name))).toEqual([]);
});

test('scopes have names of their own', () => {
  const limits = shareLimits(allocateLimits(), 2);
  limits.countsOf('streams').add('acme', 2);
  limits.countsOf('bytes').add('acme', 5);
  expect([limits.countsOf('streams').get('acme'), limits.countsOf('bytes').get('acme')]).toEqual([2, 5]);
  expect(limits.countsOf('streams').get('rival')).toBe(0);
});

test('a table that is full counts no more names, and buckets begin anew', () => {
  const memory = allocateLimits();
  const limits = shareLimits(memory, 2);
  const table = new SharedTable(memory.counts);
  table.exclusively(() => {
    for (let n = 0; table.findOrAdd(`name-${n}`) >= 0; n++);
  });
  expect(limits.countsOf('test').add('one more', 1)).toBe(0);

  const tokens = new SharedTable(memory.tokens);
  tokens.exclusively(() => {
    for (let n = 0; tokens.findOrAdd(`name-${n}`) >= 0; n++);
  });
  const limit = createRateLimit(10, { ...limits.rates, now: () => 0 });
  expect(range(100).filter(() => limit.take('acme\0a', 1) === 0)).toHaveLength(100);
  expect(limit.take('acme\0a', 1)).toBe(1);
});

test('a shared rate limit decides as one of a single thread does', () => {
  let now = 0;
  const { rates, ...rest } = shareLimits(allocateLimits(), 2);
  expect(rest.servers).toBe(2);
  const shared = createRateLimit(10, { ...rates, now: () => now });
  const own = createRateLimit(
    10,
    createRates(() => now),
  );
  for (let i = 0; i < 3_000; i++) {
    const token = `acme\0${Math.floor(Math.random() * 6)}`;
    const units = Math.floor(Math.random() * 80);
    if (Math.random() < 0.2) {
      shared.spend(token, units);
      own.spend(token, units);
    } else expect(shared.take(token, units)).toBe(own.take(token, units));
    expect(shared.describe(token)).toEqual(own.describe(token));
    // At times past a minute, after which full buckets are removed.
    now += Math.random() < 0.01 ? 70_000 : Math.random() * 2_000;
  }
});

test('threads lose no count, and share one rate', async () => {
  const memory = allocateLimits();
  const names = range(20).map((n) => `name-${n}`);
  const times = 3_000;
  const perSecond = 100;
  const data: CountingData = { memory, times, names, perSecond };
  const threads = range(3).map(() => startThread('counting-thread', data));
  await Promise.all(threads.map((thread) => once(thread, 'message')));
  const started = performance.now();
  const admitted = await Promise.all(
    threads.map(async (thread) => {
      thread.postMessage('go');
      return Number((await once(thread, 'message'))[0]);
    }),
  );
  const refilled = ((performance.now() - started) / 1_000) * perSecond;
  const counts = shareLimits(memory, 3).countsOf('test');
  expect(names.map((name) => counts.get(name))).toEqual(names.map(() => 3 * times));
  const all = admitted.reduce((total, count) => total + count, 0);
  expect(all).toBeGreaterThanOrEqual(10 * perSecond);
  expect(all).toBeLessThanOrEqual(10 * perSecond + refilled + 1);
});
