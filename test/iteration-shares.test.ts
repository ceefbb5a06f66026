/** A client that sends on thousands of connections at once waits for itself. */
import { setImmediate as nextIteration } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { IterationShares } from '../src/http/iteration-shares.ts';
import { range } from './shop.ts';

test('alone a client begins some 64 requests in an iteration, beside others two; each one’s stay in order', async () => {
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
  begin(5);
  expect(rivals).toEqual(['rival']);
  expect(begun).toEqual(range(2));
  for (const most of [4, 5]) {
    await nextIteration();
    expect(begun).toEqual(range(most));
  }
});

test('strangers are no company, and those from one address wait for themselves', async () => {
  const shares = new IterationShares();
  const begun: string[] = [];
  for (const n of range(100)) shares.begin(undefined, '192.0.2.1', () => begun.push(`stranger ${n}`));
  expect(begun).toHaveLength(79);
  for (const n of range(20)) shares.begin('acme', '192.0.2.1', () => begun.push(`acme ${n}`));
  expect(begun).toHaveLength(99);
  await nextIteration();
  expect(begun).toHaveLength(120);
});
