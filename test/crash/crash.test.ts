/** An acknowledged update is on disk: a crash under load loses none, applies none twice, and leaves no bulk call half done. `npm run crash` makes many more crashes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, inject, test } from 'vitest';
import type { InventoryChangeTable, SkuTable } from '../../src/db/store/tables.ts';
import { query } from '../support/stores/postgres-server.ts';
import { createBareDatabase, createTestDatabase, describeOnEachStore } from '../support/stores/stores.ts';
import { check } from './check.ts';
import { crashGateway, crashServer } from './crashes.ts';
import type { AnsweredRow, Sent } from './history.ts';
import type { Operation } from './plan.ts';
import { createReport } from './report.ts';
import type { Stored } from './stored.ts';

const CYCLES = 1;
/** The number of times that the connections to PostgreSQL are cut, and the pause between them. */
const CUTS = 10;
const CUT_MS = 20;
/** Generous, because programs start slowly on a busy machine. */
const TIMEOUT_MS = 60_000;
const newSeed = () => Math.floor(Math.random() * 2 ** 31);

describeOnEachStore('kill -9 under load', (kind) => {
  test(
    'loses no update that was answered, doubles none, and leaves no half of a bulk call',
    { timeout: TIMEOUT_MS },
    async () => {
      const report = createReport();
      await crashGateway(() => createBareDatabase(kind), { seed: newSeed(), cycles: CYCLES, report });
      expect(report.kills).toBe(CYCLES);
      expect(report.acknowledged).toBeGreaterThan(0);
    },
  );
});

test.skipIf(inject('postgresUrl') === null)(
  'a gateway whose PostgreSQL cuts its connections goes on, and loses and doubles nothing',
  { timeout: TIMEOUT_MS },
  async () => {
    const report = createReport();
    const database = await createTestDatabase('postgres');
    const cut = `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = '${new URL(database.url).pathname.slice(1)}'`;
    const server = {
      stop: async () => {
        // Several cuts, because a single one may come when no request is in flight.
        for (let cuts = 0; cuts < CUTS; cuts++) {
          await query(`${inject('postgresUrl')}/postgres`, cut);
          await sleep(CUT_MS);
        }
      },
      start: () => Promise.resolve(),
    };
    await crashServer(server, database, { seed: newSeed(), cycles: 1, report });
    await database.remove();
    expect(report.acknowledged).toBeGreaterThan(0);
    expect(report.unknown.size).toBeGreaterThan(0);
  },
);

describe('the checker, on a store that was tampered with,', () => {
  /** A change in the log: its operation, its SKU, and the quantity that is set or added. */
  type Entry = readonly [number: number, skuId: string, quantity: number];
  const log: readonly Entry[] = [
    [1, 'a', 5],
    [2, 'a', -2],
    [3, 'b', 7],
    [3, 'c', 8],
    [4, 'a', 9],
  ];
  const isAdjustment = (number: number) => number === 2;

  /** A consistent store with this log. */
  function storeOf(entries: readonly Entry[]): Stored {
    const skus = new Map(['a', 'b', 'c'].map((skuId) => [skuId, newSku(skuId)]));
    const changes = entries.map(([number, skuId, quantity], i) => {
      const sku = skus.get(skuId) ?? newSku(skuId);
      const change = {
        position: i + 1,
        sku_id: skuId,
        version: sku.version + 1,
        quantity_in_stock_before: sku.quantity_in_stock,
        quantity_in_stock: isAdjustment(number) ? sku.quantity_in_stock + quantity : quantity,
        quantity_on_backorder_before: sku.quantity_on_backorder,
        quantity_on_backorder: isAdjustment(number) ? sku.quantity_on_backorder : number,
        backorder_date_before: null,
        backorder_date: null,
        source: 'GRAPHQL',
        reason: `operation ${number}`,
        previous_position: sku.last_change_position,
      } as InventoryChangeTable;
      skus.set(skuId, { ...sku, ...change, last_change_position: change.position });
      return change;
    });
    return { lastPosition: changes.length, skus: [...skus.values()], changes, damage: [] };
  }
  const newSku = (skuId: string) =>
    ({
      sku_id: skuId,
      quantity_in_stock: 0,
      quantity_on_backorder: 0,
      backorder_date: null,
      version: 0,
      last_change_position: null,
    }) as SkuTable;

  /** Four operations. By default all except the last are answered. Number 3 is a bulk call. */
  const historyOf = (answered = [1, 2, 3]) =>
    new Map(
      [1, 2, 3, 4].map((number): [number, Sent] => {
        const rows = log
          .filter((entry) => entry[0] === number)
          .map(([, skuId, quantityInStock]) => ({ skuId, quantityInStock, expects: 'NOTHING' as const }));
        const applied: AnsweredRow = { outcome: 'APPLIED' };
        const operation: Operation = {
          number,
          client: 0,
          door: 'GRAPHQL',
          kind: number === 3 ? 'BULK' : isAdjustment(number) ? 'ADJUST' : 'SET',
          isAllOrNothing: number === 3,
          hasKey: false,
          rows,
        };
        const answer = { replayed: false, rows: rows.map(() => applied), text: '' };
        return [
          number,
          {
            operation,
            expected: [],
            replies: answered.includes(number) ? [answer] : [{ unknown: 'killed' }],
          },
        ];
      }),
    );
  const complaintsOf = (entries: readonly Entry[], answered?: number[]) =>
    check(historyOf(answered), storeOf(entries)).map(({ skuId, complaint }) => `${skuId}: ${complaint}`);

  test('finds nothing where nothing is wrong, whether what was not answered is there or not', () => {
    expect(complaintsOf(log)).toEqual([]);
    expect(complaintsOf(log.filter(([number]) => number !== 4))).toEqual([]);
  });

  test.each<[what: string, entries: readonly Entry[], complaint: string, answered?: number[]]>([
    ['a lost update', log.filter(([number]) => number !== 2), 'a: operation 2 was acknowledged, and is lost'],
    ['a doubled adjustment', [...log, [2, 'a', -2]], 'a: operation 2 is doubled: positions 2, 6'],
    [
      'a doubled adjustment that was not even answered',
      [...log, [2, 'a', -2]],
      'a: operation 2 is doubled: positions 2, 6',
      [1],
    ],
    ['half a bulk call', log.filter(([, skuId]) => skuId !== 'c'), 'b: operation 3 is stored in part', [1]],
    [
      'another quantity',
      [...log.slice(0, 4), [4, 'a', 1]],
      'a: operation 4 is stored otherwise than sent: position 5',
    ],
    ['what nobody sent', [...log, [5, 'a', 1]], 'a: operation 5 was never sent, and is stored'],
  ])('finds %s', (_what, entries, complaint, answered) => {
    expect(complaintsOf(entries, answered)).toContain(complaint);
  });

  test('finds a gap in the log, a SKU that is not as its last change, and what comes late', () => {
    const { skus, changes, ...rest } = storeOf(log);
    const gap = { ...rest, skus, changes: changes.filter(({ position }) => position !== 4) };
    expect(check(historyOf(), gap)).toContainEqual({
      skuId: 'a',
      complaint: 'position 5 stands where 4 should',
    });
    const stale = { ...rest, changes, skus: skus.map((sku) => ({ ...sku, quantity_in_stock: 1 })) };
    expect(check(historyOf(), stale)).toContainEqual({
      skuId: 'a',
      complaint: 'the SKU is not as its last change, 5, left it',
    });
    const history = historyOf();
    expect(check(history, storeOf(log.slice(0, 4)))).toEqual([]);
    expect(check(history, storeOf(log))).toEqual([
      { skuId: 'a', complaint: 'operation 4 had 0 changes after a crash, and has 1 now' },
    ]);
  });

  test('finds a key that was answered twice as if for the first time, and not with the same', () => {
    const history = historyOf();
    history.get(2)?.replies.push({ replayed: false, rows: [{ outcome: 'APPLIED' }], text: 'another' });
    expect(check(history, storeOf(log))).toEqual([
      { skuId: 'a', complaint: 'operation 2 was done 2 times, by its answers' },
      { skuId: 'a', complaint: 'operation 2 was not answered again as the first time' },
    ]);
  });
});
