/** Suppliers take turns at a bounded number of works: one with many waits for itself. */
import { expect, test } from 'vitest';
import { FairTurns } from '../../src/http/fair/fair-turns.ts';
import { indices } from '../support/range.ts';

const never = new AbortController().signal;

/** Works that end when they are told to, and the order in which they began. */
function openWorks(turns: FairTurns) {
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const start = (supplierId: string, name = supplierId, ended = never) =>
    turns.run(
      supplierId,
      () => {
        begun.push(name);
        return new Promise<void>((resolve) => ends.push(resolve));
      },
      ended,
    );
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const endOne = async () => {
    ends.shift()?.();
    await settle();
  };
  return { begun, start, settle, endOne };
}

test('another supplier is next, however many of the first one wait', async () => {
  const { begun, start, settle, endOne } = openWorks(new FairTurns({ running: 4, waiting: 100 }));
  for (const n of indices(20)) void start('greedy', `greedy ${n}`);
  void start('quiet');
  await settle();
  // One place is kept free of a supplier that is alone.
  expect(begun).toEqual(['greedy 0', 'greedy 1', 'greedy 2', 'quiet']);
  void start('quiet', 'quiet again');
  await settle();
  expect(begun).toHaveLength(4);
  await endOne();
  expect(begun.at(-1)).toBe('quiet again');
});

test('while others wait a supplier has a quarter of the places', async () => {
  const { begun, start, settle, endOne } = openWorks(new FairTurns({ running: 4, waiting: 100 }));
  for (const n of indices(3)) void start('first', `first ${n}`);
  for (const n of indices(3)) void start('second', `second ${n}`);
  await settle();
  expect(begun).toEqual(['first 0', 'first 1', 'first 2', 'second 0']);
  void start('third');
  await endOne();
  expect(begun.at(-1)).toBe('third');
});

test('a supplier whose share of the queue is full is refused, and another is not', async () => {
  const { start } = openWorks(new FairTurns({ running: 1, waiting: 8 }));
  void start('greedy');
  for (const _ of indices(6)) void start('greedy');
  await expect(start('greedy')).rejects.toMatchObject({ code: 'OVERLOADED' });
  void start('quiet');
  await expect(start('greedy')).rejects.toMatchObject({ code: 'OVERLOADED' });
  void start('quiet');
});

test('who leaves before its turn is QUERY_TIMEOUT, and its place is free', async () => {
  const { begun, start, endOne } = openWorks(new FairTurns({ running: 1, waiting: 8 }));
  const left = new AbortController();
  void start('a');
  const waiting = start('a', 'left', left.signal);
  void start('a', 'after');
  left.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'QUERY_TIMEOUT' });
  await endOne();
  expect(begun).toEqual(['a', 'after']);
});
