/** The index of a list of SKUs is the list itself, counted, with every so-many-th cursor: compared with a list that is made in memory. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createCatalog } from '../../src/db/catalog.ts';
import { createRanking } from '../../src/db/sku/rank-skus.ts';
import type { Sku } from '../../src/domain/sku.ts';
import { createRandom } from '../crash/random.ts';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';
import { range } from '../support/range.ts';
import { describeOnEachStore } from '../support/stores/stores.ts';

const INDEX = `query ($every: Int!, $first: Int! = 1, $after: String, $filter: SkuFilterInput, $orderBy: SkuOrderInput!) {
  skus(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
    index(every: $every) { count every cursors }
    nodes { skuId }
  }
}`;
const BULK = `mutation ($input: BulkUpdateSkuInventoryInput!) { bulkUpdateSkuInventory(input: $input) { appliedCount } }`;
const COUNT = 1_500;
const letters = ['a', 'B', 'é', '\uff21', '😀', '-'];

/** A list of SKUs in memory. */
const orders: Record<string, (sku: Sku) => string | number> = {
  SKU_ID: ({ skuId }) => skuId,
  UPDATED_AT: ({ updatedAt }) => updatedAt,
  QUANTITY_IN_STOCK: ({ quantityInStock }) => quantityInStock,
};
function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
}

describeOnEachStore('the index of a list', (kind) => {
  let gateway: Gateway;
  let skus: readonly Sku[];
  const { below: random } = createRandom(kind === 'sqlite' ? 11 : 12);
  const pick = <T>(items: readonly T[]): T => items[random(items.length)] as T;

  beforeAll(async () => {
    let now = Date.parse('2026-11-01T09:30:00.000Z');
    gateway = await openGateway(kind, () => new Date((now += random(3))));
    const save = createCatalog(gateway.store, () => new Date(now)).save;
    const skuIds = range(COUNT).map((n) => `${pick(letters)}${pick(letters)}${n}`);
    const rows = skuIds.map((skuId, n) => ({
      skuId,
      title: pick(['Red kite', 'Blue kite', 'Book']),
      quantityInStock: random(4) === 0 ? 2_147_483_647 - random(3) : random(5),
      ...(n % 2 === 0 && { upca: 'Does not apply' }),
      ...(n % 3 === 0 && { gtin14: '04006381333931' }),
    }));
    await save({ supplierId: 'acme', actor: 'seed' }, rows);
    await save({ supplierId: 'rival', actor: 'seed' }, rows.slice(0, 70));
    for (const start of [0, 500, 900]) {
      const updates = skuIds
        .slice(start, start + 300)
        .map((skuId) => ({ identifier: { skuId }, quantityInStock: 10 + random(3) }));
      await gateway.graphql(BULK, { input: { updates } });
    }
    await gateway.store.db
      .updateTable('sku')
      .set({ deleted_at: new Date(now).toISOString() })
      .where('supplier_id', '=', 'acme')
      .where('sku_id', 'in', skuIds.slice(5, 15))
      .execute();
    const page = { filter: {}, order: 'SKU_ID', descending: false, after: null, limit: 10_000 } as const;
    skus = await gateway.inventory.listSkus('acme', page);
    expect(skus.length).toBeGreaterThan(COUNT - 20);
  }, 60_000);
  afterAll(() => gateway.close());

  async function ask(variables: object, token?: string) {
    const { body } = await gateway.graphql(INDEX, { orderBy: { field: 'SKU_ID' }, ...variables }, token);
    expect(body.errors).toBeUndefined();
    return body.data.skus;
  }

  const filters: readonly (readonly [object, (sku: Sku) => boolean])[] = [
    [{}, () => true],
    [{ search: 'KITE' }, ({ title }) => title?.includes('kite') === true],
    [{ search: 'nothing has this' }, () => false],
    [{ quantityInStock: { min: 3, max: 11 } }, ({ quantityInStock: n }) => n >= 3 && n <= 11],
    [{ availability: 'OUT_OF_STOCK' }, ({ quantityInStock: n, restrictions }) => n === 0 && !restrictions],
    [{ identifiers: [{ upca: 'Does not apply' }] }, ({ upca }) => upca === 'Does not apply'],
    [
      { identifiers: [{ upca: 'Does not apply' }, { gtin14: '04006381333931' }, { skuId: 'GONE' }] },
      ({ upca, gtin14, skuId }) =>
        upca === 'Does not apply' || gtin14 === '04006381333931' || skuId === 'GONE',
    ],
    [
      { skuIds: ['shared', 'EACH', 'BOOK-NEW', 'none'] },
      ({ skuId }) => /^(?:shared|EACH|BOOK-NEW)$/.test(skuId),
    ],
    [{ skuIds: [] }, () => false],
  ];

  test.each(Object.keys(orders))('by %s is that of a list in memory, with every filter', async (field) => {
    for (const direction of ['ASC', 'DESC'])
      for (const [filter, passes] of filters) {
        const key = orders[field] ?? (() => 0);
        const sign = direction === 'ASC' ? 1 : -1;
        const list = skus
          .filter(passes)
          .toSorted((a, b) => sign * (compare(key(a), key(b)) || compare(a.skuId, b.skuId)));
        const every = pick([1, 2, 3, 7, 50, 100, 1_000]);
        const { index } = await ask({ every, filter, orderBy: { field, direction } });
        const cursors = list
          .filter((_sku, i) => (i + 1) % every === 0)
          .map((sku) => Buffer.from(JSON.stringify([field, key(sku), sku.skuId])).toString('base64url'));
        expect({ filter, direction, index }).toEqual({
          ...{ filter, direction },
          index: { count: list.length, every, cursors },
        });
      }
  });

  test('leads to the pages that a walk finds', async () => {
    const orderBy = { field: 'QUANTITY_IN_STOCK', direction: 'DESC' };
    const first = 100;
    const { index, nodes } = await ask({ every: first, first, orderBy });
    const jumped = [nodes];
    for (const after of index.cursors)
      jumped.push((await ask({ every: 1_000, first, after, orderBy })).nodes);
    expect(jumped.flat()).toHaveLength(skus.length);
    expect(new Set(jumped.flat().map(({ skuId }) => skuId)).size).toBe(skus.length);
  });

  test("counts the caller's own SKUs alone", async () => {
    expect((await ask({ every: 100 }, tokens.rival)).index.count).toBe(73);
  });

  test.each([0, -1, 1_001])('a step of %i is BAD_USER_INPUT', async (every) => {
    const { body } = await gateway.graphql(INDEX, { every, orderBy: { field: 'SKU_ID' } });
    expect(body.errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT', problems: [{ path: ['every'] }] } },
    ]);
  });

  test.each(['TOO_MANY_MARKS', 'TOO_MANY_SKUS'] as const)(
    'a list too long for it is an error that says what to do: %s',
    async (reason) => {
      vi.spyOn(gateway.inventory, 'indexSkus').mockResolvedValueOnce(reason);
      const { body } = await gateway.graphql(INDEX, { every: 2, orderBy: { field: 'SKU_ID' } });
      expect(body.errors).toMatchObject([
        {
          message: expect.stringMatching(/^every: .*arrow the filter/),
          extensions: { code: 'BAD_USER_INPUT' },
        },
      ]);
    },
  );

  test('is read no further than the marks that are asked for', async () => {
    const all = { filter: {}, descending: false, every: 2, atMost: 400 } as const;
    for (const order of ['SKU_ID', 'UPDATED_AT'] as const)
      expect(await gateway.inventory.indexSkus('acme', { ...all, order })).toBe('TOO_MANY_MARKS');
  });

  test('is one in an operation; the numbers of rows in bulk calls are none', async () => {
    const { body } = await gateway.graphql('{ skus { a: index { count } b: index { count } } }');
    expect(body.errors).toMatchObject([{ message: expect.stringContaining('at most 1 index of a list') }]);
    const call = 'bulkUpdateSkuInventory(input: { updates: [] }) { results { index i: index } }';
    const rows = await gateway.graphql(`mutation { ${call} b: ${call} }`);
    expect(rows.body.errors).toBeUndefined();
  });
});

describe('a ranking', () => {
  test('sorts any values, and those that are equal by when they were added', async () => {
    const { below: random } = createRandom(13);
    for (const most of [0, 1, 70_000, 2_147_483_647, 2 ** 45]) {
      const ranking = createRanking();
      const items = range(40_000).map((n) => ({
        skuId: `😀${n}`.repeat(1 + random(3)),
        value: 1_000 + Math.floor((most * random(1_000)) / 999),
      }));
      for (const { skuId, value } of items) ranking.add(skuId, value);
      const sorted = await ranking.sorted();
      expect(Array.from(sorted, (number) => ranking.at(number))).toEqual(
        items.toSorted((a, b) => a.value - b.value),
      );
    }
  });
});
