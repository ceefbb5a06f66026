/** Requests of one supplier wait in line for their turn. */
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { RequestTurns } from '../../src/http/fair/request-turns.ts';
import { range } from '../support/range.ts';

test('turns pass in order, and one that left before its turn takes none', () => {
  const line = new RequestTurns({ running: 1, runningBesideOthers: 1, waiting: 3, waitMs: 1_000 });
  const log: string[] = [];
  const enter = (name: string) => line.enter('acme', (hasTurn) => log.push(`${name} ${hasTurn}`));
  const [a, b, c, d] = [enter('a'), enter('b'), enter('c'), enter('d')];
  enter('e');
  expect(log).toEqual(['a true', 'e false']);
  b();
  a();
  a();
  expect(log).toEqual(['a true', 'e false', 'c true']);
  c();
  d();
  enter('f');
  expect(log).toEqual(['a true', 'e false', 'c true', 'd true', 'f true']);
});

test('beside others a supplier has fewer in work, and all of them again once it is alone', () => {
  const line = new RequestTurns({ running: 4, runningBesideOthers: 1, waiting: 9, waitMs: 1_000 });
  let acme = 0;
  const enter = () => line.enter('acme', () => (acme += 1));
  line.enter('rival', () => undefined);
  const first = enter();
  range(3).forEach(enter);
  expect(acme).toBe(1);
  first();
  expect(acme).toBe(2);
});

test('connections of a supplier that has others waiting are not read, until nobody waits; those with nothing to say hold nobody up', async () => {
  const line = new RequestTurns({ running: 1, runningBesideOthers: 1, waiting: 9, waitMs: 1_000 });
  const enter = () => line.enter('acme', () => undefined);
  const read: number[] = [];
  const connection = (n: number) => {
    const self = { destroyed: false, pause: () => self, resume: () => (read.push(n), self) };
    // Of a socket these are all that is used.
    return self as unknown as Socket;
  };
  const [a, b, c] = [enter(), enter(), enter()];
  range(100).forEach((n) => line.pauseWhileOthersWait('acme', connection(n)));
  a();
  b();
  expect(read).toEqual([1]);
  c();
  await expect.poll(() => read.length).toBe(100);
  line.pauseWhileOthersWait('acme', connection(101));
  expect(read).toEqual(range(100));
});
