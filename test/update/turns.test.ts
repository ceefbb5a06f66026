/** Suppliers take turns: none waits behind another's backlog, each one's requests stay in order, and nobody starves. */
import { describe, expect, test } from 'vitest';
import { createTurns, MAX_BATCH_ROWS, SHARED_BATCH_ROWS, type Waiting } from '../../src/db/queue/turns.ts';
import { range } from '../support/range.ts';

interface Entry extends Waiting {
  readonly id: number;
}

function openTurns() {
  const clock = { now: 0 };
  const turns = createTurns<Entry>(() => clock.now);
  let id = 0;
  const add = (line: string, rows: number, count = 1) => {
    for (const _ of range(count)) turns.add({ line, rows, id: ++id, isApart: false });
  };
  const addApart = (line: string, rows: number) => turns.add({ line, rows, id: ++id, isApart: true });
  /** The next batch, as rows by line. */
  const take = () => {
    const sums: Record<string, number> = {};
    for (const { line, rows } of turns.takeBatch()) sums[line] = (sums[line] ?? 0) + rows;
    return sums;
  };
  return { ...turns, clock, add, addApart, take };
}

describe('turns', () => {
  test('a supplier whose large request held the writer rests three times as long while others write, and not while it is alone', () => {
    const turns = openTurns();
    turns.add('acme', 10_000, 3);
    const first = turns.takeBatch();
    turns.clock.now = 400;
    turns.served(first, 400);
    turns.add('rival', 1);
    expect(turns.take()).toEqual({ rival: 1 });
    expect(turns.take()).toEqual({});
    turns.clock.now = 1_300;
    turns.add('rival', 1);
    expect(turns.take()).toEqual({ rival: 1 });
    turns.clock.now = 1_601;
    expect(turns.take()).toEqual({ acme: 10_000 });
    turns.clock.now = 4_000;
    turns.served([{ line: 'acme', rows: 10_000, id: 0, isApart: false }], 400);
    // Nobody else has written for a second.
    expect(turns.take()).toEqual({ acme: 10_000 });
  });

  test('with 40,000 rows of one supplier waiting, another one’s update is in the next batch', () => {
    const turns = openTurns();
    turns.add('acme', 1_000, 40);
    expect(turns.take()).toEqual({ acme: 1_000 });
    turns.add('rival', 1);
    expect(turns.backlog()).toEqual({ requests: 40, rows: 39_001 });
    expect(turns.take()).toEqual({ rival: 1 });
    expect(turns.take()).toEqual({ acme: 1_000 });
  });

  test('beside others a large request shares its batch with none, though it need not stand apart', () => {
    const turns = openTurns();
    turns.add('acme', 1);
    turns.add('rival', 30);
    expect([turns.take(), turns.take()]).toEqual([{ acme: 1 }, { rival: 30 }]);
  });

  test('a job that stands apart shares its batch with no other, whether it comes first or last', () => {
    const turns = openTurns();
    turns.add('acme', 1);
    turns.addApart('catalog', 100);
    turns.addApart('catalog', 100);
    expect([turns.take(), turns.take()]).toEqual([{ acme: 1 }, { catalog: 100 }]);
    turns.add('acme', 1);
    expect([turns.take(), turns.take()]).toEqual([{ acme: 1 }, { catalog: 100 }]);
  });

  test('a lone supplier fills whole batches; beside others it has 50 rows of each, and 1,000 again after a quiet second', () => {
    const turns = openTurns();
    turns.add('acme', 1, 4_000);
    expect(turns.take()).toEqual({ acme: MAX_BATCH_ROWS });
    turns.add('rival', 1);
    expect(turns.take()).toEqual({ acme: SHARED_BATCH_ROWS, rival: 1 });
    turns.clock.now += 900;
    expect(turns.take()).toEqual({ acme: SHARED_BATCH_ROWS });
    turns.clock.now += 101;
    expect(turns.maxRows('acme')).toBe(MAX_BATCH_ROWS);
    expect(turns.maxRows('rival')).toBe(SHARED_BATCH_ROWS);
    expect(turns.take()).toEqual({ acme: MAX_BATCH_ROWS });
  });

  test('a batch never has more than 1,000 rows, and who was left out comes first in the next', () => {
    const turns = openTurns();
    const suppliers = range(70).map((n) => `supplier ${n}`);
    for (const supplier of suppliers) turns.add(supplier, 20);
    expect(Object.keys(turns.take())).toEqual(suppliers.slice(0, 50));
    for (const supplier of suppliers) turns.add(supplier, 20);
    expect(Object.keys(turns.take())).toEqual([...suppliers.slice(50), ...suppliers.slice(0, 30)]);
  });

  test('while others write, no small update shares a transaction with a part of a bulk call', () => {
    const turns = openTurns();
    turns.add('acme', 100, 2);
    turns.add('rival', 1);
    expect(turns.take()).toEqual({ acme: 100 });
    turns.add('acme', 1);
    expect(turns.take()).toEqual({ rival: 1 });
    expect(turns.take()).toEqual({ acme: 100 });
    expect(turns.take()).toEqual({ acme: 1 });
  });

  test('a large request that must be whole gets a batch of its own when its turn comes, and only then', () => {
    const turns = openTurns();
    turns.add('rival', 1, 150);
    turns.add('acme', 10_000, 2);
    expect(turns.take()).toEqual({ rival: SHARED_BATCH_ROWS });
    expect(turns.take()).toEqual({ acme: 10_000 });
    expect(turns.take()).toEqual({ rival: SHARED_BATCH_ROWS });
    expect(turns.take()).toEqual({ acme: 10_000 });
    expect(turns.take()).toEqual({ rival: SHARED_BATCH_ROWS });
    expect(turns.take()).toEqual({});
  });

  test('each supplier’s own requests stay in order, and every request is taken once', () => {
    const turns = openTurns();
    const sizes = [1, 7, 250, 900, 3, 1_200, 40];
    for (const n of range(700)) turns.add(`supplier ${n % 5}`, sizes[n % sizes.length] ?? 1);
    const taken: Entry[] = [];
    for (let batch = turns.takeBatch(); batch.length > 0; batch = turns.takeBatch()) {
      const rows = batch.reduce((total, entry) => total + entry.rows, 0);
      expect(rows <= MAX_BATCH_ROWS || batch.length === 1).toBe(true);
      taken.push(...batch);
    }
    expect(taken.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual(range(700));
    for (const n of range(5)) {
      const ids = taken.filter(({ line }) => line === `supplier ${n - 1}`).map(({ id }) => id);
      expect(ids).toEqual(ids.toSorted((a, b) => a - b));
    }
    expect(turns.backlog()).toEqual({ requests: 0, rows: 0 });
  });
});
