/** Cold partitions of the log are taken away whole. What is kept stays, and so does all that comes in meanwhile. */
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { deleteSupplier } from '../../../src/db/catalog/delete-supplier.ts';
import { dropCold, type Pools } from '../../../src/db/partition/drop-cold.ts';
import { findColdRanges } from '../../../src/db/partition/find-cold.ts';
import type { Pool } from '../../../src/db/partition/partitions.ts';
import { pruneAll } from '../../../src/db/history/prune.ts';
import { checkDatabase } from '../../../src/db/upkeep/check.ts';
import { range } from '../../support/range.ts';
import { openSmallPartitions, type SmallPartitions } from '../../support/stores/small-partitions.ts';

const REASON = 'Counted by hand after the flood in the second hall, twenty-third of May';

describe.skipIf(inject('postgresUrl') === null)('cold partitions', () => {
  let log: SmallPartitions;
  const drop = async (pools: Pools = log.store) => (await dropCold(pools)).isAll;

  beforeEach(async () => {
    log = await openSmallPartitions(10);
  });
  afterEach(() => log.remove());

  /** Positions 1 to 640: S1 to S20 in turn, S20 in the first round alone. Then the horizon is at 520. */
  async function fill() {
    await log.addSupplier('big', 20);
    await log.change('big', range(20));
    for (let position = 21; position <= 640; position += 20) {
      await log.change('big', [...range(19), 1]);
    }
    await log.setHorizon('big', 520);
  }

  async function looseTables(): Promise<unknown[]> {
    const { rows } =
      await sql`select relname from pg_class where relkind = 'r' and relname like '%loose%'`.execute(
        log.store.db,
      );
    return rows;
  }

  /** All past the horizon, and the newest change of each SKU, which its history begins with. */
  async function expectWhole(kept: readonly number[], last = 640) {
    expect(await log.positions('big')).toEqual(
      expect.arrayContaining([...kept, ...range(last).filter((position) => position > 520)]),
    );
    const pages = range(20).map((n) => ({ skuId: `S${n}`, newest: null, limit: 1 }));
    const histories = await log.inventory.histories('big', pages);
    expect(histories.map((page) => page.length)).toEqual(pages.map(() => 1));
  }

  test('are those that no supplier has a change past its horizon in', async () => {
    await fill();
    expect(await findColdRanges(log.store.db)).toEqual([{ from: 0, to: 500 }]);
    await log.addSupplier('slow', 1);
    for (let n = 0; n < 150; n++) await log.change('slow', [1]);
    expect(await findColdRanges(log.store.db)).toEqual([{ from: 200, to: 500 }]);
    await log.setHorizon('slow', 120);
    expect(await findColdRanges(log.store.db)).toEqual([
      { from: 0, to: 100 },
      { from: 200, to: 500 },
    ]);
    // What its last changes are in is its end.
    await log.setHorizon('slow', 150);
    expect(await findColdRanges(log.store.db)).toEqual([{ from: 0, to: 500 }]);
  });

  test('are replaced by one that has what is kept', async () => {
    await fill();
    await log.addSupplier('new', 2);
    expect(await drop()).toBe(true);
    expect((await log.partitions()).slice(0, 3)).toEqual(['0-500', '500-600', '600-700']);
    expect(await log.positions('big')).toEqual([20, ...range(640).filter((position) => position >= 500)]);
    await expectWhole([20]);
    expect(await looseTables()).toEqual([]);
    // Nothing is left to do, and a new supplier writes there.
    expect(await drop()).toBe(true);
    await log.change('new', [1, 2]);
    expect(await log.positions('new')).toEqual([1, 2]);
  });

  test('are taken away by a prune, which deletes the rest one by one', async () => {
    await fill();
    let removed = 0;
    const walk = pruneAll(log.store, { isCounted: true });
    let step = await walk.next();
    for (; !step.done; step = await walk.next()) removed += step.value;
    expect(step.value).toBe(true);
    expect(removed).toBe(519);
    expect((await log.partitions())[0]).toBe('0-500');
    expect(await log.positions('big')).toEqual([20, ...range(640).filter((position) => position > 520)]);
    expect((await checkDatabase(log.url)).findings).toEqual([]);
  });

  test('are replaced together with what was kept before, which has gone stale', async () => {
    await fill();
    await drop();
    await log.change('big', [20]);
    for (let n = 0; n < 10; n++) await log.change('big', [...range(19), 1]);
    await log.setHorizon('big', 641);
    await drop();
    expect((await log.partitions()).slice(0, 2)).toEqual(['0-600', '600-700']);
    expect((await log.positions('big'))[0]).toBe(600);
  });

  test('leave the texts that a kept change shares with others, in another partition too', async () => {
    await log.addSupplier('big', 100);
    await log.change('big', range(60));
    // One transaction: the change of S100, at 160, has its texts at 61.
    await log.change('big', range(100), { atomicity: 'ALL_OR_NOTHING', groupId: 'g', reason: REASON });
    for (let n = 0; n < 4; n++) await log.change('big', range(99));
    await log.setHorizon('big', 520);
    await log.addSupplier('slow', 1);
    for (let n = 0; n < 120; n++) await log.change('slow', [1]);
    await log.setHorizon('slow', 99);
    await drop();
    expect((await log.partitions()).slice(0, 3)).toEqual(['0-100', '100-200', '200-500']);
    expect((await log.positions('big')).slice(0, 2)).toEqual([61, 100]);
    await log.setHorizon('slow', 120);
    await drop();
    expect((await log.partitions()).slice(0, 2)).toEqual(['0-500', '500-600']);
    expect((await log.positions('big')).slice(0, 3)).toEqual([61, 160, 458]);
    const [[newest] = []] = await log.inventory.histories('big', [{ skuId: 'S100', newest: null, limit: 1 }]);
    expect(newest).toMatchObject({ position: 160, reason: REASON });
  });

  test('lose nothing when the work ends before any of its statements', async () => {
    await fill();
    await log.addSupplier('slow', 1);
    await log.change('slow', [1]);
    await log.setHorizon('slow', 1);
    let failures = 0;
    for (let statements = 0; ; statements++) {
      const writes = breakAfter(log.store.writes, statements);
      try {
        await drop({ db: log.store.db, writes });
        break;
      } catch (error) {
        expect(error).toMatchObject({ message: 'Killed.' });
      }
      failures++;
      await expectWhole([20]);
      expect(await log.positions('slow')).toEqual([1]);
    }
    expect(failures).toBeGreaterThan(25);
    await drop();
    expect(await looseTables()).toEqual([]);
    expect((await log.partitions())[0]).toBe('0-500');
    await expectWhole([20]);
  });

  test('are replaced while slow, new and fast suppliers write, and no change is lost', async () => {
    await fill();
    await log.addSupplier('slow', 3);
    await log.change('slow', [1, 2, 3]);
    await log.setHorizon('slow', 3);
    const written = new Map<string, number>([
      ['slow', 3],
      ['big', 640],
    ]);
    let isOver = false;
    const write = async (supplierId: string, skus: number) => {
      while (!isOver) {
        await log.change(supplierId, [1 + ((written.get(supplierId) ?? 0) % skus)]);
        written.set(supplierId, (written.get(supplierId) ?? 0) + 1);
      }
    };
    const comeLater = async () => {
      await pause(250);
      await log.addSupplier('new', 2);
      await write('new', 2);
    };
    let writing: Promise<unknown> | undefined;
    const begin = async () => {
      writing = Promise.all([write('slow', 3), write('slow', 3), write('big', 19), comeLater()]);
      await pause(200);
    };
    // After the look: two suppliers write in the range, so it is cold no more.
    const writes = before(log.store.writes, /^create table/, begin);
    const isDone = await drop({ db: log.store.db, writes });
    await pause(300);
    isOver = true;
    await writing;
    expect(isDone).toBe(true);
    expect((await log.partitions())[0]).toBe('0-500');
    // Its first three are below its horizon, and kept only if they were their SKUs' newest at the look.
    expect((await log.positions('slow')).filter((position) => position > 3)).toEqual(
      range(written.get('slow') ?? 0).slice(3),
    );
    expect(await log.positions('new')).toEqual(range(written.get('new') ?? 0));
    expect(written.get('new')).toBeGreaterThan(10);
    await expectWhole([20], written.get('big'));
  });

  test('wait for a long reader, and writers do not wait with them', async () => {
    await fill();
    const reader = new Client({ connectionString: log.url });
    await reader.connect();
    await reader.query('begin; select 1 from inventory_change limit 1');
    let isOver = false;
    let longest = 0;
    const writing = (async () => {
      while (!isOver) {
        const began = performance.now();
        await log.change('big', [1]);
        longest = Math.max(longest, performance.now() - began);
      }
    })();
    expect(await drop()).toBe(false);
    isOver = true;
    await writing;
    // Each try holds writers up for 100 ms at most. This machine may be slow.
    expect(longest).toBeLessThan(1_500);
    expect(await looseTables()).toEqual([]);
    await reader.query('commit');
    await reader.end();
    expect(await drop()).toBe(true);
    expect((await log.partitions())[0]).toBe('0-500');
  });

  test('are left to the process that is at it', async () => {
    await fill();
    const tables: unknown[] = [];
    const other: boolean[] = [];
    const meet = async () => {
      tables.push(...(await looseTables()));
      other.push(await drop());
    };
    expect(await drop({ db: log.store.db, writes: before(log.store.writes, /^analyze/, meet) })).toBe(true);
    expect({ tables: tables.length, other }).toEqual({ tables: 1, other: [false] });
    await expectWhole([20]);
  });

  test('never bring back the changes of a supplier that is deleted meanwhile', async () => {
    await fill();
    await log.addSupplier('gone', 2);
    await log.change('gone', [1, 2]);
    await log.setHorizon('gone', 2);
    // Deleted once the copy has been made: at the statement that analyzes it.
    const writes = before(log.store.writes, /^analyze/, () => deleteSupplier(log.store, 'gone', new Date()));
    expect(await drop({ db: log.store.db, writes })).toBe(false);
    expect(await log.positions('gone')).toEqual([]);
    expect(await looseTables()).toEqual([]);
    expect(await drop()).toBe(true);
    expect(await log.positions('gone')).toEqual([]);
    await expectWhole([20]);
  });
});

/** The pool, whose connections all fail after so many statements. A transaction is rolled back, as after a kill. */
function breakAfter(pool: SmallPartitions['store']['writes'], statements: number): Pool {
  let left = statements;
  return pool.withPlugin({
    transformQuery: ({ node }) => {
      if (left-- <= 0) throw new Error('Killed.');
      return node;
    },
    transformResult: ({ result }) => Promise.resolve(result),
  });
}

/** The pool, which does something once, after the first statement whose text matches. */
function before(pool: SmallPartitions['store']['writes'], text: RegExp, act: () => Promise<unknown>): Pool {
  let isDone = false;
  let matched = false;
  return pool.withPlugin({
    transformQuery: ({ node }) => {
      matched = node.kind === 'RawNode' && text.test(node.sqlFragments[0] ?? '');
      return node;
    },
    transformResult: async ({ result }) => {
      if (matched && !isDone) {
        isDone = true;
        await act();
      }
      return result;
    },
  });
}
