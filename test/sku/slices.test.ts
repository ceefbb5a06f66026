/** Lists and counts of SKUs are read in statements of bounded work, which a meter can stop between any two. */
import { CompiledQuery } from 'kysely';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { createCatalog } from '../../src/db/catalog.ts';
import { createInventory, type OpenInventory } from '../../src/db/inventory.ts';
import type { Store } from '../../src/db/store/store.ts';
import { saveSupplier } from '../../src/db/suppliers.ts';
import type { ReadMeter } from '../../src/domain/inventory.ts';
import type { SkuFilter, SkuOrder, SkuPage } from '../../src/domain/sku.ts';
import { UnavailableError } from '../../src/domain/unavailable.ts';
import type { TestDatabase } from '../support/stores/databases.ts';
import { describeOnEachStore, openTestStore } from '../support/stores/stores.ts';

const SKUS = 12_000;
const MOST_ROWS = 8_192;
/** Nothing has it, and each title has nearly all of it: what a wilful client would search. */
const WILFUL = `${'a'.repeat(99)}b`;

describeOnEachStore('a catalog', (kind) => {
  let database: TestDatabase & { readonly store: Store };
  let inventory: OpenInventory;
  beforeAll(async () => {
    database = await openTestStore(kind);
    inventory = createInventory(database.store, () => new Date());
    await saveSupplier(database.store, 'acme', new Date());
    const catalog = createCatalog(database.store, () => new Date());
    for (let start = 0; start < SKUS; start += 1_000) {
      await catalog.save(
        { supplierId: 'acme', actor: 'seed' },
        Array.from({ length: 1_000 }, (_, i) => ({
          skuId: `S${String(start + i).padStart(5, '0')}`,
          title: 'a'.repeat(200),
          quantityInStock: (start + i) % 100,
        })),
      );
    }
  }, 60_000);
  afterEach(() => {
    vi.restoreAllMocks();
  });
  afterAll(async () => {
    await inventory.close();
    await database.remove();
  });

  const page = (filter: SkuFilter, order: SkuOrder = 'SKU_ID', descending = false): SkuPage => ({
    filter,
    order,
    descending,
    after: null,
    limit: 21,
  });
  const steps = (order: SkuOrder, descending = false) => ({
    ...{ filter: {}, order, descending, every: 100, atMost: 1_000 },
  });
  const reads: readonly (readonly [string, (meter: ReadMeter) => Promise<unknown>])[] = [
    ['a search without a match', (meter) => inventory.listSkus('acme', page({ search: WILFUL }), meter)],
    [
      'one, backwards',
      (meter) => inventory.listSkus('acme', page({ search: WILFUL }, 'SKU_ID', true), meter),
    ],
    ['a count of one', (meter) => inventory.countSkus('acme', { search: WILFUL }, 10_000, meter)],
    ['an index', (meter) => inventory.indexSkus('acme', steps('SKU_ID'), meter)],
    ['one, backwards', (meter) => inventory.indexSkus('acme', steps('SKU_ID', true), meter)],
    ['one in another order', (meter) => inventory.indexSkus('acme', steps('QUANTITY_IN_STOCK'), meter)],
    ['an order', (meter) => inventory.listSkus('acme', page({}, 'QUANTITY_IN_STOCK', true), meter)],
    ['another order', (meter) => inventory.listSkus('acme', page({}, 'UPDATED_AT'), meter)],
  ];

  test.each(reads)(
    'is read in slices for %s, all of it charged, with a turn after each',
    async (_what, read) => {
      const spent: number[] = [];
      let turns = 0;
      const count = () => (turns += 1);
      await read({
        spend: (rows) => {
          spent.push(rows);
          setImmediate(count);
        },
      });
      expect(spent.reduce((a, b) => a + b, 0)).toBe(SKUS);
      expect(Math.max(...spent)).toBeLessThanOrEqual(MOST_ROWS);
      expect(spent.length).toBeGreaterThan(2);
      expect(turns).toBeGreaterThanOrEqual(spent.length - 1);
    },
  );

  test.each(reads)(
    'is read no further for %s once the meter stops it, whose error comes as it is',
    async (_what, read) => {
      const stop = new UnavailableError('QUERY_TIMEOUT');
      let calls = 0;
      const stopped = read({
        spend: () => {
          calls += 1;
          if (calls === 2) throw stop;
        },
      });
      await expect(stopped).rejects.toBe(stop);
      expect(calls).toBe(2);
    },
  );

  test.each(reads)('is read for %s along its key, slice by slice', async (_what, read) => {
    const statements = vi.spyOn(database.store.db.getExecutor(), 'executeQuery');
    await read({ spend: () => undefined });
    const made = statements.mock.calls.map(([{ sql, parameters }]) => ({ sql, parameters }));
    statements.mockRestore();
    for (const { sql, parameters } of made.slice(1, 3)) {
      const plan = await explain(sql, parameters);
      if (kind === 'sqlite') {
        expect(plan.match(/SEARCH \w+ USING PRIMARY KEY \(supplier_id=\? AND sku_id[<>]\?/g)).toHaveLength(2);
        expect(plan).not.toContain('SCAN sku');
      } else {
        expect(plan.match(/Scan (?:Backward )?using sku_key/g)?.length).toBe(2);
      }
    }
  });

  test('is read for a page that it fills no further than the page', async () => {
    const spent: number[] = [];
    const meter: ReadMeter = { spend: (rows) => void spent.push(rows) };
    expect(await inventory.listSkus('acme', page({}), meter)).toHaveLength(21);
    expect(await inventory.listSkus('acme', page({ search: 'S0' }), meter)).toHaveLength(21);
    expect(spent).toHaveLength(2);
  });

  test('is counted no further than is asked', async () => {
    const spent: number[] = [];
    const meter: ReadMeter = { spend: (rows) => void spent.push(rows) };
    expect(await inventory.countSkus('acme', {}, 100, meter)).toBe(101);
    expect(spent).toHaveLength(1);
    expect(await inventory.countSkus('acme', {}, SKUS)).toBe(SKUS);
    expect(await inventory.countSkus('acme', { search: 'A' }, SKUS - 1)).toBe(SKUS);
    expect(await inventory.countSkus('acme', { maxQuantityInStock: 0 }, SKUS)).toBe(SKUS / 100);
  });

  test('is searched with a wilful text for the price of a plain one', async () => {
    const time = async (search: string) => {
      const times = [];
      for (let i = 0; i < 3; i++) {
        const started = process.cpuUsage();
        await inventory.countSkus('acme', { search }, SKUS);
        const { user, system } = process.cpuUsage(started);
        times.push(user + system);
      }
      return Math.min(...times);
    };
    const plain = await time('zzz');
    expect(await time(WILFUL)).toBeLessThan(8 * plain + 20_000);
  });

  async function explain(text: string, parameters: readonly unknown[]): Promise<string> {
    return database.store.db.transaction().execute(async (trx) => {
      if (kind === 'postgres') {
        await trx.executeQuery(CompiledQuery.raw('set local enable_seqscan = off'));
        await trx.executeQuery(CompiledQuery.raw('set local enable_bitmapscan = off'));
      }
      const how = kind === 'sqlite' ? 'explain query plan' : 'explain';
      const { rows } = await trx.executeQuery(CompiledQuery.raw(`${how} ${text}`, [...parameters]));
      return JSON.stringify(rows);
    });
  }
});
