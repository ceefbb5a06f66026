/** Large bodies of one supplier take a quarter of the thread's time, a piece at a time; small requests go in between. */
import { setImmediate as nextIteration } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { atTurn } from '../../src/http/fair/loop-turns.ts';
import { range } from '../support/range.ts';

const busy = (ms: number) => {
  for (const until = performance.now() + ms; performance.now() < until;);
};

test('one piece is read in an iteration of the event loop, and suppliers alternate', async () => {
  const log: string[] = [];
  let iteration = 0;
  const pieces = [...range(3).map(() => 'acme'), ...range(3).map(() => 'rival')].map(
    (supplierId) =>
      new Promise<number>((resolve) =>
        atTurn(supplierId, () => {
          log.push(supplierId);
          resolve(iteration);
        }),
      ),
  );
  let isDone = false;
  const all = Promise.all(pieces).finally(() => (isDone = true));
  while (!isDone) {
    await nextIteration();
    iteration += 1;
  }
  expect(new Set(await all).size).toBe(6);
  expect(log.slice(0, 2).toSorted()).toEqual(['acme', 'rival']);
  expect(log.slice(2, 4).toSorted()).toEqual(['acme', 'rival']);
});

test('a supplier rests three times as long as its piece took, also where it sends the next only then', async () => {
  const act = (work: () => void = () => undefined) =>
    new Promise<number>((resolve) =>
      atTurn('busy', () => {
        work();
        resolve(performance.now());
      }),
    );
  const ended = await act(() => busy(20));
  expect((await act()) - ended).toBeGreaterThan(59);
});

test('nothing is lost when a piece asks for the next while it is read', async () => {
  const read: number[] = [];
  await new Promise<void>((resolve) => {
    const next = (n: number) =>
      atTurn('nested', () => {
        read.push(n);
        if (n === 3) resolve();
        else next(n + 1);
      });
    next(1);
  });
  expect(read).toEqual([1, 2, 3]);
});
