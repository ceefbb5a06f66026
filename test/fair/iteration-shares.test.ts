/** A client that sends on thousands of connections at once waits for itself. */
import { setImmediate as nextIteration } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { IterationShares } from '../../src/http/fair/iteration-shares.ts';
import { eventually } from '../support/eventually.ts';
import { range } from '../support/range.ts';

test('alone a client begins some 64 requests in an iteration, beside others three in a millisecond; each one’s stay in order', async () => {
  const shares = new IterationShares();
  const begun: number[] = [];
  const begin = (count: number) => {
    for (const n of range(count)) shares.begin('acme', 'here', () => begun.push(n));
  };
  begin(100);
  expect(begun).toHaveLength(79);
  await nextIteration();
  expect(begun).toEqual(range(100));

  begun.length = 0;
  await nextIteration();
  const rivals: string[] = [];
  shares.begin('rival', 'here', () => rivals.push('rival'));
  const started = performance.now();
  begin(8);
  expect(rivals).toEqual(['rival']);
  expect(begun).toEqual(range(3));
  await eventually(() => expect(begun).toEqual(range(8)));
  expect(performance.now() - started).toBeGreaterThanOrEqual(2);
});

test('unknown clients do not count as other suppliers, and those from one address wait for each other', async () => {
  const shares = new IterationShares();
  const begun: string[] = [];
  for (const n of range(100)) shares.begin(undefined, '192.0.2.1', () => begun.push(`stranger ${n}`));
  expect(begun).toHaveLength(79);
  for (const n of range(20)) shares.begin('acme', '192.0.2.1', () => begun.push(`acme ${n}`));
  expect(begun).toHaveLength(99);
  await nextIteration();
  expect(begun).toHaveLength(120);
});
