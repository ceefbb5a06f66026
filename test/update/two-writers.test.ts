/** Two gateways on one database: whatever they do at the same time, versions and positions stay without a gap. */
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCatalog } from '../../src/db/catalog.ts';
import { createInventory } from '../../src/db/inventory.ts';
import { openStore } from '../../src/db/store/open-store.ts';
import type { Store } from '../../src/db/store/store.ts';
import { saveSupplier } from '../../src/db/suppliers.ts';
import { parseIdentifier } from '../../src/domain/identifier.ts';
import type { RowResult } from '../../src/domain/update.ts';
import { setSku, updateFor, type Origin } from '../support/requests.ts';
import { startThread } from '../support/thread-talk.ts';
import type { SecondWriterWork } from '../fixtures/second-writer.ts';
import type { TestDatabase } from '../support/stores/databases.ts';
import { createTestDatabase, describeOnEachStore } from '../support/stores/stores.ts';
import { range } from '../support/range.ts';

const clock = () => new Date();
const skuIds = range(10).map((n) => `S${n}`);
const suppliers = ['acme', 'rival'];

const originOf = (supplierId: string, actor: string): Origin => ({ supplierId, actor, source: 'GRAPHQL' });
const set = (skuId: string, quantityInStock: number) => setSku(skuId, { quantityInStock });

/** A writer's 200 single updates: ten rounds over each supplier's ten SKUs, each with a quantity that no other sets. */
const plan = (writer: number, order: readonly string[]) =>
  range(200).map((n) => ({
    supplierId: suppliers[Math.floor(n / 10) % 2] ?? '',
    update: set(order[n % 10] ?? '', writer * 1000 + n),
  }));

describeOnEachStore('two gateways', (kind) => {
  let database: TestDatabase;
  let stores: Store[] = [];

  beforeAll(async () => {
    database = await createTestDatabase(kind);
    stores = [await openStore(database.url), await openStore(database.url)];
  });
  afterAll(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await database.remove();
  });

  async function reset(store: Store) {
    await store.db.deleteFrom('inventory_change').execute();
    await store.db.deleteFrom('sku').execute();
    await store.db.updateTable('supplier').set({ last_position: 0 }).execute();
    for (const supplierId of suppliers) {
      await saveSupplier(store, supplierId, clock());
      await createCatalog(store, clock).save(
        { supplierId, actor: 'seed' },
        skuIds.map((skuId) => ({ skuId })),
      );
    }
  }

  /** 400 updates were applied, 200 a supplier: the log tells one consistent story, and the rows are how it ends. */
  async function expectOneStory({ db }: Store, results: readonly RowResult[]) {
    for (const supplierId of suppliers) {
      const changes = await db
        .selectFrom('inventory_change')
        .selectAll()
        .where('supplier_id', '=', supplierId)
        .orderBy('position')
        .execute();
      expect(changes.map(({ position }) => position)).toEqual(range(200));
      for (const skuId of skuIds) {
        const history = changes.filter(({ sku_id }) => sku_id === skuId);
        const quantities = history.map((change) => change.quantity_in_stock);
        expect(history).toHaveLength(20);
        expect(history.map(({ version }) => version)).toEqual(range(history.length));
        expect(history.map((change) => change.quantity_in_stock_before)).toEqual([
          0,
          ...quantities.slice(0, -1),
        ]);
        const row = db.selectFrom('sku').selectAll().where('supplier_id', '=', supplierId);
        expect(await row.where('sku_id', '=', skuId).executeTakeFirst()).toMatchObject({
          quantity_in_stock: quantities.at(-1),
          version: history.length,
          updated_at: history.at(-1)?.changed_at,
        });
      }
    }
    // Each caller was told the version under which its own quantity is recorded.
    const told = results.map(
      (result) => 'sku' in result && `${result.sku.version} ${result.sku.quantityInStock}`,
    );
    const recorded = await db
      .selectFrom('inventory_change')
      .select(['version', 'quantity_in_stock'])
      .execute();
    expect(new Set(told)).toEqual(
      new Set(recorded.map((change) => `${change.version} ${change.quantity_in_stock}`)),
    );
  }

  test('in one process, 200 updates each at once', async () => {
    const [one, two] = stores;
    if (!one || !two) throw new Error('There are no stores.');
    await reset(one);
    const writers = [
      { inventory: createInventory(one, clock), updates: plan(1, skuIds) },
      { inventory: createInventory(two, clock), updates: plan(2, skuIds.toReversed()) },
    ];
    const submitted = writers.flatMap(({ inventory, updates }, i) =>
      updates.map(({ supplierId, update }) =>
        updateFor(inventory, originOf(supplierId, `writer ${i}`), [update]),
      ),
    );
    const results = (await Promise.all(submitted)).flat();
    expect(results.map(({ outcome }) => outcome)).toEqual(range(400).map(() => 'APPLIED'));
    await expectOneStory(one, results);
  });

  test('in two threads, 200 updates each one after the other, so that their commits compete', async () => {
    const [store] = stores;
    if (!store) throw new Error('There is no store.');
    await reset(store);
    const work: SecondWriterWork = { url: database.url, updates: plan(2, skuIds) };
    const worker = startThread('second-writer', work);
    const exited = once(worker, 'exit');
    try {
      await once(worker, 'message');
      const theirs = once(worker, 'message');
      worker.postMessage('go');
      const inventory = createInventory(store, clock);
      const ours: RowResult[] = [];
      for (const { supplierId, update } of plan(1, skuIds)) {
        ours.push(...(await updateFor(inventory, originOf(supplierId, 'the one'), [update])));
      }
      const [others] = await theirs;
      await exited;
      const results = [...ours, ...others];
      expect(results.map(({ outcome }) => outcome)).toEqual(range(400).map(() => 'APPLIED'));
      await expectOneStory(store, results);
    } finally {
      await worker.terminate();
    }
  });

  test('see what the other has answered', async () => {
    const [one, two] = stores;
    if (!one || !two) throw new Error('There are no stores.');
    await reset(one);
    const [here, there] = [createInventory(one, clock), createInventory(two, clock)];
    for (const n of range(20)) {
      const writer = n % 2 ? here : there;
      const reader = n % 2 ? there : here;
      await updateFor(writer, originOf('acme', 'writer'), [set('S1', n)]);
      expect(await reader.find('acme', [parseIdentifier('skuId', 'S1')])).toMatchObject([
        { sku: { quantityInStock: n, version: n } },
      ]);
    }
  });
});
