/** What updates do to each other, in one call and at the same time: their order, their neighbours, no gap anywhere. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { updateFor, type Origin } from '../support/requests.ts';
import { MAX_QUANTITY } from '../../src/domain/sku.ts';
import { openMall, range, set, setBy, type Mall } from '../support/suppliers.ts';
import { describeOnEachStore } from '../support/stores/stores.ts';

describeOnEachStore('an update', (kind) => {
  let mall: Mall;
  beforeAll(async () => {
    mall = await openMall(kind);
  });
  afterAll(() => mall.close());

  test('is applied in its turn among several, and a refused one touches no other', async () => {
    const shop = await mall.openShop(['A', 'B', 'C'].map((skuId) => ({ skuId })));
    const results = await shop.update(
      set('C', { quantityInStock: 1 }),
      set('A', { quantityOnBackorder: 2 }),
      set('nope', { quantityInStock: 9 }),
      set('B', { quantityInStock: 0 }),
      set('B', { restrictions: 'discontd' }),
    );
    expect(results.map(({ outcome }) => outcome)).toEqual([
      'APPLIED',
      'APPLIED',
      'REJECTED',
      'UNCHANGED',
      'APPLIED',
    ]);
    expect(await shop.states()).toEqual([
      ['A', 0, 2, null, 1],
      ['B', 0, 0, 'discontd', 1],
      ['C', 1, 0, null, 1],
    ]);
    const changes = await shop.changes();
    expect(changes.map(({ position, sku_id }) => [position, sku_id])).toEqual([
      [1, 'C'],
      [2, 'A'],
      [3, 'B'],
    ]);
    expect(await shop.update()).toEqual([]);
  });

  test('sees what the ones before it in the same call left, by whatever name', async () => {
    const shop = await mall.openShop([{ skuId: 'A', upca: '036000291452', quantityInStock: 10 }]);
    const results = await shop.update(
      set('A', { quantityInStock: 3 }),
      setBy('ean13', '0036000291452', { quantityOnBackorder: 5 }),
      setBy('upca', '036000291452', { quantityInStock: 3 }),
      set('A', { quantityInStock: 10, quantityOnBackorder: 0 }),
    );
    expect(results.map(({ outcome }) => outcome)).toEqual(['APPLIED', 'APPLIED', 'UNCHANGED', 'APPLIED']);
    expect(results[2]).toMatchObject({ sku: { version: 2, quantityInStock: 3, quantityOnBackorder: 5 } });
    expect(await shop.states()).toEqual([['A', 10, 0, null, 3]]);
    expect(await shop.changes()).toMatchObject([
      {
        position: 1,
        version: 1,
        quantity_in_stock_before: 10,
        quantity_in_stock: 3,
        quantity_on_backorder: 0,
      },
      {
        position: 2,
        version: 2,
        quantity_in_stock_before: 3,
        quantity_in_stock: 3,
        quantity_on_backorder: 5,
      },
      {
        position: 3,
        version: 3,
        quantity_in_stock_before: 3,
        quantity_in_stock: 10,
        quantity_on_backorder_before: 5,
        quantity_on_backorder: 0,
      },
    ]);
  });

  test('of one SKU, a hundred at once, makes versions 1 to 100 and positions 1 to 100', async () => {
    const shop = await mall.openShop([{ skuId: 'A' }]);
    const results = await Promise.all(range(100).map((n) => shop.update(set('A', { quantityInStock: n }))));
    expect(results.flat().map((result) => 'sku' in result && result.sku.version)).toEqual(range(100));
    const changes = await shop.changes();
    expect(
      changes.map(({ version, position, quantity_in_stock }) => [version, position, quantity_in_stock]),
    ).toEqual(range(100).map((n) => [n, n, n]));
    expect(changes.map((change) => change.quantity_in_stock_before)).toEqual(range(100).map((n) => n - 1));
    expect(await shop.states()).toEqual([['A', 100, 0, null, 100]]);
  });

  test('of one supplier changes nothing of another that sells under the same names', async () => {
    const rows = [{ skuId: 'A', upca: '036000291452' }, { skuId: 'B' }];
    const [one, two, idle] = [
      await mall.openShop(rows),
      await mall.openShop(rows),
      await mall.openShop(rows),
    ];
    await Promise.all(
      range(25).flatMap((n) => [
        one.update(setBy('upca', '036000291452', { quantityInStock: n })),
        two.update(set('A', { quantityInStock: 1000 + n }), set('B', { quantityOnBackorder: n })),
      ]),
    );
    expect(await one.states()).toEqual([
      ['A', 25, 0, null, 25],
      ['B', 0, 0, null, 0],
    ]);
    expect(await two.states()).toEqual([
      ['A', 1025, 0, null, 25],
      ['B', 0, 25, null, 25],
    ]);
    expect((await one.changes()).map(({ position }) => position)).toEqual(range(25));
    expect((await two.changes()).map(({ position }) => position)).toEqual(range(50));
    expect([await one.lastPosition(), await two.lastPosition(), await idle.lastPosition()]).toEqual([
      25, 50, 0,
    ]);
    expect(await idle.changes()).toEqual([]);
  });

  test('is recorded with its own source and actor, also when it shares a commit', async () => {
    const shop = await mall.openShop([{ skuId: 'A' }]);
    const origins: Origin[] = [
      { ...shop.origin, source: 'GRAPHQL', actor: 'dashboard' },
      { ...shop.origin, source: 'REST', actor: 'nightly script' },
      { ...shop.origin, source: 'IMPORT', actor: 'Zoë 😀' },
    ];
    await Promise.all(
      origins.map((origin, i) => updateFor(mall.inventory, origin, [set('A', { quantityInStock: i + 1 })])),
    );
    const changes = await shop.changes();
    expect(changes.map(({ source, actor, version }) => [source, actor, version])).toEqual([
      ['GRAPHQL', 'dashboard', 1],
      ['REST', 'nightly script', 2],
      ['IMPORT', 'Zoë 😀', 3],
    ]);
  });

  test.each([-1, MAX_QUANTITY + 1])(
    'that the store refuses (%i in stock) is undone whole, and takes no neighbour along',
    async (quantityInStock) => {
      const shop = await mall.openShop(['A', 'B', 'C'].map((skuId) => ({ skuId })));
      const settled = await Promise.allSettled([
        shop.update(set('A', { quantityInStock: 1 })),
        shop.update(set('B', { quantityInStock: 2 }), set('A', { quantityInStock })),
        shop.update(set('C', { quantityInStock: 3 })),
      ]);
      expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(await shop.states()).toEqual([
        ['A', 1, 0, null, 1],
        ['B', 0, 0, null, 0],
        ['C', 3, 0, null, 1],
      ]);
      const changes = await shop.changes();
      expect(changes.map(({ position, sku_id }) => [position, sku_id])).toEqual([
        [1, 'A'],
        [2, 'C'],
      ]);
    },
  );

  test('may come five thousand in one call', async () => {
    const skuIds = range(2500).map((n) => `S${String(n).padStart(4, '0')}`);
    const shop = await mall.openShop(skuIds.map((skuId) => ({ skuId })));
    const round = (quantityInStock: number) => skuIds.map((skuId) => set(skuId, { quantityInStock }));
    const results = await shop.update(...round(1), ...round(2));
    expect(results.map((result) => 'sku' in result && `${result.sku.skuId} ${result.sku.version}`)).toEqual(
      [1, 2].flatMap((version) => skuIds.map((skuId) => `${skuId} ${version}`)),
    );
    expect(await shop.states()).toEqual(skuIds.map((skuId) => [skuId, 2, 0, null, 2]));
    const changes = await shop.changes();
    expect(changes.map(({ position, sku_id }) => `${position} ${sku_id}`)).toEqual(
      [...skuIds, ...skuIds].map((skuId, i) => `${i + 1} ${skuId}`),
    );
  });
});
