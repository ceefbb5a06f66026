/** The log is read in bounded steps: a filter that lets nothing through moves on, and a stopped reader stops. */
import { CompiledQuery } from 'kysely';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { createInventory, type OpenInventory } from '../../src/db/inventory.ts';
import { createCatalog } from '../../src/db/catalog.ts';
import type { Store } from '../../src/db/store/store.ts';
import { saveSupplier } from '../../src/db/suppliers.ts';
import { MAX_BULK_ROWS } from '../../src/domain/update.ts';
import type { ChangeFilter, InventoryChange } from '../../src/domain/change.ts';
import type { ReadMeter } from '../../src/domain/inventory.ts';
import { UnavailableError } from '../../src/domain/unavailable.ts';
import { requestOf, setSku } from '../support/requests.ts';
import type { TestDatabase } from '../support/stores/databases.ts';
import { describeOnEachStore, openTestStore } from '../support/stores/stores.ts';

const SKUS = 1_200;
const ROUNDS = 4;
const CHANGES = SKUS * ROUNDS;
/** The time of a round. */
const timeOf = (round: number) => `2026-11-01T09:30:00.00${round}Z`;
const skuIdOf = (n: number) => `S${String(n).padStart(4, '0')}`;

describeOnEachStore('the log of changes', (kind) => {
  let database: TestDatabase & { readonly store: Store };
  let inventory: OpenInventory;
  let now = 0;
  beforeAll(async () => {
    database = await openTestStore(kind);
    const { store } = database;
    inventory = createInventory(store, () => new Date(timeOf(now)));
    const skuIds = Array.from({ length: SKUS }, (_, i) => skuIdOf(i));
    await saveSupplier(store, 'acme', new Date());
    await createCatalog(store, () => new Date(timeOf(0))).save(
      { supplierId: 'acme', actor: 'seed' },
      skuIds.map((skuId) => ({ skuId })),
    );
    for (let round = 1; round <= ROUNDS; round++) {
      now = round;
      await setAll(skuIds, round);
    }
    expect(await inventory.lastPosition('acme')).toBe(CHANGES);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });
  afterAll(async () => {
    await inventory.close();
    await database.remove();
  });

  async function setAll(skuIds: readonly string[], quantityInStock: number): Promise<void> {
    const source = quantityInStock === ROUNDS ? 'REST_BULK' : 'GRAPHQL';
    const rows = skuIds.map((skuId) => setSku(skuId, { quantityInStock }));
    const groupId = `round-${quantityInStock}`;
    await inventory.update(
      requestOf({ supplierId: 'acme', actor: `actor ${quantityInStock % 2}`, source }, rows, { groupId }),
    );
  }

  const positionsOf = (changes: readonly { readonly position: number | null }[]) =>
    changes.map(({ position }) => position);
  const isMatch = (filter: ChangeFilter, change: InventoryChange) =>
    (filter.actors?.includes(change.actor) ?? true) &&
    (filter.changedAfter === undefined || change.changedAt > filter.changedAfter) &&
    (filter.changedBefore === undefined || change.changedAt < filter.changedBefore) &&
    (filter.skuIds?.includes(change.skuId) ?? true) &&
    ((filter.sources as readonly string[] | undefined)?.includes(change.source) ?? true) &&
    (filter.groupId === undefined || filter.groupId === change.groupId);

  const filters: readonly ChangeFilter[] = [
    {},
    { skuIds: [skuIdOf(7), skuIdOf(1_199), 'unknown'] },
    { skuIds: [] },
    { sources: ['REST_BULK'] },
    { sources: [] },
    { groupId: 'round-2' },
    { groupId: 'round-2', skuIds: [skuIdOf(3)] },
    { groupId: 'round-2', sources: ['IMPORT'] },
    { groupId: 'unknown' },
    { sources: ['GRAPHQL'], skuIds: [skuIdOf(3)] },
    { actors: ['actor 1', 'unknown'] },
    { actors: [] },
    { changedAfter: timeOf(2) },
    { changedBefore: timeOf(2) },
    { changedAfter: timeOf(1), changedBefore: timeOf(4), actors: ['actor 0'] },
    { groupId: 'round-2', actors: ['actor 0'], changedAfter: timeOf(1), changedBefore: timeOf(3) },
    { groupId: 'round-2', actors: ['actor 1'] },
    { groupId: 'round-2', changedAfter: timeOf(2) },
  ];

  test.each(filters)('is walked by windows of any size with nothing skipped: %j', async (filter) => {
    const all = await inventory.changesAfter('acme', 0, {}, CHANGES);
    expect(positionsOf(all)).toEqual(Array.from({ length: CHANGES }, (_, i) => i + 1));
    const expected = all.filter((change) => isMatch(filter, change));
    expect(await inventory.changesAfter('acme', 0, filter, MAX_BULK_ROWS)).toEqual(expected);
    for (const size of [
      { limit: 100, maxScan: 1_000 },
      { limit: 7_000, maxScan: 1_777 },
      { limit: 300, maxScan: 100_000 },
    ]) {
      const walked = [];
      for (let position = 0; ;) {
        const window = await inventory.changesWindow('acme', position, filter, size);
        expect(window.changes.length).toBeLessThanOrEqual(size.limit);
        walked.push(...window.changes);
        if (window.isEnd) break;
        expect(window.position).toBeGreaterThan(position);
        position = window.position;
      }
      expect(positionsOf(walked)).toEqual(positionsOf(expected));
    }
  });

  test.each(filters)(
    'is walked backwards by windows of any size with nothing skipped: %j',
    async (filter) => {
      const expected = await inventory.changesAfter('acme', 0, filter, CHANGES);
      for (const size of [
        { limit: 100, maxScan: 1_000 },
        { limit: 7_000, maxScan: 1_777 },
      ]) {
        const walked = [];
        for (let position = CHANGES + 1; ;) {
          const window = await inventory.changesBackwards('acme', position, filter, size);
          expect(window.changes.length).toBeLessThanOrEqual(size.limit);
          walked.push(...window.changes);
          if (window.isEnd) break;
          expect(window.position).toBeLessThan(position);
          position = window.position;
        }
        expect(walked.toReversed()).toEqual(expected);
      }
    },
  );

  test.each(filters)(
    'ends, in either direction, before the position that it is to end at: %j',
    async (filter) => {
      const size = { limit: CHANGES + 1, maxScan: CHANGES + 1 };
      const all = await inventory.changesAfter('acme', 0, filter, CHANGES);
      for (const [above, below] of [
        [100, 2_500],
        [1_150, 1_250],
        [7, 9],
        [7, 8],
        [9, 7],
        [0, CHANGES + 50],
      ] as const) {
        const expected = positionsOf(
          all.filter(({ position }) => Number(position) > above && Number(position) < below),
        );
        const forward = await inventory.changesWindow('acme', above, filter, { ...size, until: below });
        expect(positionsOf(forward.changes)).toEqual(expected);
        expect(forward.isEnd).toBe(true);
        const backward = await inventory.changesBackwards('acme', below, filter, { ...size, until: above });
        expect(positionsOf(backward.changes)).toEqual(expected.toReversed());
        expect(backward.isEnd).toBe(true);
      }
    },
  );

  test('moves a reader on, though its filter lets nothing through, by as much as it may look at', async () => {
    const nothing = { skuIds: ['unknown'] };
    const window = { limit: 10, maxScan: 1_500 };
    expect(await inventory.changesWindow('acme', 0, nothing, window)).toEqual({
      changes: [],
      position: 1_500,
      isEnd: false,
    });
    expect(await inventory.changesWindow('acme', CHANGES - 100, nothing, window)).toEqual({
      changes: [],
      position: CHANGES,
      isEnd: true,
    });
    const behind = CHANGES + 1_000;
    expect(await inventory.changesWindow('acme', behind, nothing, window)).toEqual({
      changes: [],
      position: behind,
      isEnd: true,
    });
  });

  test('is read in statements of bounded work, each charged, with a turn of the event loop in between', async () => {
    const spent: number[] = [];
    let turns = 0;
    const count = () => (turns += 1);
    const meter: ReadMeter = {
      spend: (rows) => {
        spent.push(rows);
        setImmediate(count);
      },
    };
    await inventory.changesAfter('acme', 0, { skuIds: ['unknown'] }, 100, meter);
    expect(spent.reduce((a, b) => a + b, 0)).toBe(CHANGES);
    expect(Math.max(...spent)).toBeLessThanOrEqual(1_000);
    expect(turns).toBeGreaterThanOrEqual(spent.length - 1);
    const nothing = { changedAfter: timeOf(9), actors: ['actor 1'] };
    await inventory.changesBackwards('acme', 1e15, nothing, { limit: 9, maxScan: 1e9 }, meter);
    expect(spent.reduce((a, b) => a + b, 0)).toBe(2 * CHANGES);
    expect(Math.max(...spent)).toBeLessThanOrEqual(1_000);
  });

  test('is read no further once the meter stops the reader, whose error comes as it is', async () => {
    const stop = new UnavailableError('QUERY_TIMEOUT');
    let calls = 0;
    const meter: ReadMeter = {
      spend: () => {
        calls += 1;
        if (calls === 2) throw stop;
      },
    };
    const read = inventory.changesAfter('acme', 0, { skuIds: ['unknown'] }, 100, meter);
    await expect(read).rejects.toBe(stop);
    expect(calls).toBe(2);
  });

  test('is read by the index of groups for a group', async () => {
    const statements = vi.spyOn(database.store.db.getExecutor(), 'executeQuery');
    const found = await inventory.changesAfter('acme', 0, { groupId: 'round-3' }, MAX_BULK_ROWS);
    expect(found).toHaveLength(SKUS);
    const query = statements.mock.calls.map(([{ sql, parameters }]) => ({ sql, parameters }));
    statements.mockRestore();
    const reading = query.find(({ sql }) => sql.includes('group_id'));
    expect(await explain(reading?.sql ?? '', reading?.parameters ?? [])).toMatch(
      /inventory_change_(?:p0_)?by_group/,
    );
  });

  async function explain(text: string, parameters: readonly unknown[]): Promise<string> {
    return database.store.db.transaction().execute(async (trx) => {
      if (kind === 'postgres') await trx.executeQuery(CompiledQuery.raw('set local enable_seqscan = off'));
      const how = kind === 'sqlite' ? 'explain query plan' : 'explain';
      const { rows } = await trx.executeQuery(CompiledQuery.raw(`${how} ${text}`, [...parameters]));
      return JSON.stringify(rows);
    });
  }
});
