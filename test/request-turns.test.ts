/** Requests of one supplier wait in line for their turn. */
import { expect, test } from 'vitest';
import { RequestTurns } from '../src/http/request-turns.ts';

test('turns pass in order, and one that left before its turn takes none', () => {
  const line = new RequestTurns({ running: 1, waiting: 3, waitMs: 1_000 });
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
