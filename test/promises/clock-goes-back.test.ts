/** A wall clock that goes back turns no SKU's time back: not of updates, bulk calls, imports or undos, on either store. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCatalog } from '../../src/db/catalog.ts';
import { createInventory, type OpenInventory } from '../../src/db/inventory.ts';
import type { Store } from '../../src/db/store/store.ts';
import { saveSupplier } from '../../src/db/suppliers.ts';
import { unmetered } from '../../src/domain/inventory.ts';
import { requestOf, setSku } from '../support/requests.ts';
import { describeOnEachStore, openTestStore } from '../support/stores/stores.ts';

const DAY_MS = 86_400_000;
const START = '2026-11-20T09:30:00.000Z';
const YESTERDAY = '2026-11-19T09:30:00.000Z';
const origin = { supplierId: 'acme', actor: 'dashboard', source: 'GRAPHQL' } as const;

describeOnEachStore('a clock that goes back a day', (kind) => {
  let database: Awaited<ReturnType<typeof openTestStore>>;
  let store: Store;
  let inventory: OpenInventory;
  let now = Date.parse(START);
  const clock = () => new Date(now);

  beforeAll(async () => {
    database = await openTestStore(kind);
    store = database.store;
    inventory = createInventory(store, clock);
    await saveSupplier(store, 'acme', clock());
    await createCatalog(store, clock).save({ supplierId: 'acme', actor: 'seed' }, [
      { skuId: 'A' },
      { skuId: 'B' },
    ]);
    now -= DAY_MS;
  });
  afterAll(async () => {
    await inventory.close();
    await database.remove();
  });

  const page = { filter: {}, order: 'SKU_ID', descending: false, after: null, limit: 10 } as const;
  const timesOf = async () =>
    (await inventory.listSkus('acme', page, unmetered)).map(({ skuId, updatedAt }) => [skuId, updatedAt]);

  test('leaves updatedAt and changedAt where they are, row by row of a group', async () => {
    await createCatalog(store, clock).save({ supplierId: 'acme', actor: 'seed' }, [{ skuId: 'C' }]);
    const rows = ['A', 'B', 'C', 'A'].map((skuId, i) => setSku(skuId, { quantityInStock: i + 1 }));
    await inventory.update(requestOf(origin, rows, { groupId: 'group' }));
    const changes = await inventory.changesAfter('acme', 0, { groupId: 'group' }, 10, unmetered);
    expect(changes.map(({ skuId, changedAt }) => [skuId, changedAt])).toEqual([
      ['A', START],
      ['B', START],
      ['C', YESTERDAY],
      ['A', START],
    ]);
    expect(await timesOf()).toEqual([
      ['A', START],
      ['B', START],
      ['C', YESTERDAY],
    ]);
  });

  test('and an import that lists a SKU anew leaves its time too', async () => {
    await createCatalog(store, clock).save({ supplierId: 'acme', actor: 'seed' }, [
      { skuId: 'A', title: 'Renamed', quantityInStock: 77 },
      { skuId: 'B', title: 'Renamed' },
    ]);
    expect((await timesOf()).slice(0, 2)).toEqual([
      ['A', START],
      ['B', START],
    ]);
  });
});
