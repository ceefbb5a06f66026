/** What updates do to each other, in one call and at the same time: their order, their neighbours, no gap anywhere. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { setBy, setSku, updateFor, type Origin } from '../support/requests.ts';
import { MAX_QUANTITY } from '../../src/domain/sku.ts';
import { openSuppliers, type Suppliers } from '../support/suppliers.ts';
import { describeOnEachStore } from '../support/stores/stores.ts';
import { range } from '../support/range.ts';

describeOnEachStore('an update', (kind) => {
  let suppliers: Suppliers;
  beforeAll(async () => {
    suppliers = await openSuppliers(kind);
  });
  afterAll(() => suppliers.close());

  test('is applied in its turn among several, and a refused one touches no other', async () => {
    const supplier = await suppliers.addSupplier(['A', 'B', 'C'].map((skuId) => ({ skuId })));
    const results = await supplier.update(
      setSku('C', { quantityInStock: 1 }),
      setSku('A', { quantityOnBackorder: 2 }),
      setSku('nope', { quantityInStock: 9 }),
      setSku('B', { quantityInStock: 0 }),
      setSku('B', { restrictions: 'discontd' }),
    );
    expect(results.map(({ outcome }) => outcome)).toEqual([
      'APPLIED',
      'APPLIED',
      'REJECTED',
      'UNCHANGED',
      'APPLIED',
    ]);
    expect(await supplier.states()).toEqual([
      ['A', 0, 2, null, 1],
      ['B', 0, 0, 'discontd', 1],
      ['C', 1, 0, null, 1],
    ]);
    const changes = await supplier.changes();
    expect(changes.map(({ position, sku_id }) => [position, sku_id])).toEqual([
      [1, 'C'],
      [2, 'A'],
      [3, 'B'],
    ]);
    expect(await supplier.update()).toEqual([]);
  });

  test('sees what the ones before it in the same call left, by whatever name', async () => {
    const supplier = await suppliers.addSupplier([{ skuId: 'A', upca: '036000291452', quantityInStock: 10 }]);
    const results = await supplier.update(
      setSku('A', { quantityInStock: 3 }),
      setBy('ean13', '0036000291452', { quantityOnBackorder: 5 }),
      setBy('upca', '036000291452', { quantityInStock: 3 }),
      setSku('A', { quantityInStock: 10, quantityOnBackorder: 0 }),
    );
    expect(results.map(({ outcome }) => outcome)).toEqual(['APPLIED', 'APPLIED', 'UNCHANGED', 'APPLIED']);
    expect(results[2]).toMatchObject({ sku: { version: 2, quantityInStock: 3, quantityOnBackorder: 5 } });
    expect(await supplier.states()).toEqual([['A', 10, 0, null, 3]]);
    expect(await supplier.changes()).toMatchObject([
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
    const supplier = await suppliers.addSupplier([{ skuId: 'A' }]);
    const results = await Promise.all(
      range(100).map((n) => supplier.update(setSku('A', { quantityInStock: n }))),
    );
    expect(results.flat().map((result) => 'sku' in result && result.sku.version)).toEqual(range(100));
    const changes = await supplier.changes();
    expect(
      changes.map(({ version, position, quantity_in_stock }) => [version, position, quantity_in_stock]),
    ).toEqual(range(100).map((n) => [n, n, n]));
    expect(changes.map((change) => change.quantity_in_stock_before)).toEqual(range(100).map((n) => n - 1));
    expect(await supplier.states()).toEqual([['A', 100, 0, null, 100]]);
  });

  test('of one supplier changes nothing of another that sells under the same names', async () => {
    const rows = [{ skuId: 'A', upca: '036000291452' }, { skuId: 'B' }];
    const [one, two, idle] = [
      await suppliers.addSupplier(rows),
      await suppliers.addSupplier(rows),
      await suppliers.addSupplier(rows),
    ];
    await Promise.all(
      range(25).flatMap((n) => [
        one.update(setBy('upca', '036000291452', { quantityInStock: n })),
        two.update(setSku('A', { quantityInStock: 1000 + n }), setSku('B', { quantityOnBackorder: n })),
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
    const supplier = await suppliers.addSupplier([{ skuId: 'A' }]);
    const origins: Origin[] = [
      { ...supplier.origin, source: 'GRAPHQL', actor: 'dashboard' },
      { ...supplier.origin, source: 'REST', actor: 'nightly script' },
      { ...supplier.origin, source: 'IMPORT', actor: 'Zoë 😀' },
    ];
    await Promise.all(
      origins.map((origin, i) =>
        updateFor(suppliers.inventory, origin, [setSku('A', { quantityInStock: i + 1 })]),
      ),
    );
    const changes = await supplier.changes();
    expect(changes.map(({ source, actor, version }) => [source, actor, version])).toEqual([
      ['GRAPHQL', 'dashboard', 1],
      ['REST', 'nightly script', 2],
      ['IMPORT', 'Zoë 😀', 3],
    ]);
  });

  test.each([-1, MAX_QUANTITY + 1])(
    'that the store refuses (%i in stock) is undone whole, and takes no neighbour along',
    async (quantityInStock) => {
      const supplier = await suppliers.addSupplier(['A', 'B', 'C'].map((skuId) => ({ skuId })));
      const settled = await Promise.allSettled([
        supplier.update(setSku('A', { quantityInStock: 1 })),
        supplier.update(setSku('B', { quantityInStock: 2 }), setSku('A', { quantityInStock })),
        supplier.update(setSku('C', { quantityInStock: 3 })),
      ]);
      expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(await supplier.states()).toEqual([
        ['A', 1, 0, null, 1],
        ['B', 0, 0, null, 0],
        ['C', 3, 0, null, 1],
      ]);
      const changes = await supplier.changes();
      expect(changes.map(({ position, sku_id }) => [position, sku_id])).toEqual([
        [1, 'A'],
        [2, 'C'],
      ]);
    },
  );

  test('may come five thousand in one call', async () => {
    const skuIds = range(2500).map((n) => `S${String(n).padStart(4, '0')}`);
    const supplier = await suppliers.addSupplier(skuIds.map((skuId) => ({ skuId })));
    const round = (quantityInStock: number) => skuIds.map((skuId) => setSku(skuId, { quantityInStock }));
    const results = await supplier.update(...round(1), ...round(2));
    expect(results.map((result) => 'sku' in result && `${result.sku.skuId} ${result.sku.version}`)).toEqual(
      [1, 2].flatMap((version) => skuIds.map((skuId) => `${skuId} ${version}`)),
    );
    expect(await supplier.states()).toEqual(skuIds.map((skuId) => [skuId, 2, 0, null, 2]));
    const changes = await supplier.changes();
    expect(changes.map(({ position, sku_id }) => `${position} ${sku_id}`)).toEqual(
      [...skuIds, ...skuIds].map((skuId, i) => `${i + 1} ${skuId}`),
    );
  });
});
