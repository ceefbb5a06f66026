/** Lists of SKUs as dashboards read them: filters, orders, pages, counts, global ids, and how many statements they cost. */
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createCatalog } from '../../src/db/catalog.ts';
import type { CatalogRow } from '../../src/domain/catalog.ts';
import {
  availabilities,
  availabilityOf,
  conditions,
  restrictions,
  type Restriction,
} from '../../src/domain/sku.ts';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';
import { describeOnEachStore } from '../support/stores/stores.ts';
import { range } from '../support/range.ts';

const wire = { DISCONTD: 'discontd', TMPUNAVAIL: 'tmpunavail' } as const satisfies Record<
  string,
  Restriction
>;

const SKUS = `query ($first: Int! = 100, $after: String, $filter: SkuFilterInput, $orderBy: SkuOrderInput! = { field: SKU_ID }) {
  skus(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
    nodes { id skuId title condition upca isbn quantityInStock quantityOnBackorder restrictions availability version updatedAt }
    edges { cursor node { skuId } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    totalCount
  }
}`;
const BULK = `mutation ($input: BulkUpdateSkuInventoryInput!) {
  bulkUpdateSkuInventory(input: $input) { appliedCount }
}`;

interface Node {
  readonly id: string;
  readonly skuId: string;
  readonly title: string | null;
  readonly quantityInStock: number;
  readonly quantityOnBackorder: number;
  readonly restrictions: keyof typeof wire | null;
  readonly availability: string;
  readonly updatedAt: string;
}
interface Page {
  readonly nodes: readonly Node[];
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly skuId: string } }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly totalCount: number;
}

async function list(gateway: Gateway, variables: object = {}, token?: string): Promise<Page> {
  const { body } = await gateway.graphql(SKUS, variables, token);
  expect(body.errors).toBeUndefined();
  return body.data.skus;
}

async function errorOf(gateway: Gateway, variables: object): Promise<unknown> {
  const { body } = await gateway.graphql(SKUS, variables);
  return body.errors?.[0].extensions.code;
}

const idsOf = ({ nodes }: Page) => nodes.map(({ skuId }) => skuId);
const cursorOf = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');

/** Every SKU of the caller's, by walking all pages. */
async function walk(gateway: Gateway, variables: object, between?: (page: number) => Promise<unknown>) {
  const nodes: Node[] = [];
  let after: string | null = null;
  for (let page = 1; ; page++) {
    const { nodes: more, pageInfo }: Page = await list(gateway, { ...variables, after });
    expect(pageInfo.hasPreviousPage).toBe(page > 1);
    nodes.push(...more);
    if (!pageInfo.hasNextPage) return nodes;
    expect(more.length).toBeGreaterThan(0);
    after = pageInfo.endCursor;
    await between?.(page);
  }
}

const moments = ['2026-11-01T09:00:00.000Z', '2026-11-02T09:00:00.000Z', '2026-11-03T09:00:00.000Z'];
/** 60 SKUs in every combination of restriction, stock and backorder, at three moments. */
const combinations: readonly CatalogRow[] = range(60).map((n) => ({
  skuId: `${n % 2 ? 'c' : 'C'}-${String(n * 37).padStart(4, '0')}`,
  title: `Combination ${n}`,
  condition: conditions[n % 3] ?? null,
  quantityInStock: [0, 1, 5, 5][n % 4] ?? 0,
  quantityOnBackorder: n % 5 < 2 ? 0 : n,
  restrictions: [null, null, ...restrictions][n % 7] ?? null,
}));
const odd: readonly CatalogRow[] = [
  { skuId: 'odd-1', title: '100% cotton' },
  { skuId: 'odd-2', title: '100 cotton' },
  { skuId: 'odd_3', title: 'Under_score' },
  { skuId: 'odd-4', title: 'Under-score' },
  { skuId: 'odd-5', title: String.raw`C:\temp` },
  { skuId: 'odd-6', title: "Robert'); drop table sku;--" },
  { skuId: 'CAFÉ-7', title: 'CAFÉ Ölçü Straße' },
  { skuId: 'odd:8/a b?', title: '𝟾 mathematical' },
];

async function seed(gateway: Gateway): Promise<void> {
  for (const [i, moment] of moments.entries()) {
    const rows = [...combinations.filter((_, n) => n % 3 === i), ...(i === 1 ? odd : [])];
    await createCatalog(gateway.store, () => new Date(moment)).save(
      { supplierId: 'acme', actor: 'seed' },
      rows,
    );
  }
}

describeOnEachStore('a list of SKUs', (kind) => {
  let gateway: Gateway;
  let all: readonly Node[] = [];
  beforeAll(async () => {
    gateway = await openGateway(kind, () => new Date('2026-11-02T12:00:00.000Z'));
    await seed(gateway);
    all = await walk(gateway, { first: 100 });
    expect(all).toHaveLength(77);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });
  afterAll(() => gateway.close());

  /** The ids that the filter lets through, which must be those that hold, and as many as it says. */
  async function expectHolds(filter: object, holds: (sku: Node) => boolean): Promise<void> {
    const page = await list(gateway, { filter });
    const expected = all.filter(holds).map(({ skuId }) => skuId);
    expect(idsOf(page)).toEqual(expected);
    expect(page.totalCount).toBe(expected.length);
  }

  describe('is filtered', () => {
    test('by skuIds, exact and case-sensitive; none where the list is empty', async () => {
      const skuIds = ['odd-1', 'GONE', 'gone', 'unknown', 'rival-only', 'odd-1'];
      expect(idsOf(await list(gateway, { filter: { skuIds } }))).toEqual(['GONE', 'odd-1']);
      expect(await list(gateway, { filter: { skuIds: [] } })).toMatchObject({ nodes: [], totalCount: 0 });
    });

    test('by identifiers in any spelling, with all that share a code; none where the list is empty', async () => {
      const identifiers = [
        { isbn: '0306406152' },
        { upca: '0-36000-29145-2' },
        { skuId: 'odd-1' },
        { ean13: '0' },
      ];
      expect(idsOf(await list(gateway, { filter: { identifiers } }))).toEqual([
        ...['BOOK-NEW', 'BOOK-USED', 'odd-1', 'shared'],
      ]);
      expect(idsOf(await list(gateway, { filter: { identifiers: [{ ean13: '5901234123457' }] } }))).toEqual(
        [],
      );
      expect(idsOf(await list(gateway, { filter: { identifiers: [] } }))).toEqual([]);
      const both = { identifiers, skuIds: ['odd-1', 'BOOK-USED', 'EACH'] };
      expect(idsOf(await list(gateway, { filter: both }))).toEqual(['BOOK-USED', 'odd-1']);
    });

    test.each([
      ['0% C', ['odd-1']],
      ['100', ['odd-1', 'odd-2']],
      ['%', ['odd-1']],
      ['_', ['odd_3']],
      ['R_S', ['odd_3']],
      [String.raw`:\T`, ['odd-5']],
      ['\\', ['odd-5']],
      ["'); DROP", ['odd-6']],
      ['book', ['BOOK-NEW', 'BOOK-USED']],
      ['xKUOWsq', ['xkuOwSQ3utl']],
      ['CAFÉ', ['CAFÉ-7']],
      ['ÖlÇü strAße', []],
      ['Ölçü straße', ['CAFÉ-7']],
      ['𝟾 Math', ['odd:8/a b?']],
      ['no such thing', []],
    ])('by the text %j in the title or the skuId, in any case', async (search, expected) => {
      // What only another alphabet's case tells apart may be found or not.
      const found = idsOf(await list(gateway, { filter: { search } }));
      expect(expected.length === 0 ? found.filter((skuId) => skuId !== 'CAFÉ-7') : found).toEqual(expected);
    });

    test('by no text where the text is empty', async () => {
      await expectHolds({ search: '' }, () => true);
    });

    test.each(['DISCONTD', 'TMPUNAVAIL', null] as const)('by the restriction %s', async (restriction) => {
      await expectHolds({ restrictions: restriction }, (sku) => sku.restrictions === restriction);
    });

    test.each(availabilities)('by the availability %s, as each SKU tells it', async (availability) => {
      await expectHolds({ availability }, (sku) => sku.availability === availability);
      expect(all.filter((sku) => sku.availability === availability).length).toBeGreaterThan(2);
      for (const sku of all) {
        const restriction = sku.restrictions && wire[sku.restrictions];
        expect(sku.availability).toBe(availabilityOf({ ...sku, restrictions: restriction }));
      }
    });

    test.each([
      { min: 1 },
      { max: 4 },
      { min: 1, max: 5 },
      { min: 5, max: 5 },
      { min: 6, max: 5 },
      { min: null, max: 0 },
      { min: -5 },
      { min: -2147483648, max: 2147483647 },
      {},
    ])('by a quantity in stock in %j, both ends included', async (quantityInStock) => {
      const { min, max } = { min: undefined, max: undefined, ...quantityInStock };
      await expectHolds(
        { quantityInStock },
        (sku) => sku.quantityInStock >= (min ?? -Infinity) && sku.quantityInStock <= (max ?? Infinity),
      );
    });

    test('by when they last changed, in any time zone, the moment itself left out', async () => {
      for (const moment of moments) {
        await expectHolds({ updatedAfter: moment }, (sku) => sku.updatedAt > moment);
      }
      await expectHolds(
        { updatedAfter: '2026-11-02T08:59:59.999Z' },
        (sku) => sku.updatedAt >= (moments[1] ?? ''),
      );
      await expectHolds(
        { updatedAfter: '2026-11-02T10:00:00+01:00' },
        (sku) => sku.updatedAt > (moments[1] ?? ''),
      );
      expect(await errorOf(gateway, { filter: { updatedAfter: 'yesterday' } })).toBe('BAD_USER_INPUT');
    });

    test('by all that is given; null is as absent, but for the restriction', async () => {
      const filter = {
        search: 'combination',
        restrictions: null,
        availability: 'IN_STOCK',
        quantityInStock: { min: 5 },
        updatedAfter: moments[0],
      };
      const holds = (sku: Node) =>
        sku.title?.startsWith('Combination') === true &&
        sku.availability === 'IN_STOCK' &&
        sku.quantityInStock >= 5 &&
        sku.updatedAt > (moments[0] ?? '');
      await expectHolds(filter, holds);
      expect(all.filter(holds).length).toBeGreaterThan(3);
      const nothing = {
        skuIds: null,
        identifiers: null,
        search: null,
        availability: null,
        quantityInStock: null,
      };
      await expectHolds({ ...nothing, updatedAfter: null }, () => true);
      expect(await list(gateway, { filter: null })).toEqual(await list(gateway));
    });

    test.each([
      { skuIds: range(101).map(String) },
      { identifiers: range(101).map((n) => ({ skuId: `S${n}` })) },
      { identifiers: [{ skuId: ' ' }] },
      { identifiers: [{}] },
      { search: 'x'.repeat(101) },
      { search: 'a\0b' },
      { quantityInStock: { min: 2147483648 } },
      { availability: 'LOTS' },
    ])('within its limits; past them it is BAD_USER_INPUT (%#)', async (filter) => {
      expect(await errorOf(gateway, { filter })).toBe('BAD_USER_INPUT');
    });

    test.each([['a\0b'], ['\ud800']])(
      'by a skuId that no store can hold finds nothing or is refused',
      async (skuId) => {
        expect([undefined, 'BAD_USER_INPUT']).toContain(
          await errorOf(gateway, { filter: { skuIds: [skuId] } }),
        );
      },
    );
  });

  describe('is ordered', () => {
    const keys = {
      SKU_ID: (sku: Node) => sku.skuId,
      UPDATED_AT: (sku: Node) => sku.updatedAt,
      QUANTITY_IN_STOCK: (sku: Node) => sku.quantityInStock,
    };
    const orders = Object.entries(keys).flatMap(([field, key]) =>
      (['ASC', 'DESC'] as const).map((direction) => [field, direction, key] as const),
    );

    test.each(orders)(
      'by %s %s, equals by skuId, and walked by pages of any size each once',
      async (field, direction, key) => {
        const compare = <T extends string | number>(a: T, b: T) => (a < b ? -1 : Number(a > b));
        const expected = all
          .toSorted((a, b) => compare(key(a), key(b)) || compare(a.skuId, b.skuId))
          .map(({ skuId }) => skuId);
        if (direction === 'DESC') expected.reverse();
        for (const first of [7, 11, 76, 77, 100]) {
          const walked = await walk(gateway, { first, orderBy: { field, direction } });
          expect(walked.map(({ skuId }) => skuId)).toEqual(expected);
        }
      },
    );

    test('by skuId where nothing is said, and upwards where only the field is', async () => {
      expect(idsOf(await list(gateway, { first: 100 }))).toEqual(all.map(({ skuId }) => skuId));
      const { nodes } = await list(gateway, { orderBy: { field: 'QUANTITY_IN_STOCK' } });
      expect(nodes[0]?.quantityInStock).toBe(0);
    });

    test('and filtered at once, page by page', async () => {
      const filter = { availability: 'IN_STOCK' };
      const orderBy = { field: 'QUANTITY_IN_STOCK', direction: 'DESC' };
      const walked = await walk(gateway, { first: 3, filter, orderBy });
      expect(new Set(walked.map(({ skuId }) => skuId)).size).toBe(walked.length);
      expect(walked).toHaveLength(all.filter((sku) => sku.availability === 'IN_STOCK').length);
      const quantities = walked.map(({ quantityInStock }) => quantityInStock);
      expect(quantities).toEqual(quantities.toSorted((a, b) => b - a));
    });
  });

  describe('is paged', () => {
    test.each([0, -1, 101, 2147483647])('not by %i SKUs: BAD_USER_INPUT', async (first) => {
      expect(await errorOf(gateway, { first })).toBe('BAD_USER_INPUT');
    });

    test('by 20 where nothing is said', async () => {
      const { body } = await gateway.graphql('{ skus { nodes { skuId } pageInfo { hasNextPage } } }');
      expect(body.data.skus.nodes).toHaveLength(20);
      expect(body.data.skus.pageInfo.hasNextPage).toBe(true);
    });

    test("from behind any edge's cursor, its own SKU gone or not from the filter", async () => {
      const { edges, pageInfo } = await list(gateway, { first: 5 });
      expect([pageInfo.startCursor, pageInfo.endCursor]).toEqual([edges[0]?.cursor, edges[4]?.cursor]);
      const next = await list(gateway, { first: 2, after: edges[1]?.cursor });
      expect(idsOf(next)).toEqual(all.slice(2, 4).map(({ skuId }) => skuId));
      const behind = cursorOf('SKU_ID', 'odd-3-that-never-was', 'odd-3-that-never-was');
      expect(idsOf(await list(gateway, { first: 1, after: behind }))).toEqual(['odd-4']);
    });

    test('past the end by an empty page that tells of no next', async () => {
      const last = await list(gateway, { first: 100 });
      const page = await list(gateway, { after: last.pageInfo.endCursor });
      expect(page).toMatchObject({ nodes: [], totalCount: 77 });
      expect(page.pageInfo).toMatchObject({ hasNextPage: false, endCursor: last.pageInfo.endCursor });
    });

    test.each([
      '',
      '%%%',
      Buffer.from('hello').toString('base64url'),
      cursorOf(),
      cursorOf('SKU_ID'),
      cursorOf('SKU_ID', 'a'),
      cursorOf('SKU_ID', 'a', 1),
      cursorOf('TITLE', 'a', 'a'),
      cursorOf('SKU_ID', 'a', 'a', 'a'),
      cursorOf('SKU_ID', null, 'a'),
      cursorOf(7),
    ])('by no other text than a cursor of its own: "%s" is BAD_USER_INPUT', async (after) => {
      expect(await errorOf(gateway, { after })).toBe('BAD_USER_INPUT');
    });

    test('by no cursor of another order: it would start again in silence', async () => {
      const { pageInfo } = await list(gateway, { first: 5 });
      const orderBy = { field: 'QUANTITY_IN_STOCK' };
      expect(await errorOf(gateway, { after: pageInfo.endCursor, orderBy })).toBe('BAD_USER_INPUT');
    });

    test.each([
      ['QUANTITY_IN_STOCK', cursorOf('QUANTITY_IN_STOCK', 'many', 'a')],
      ['QUANTITY_IN_STOCK', cursorOf('QUANTITY_IN_STOCK', 1e15, 'a')],
      ['QUANTITY_IN_STOCK', cursorOf('QUANTITY_IN_STOCK', 1, 'a\0b')],
      ['SKU_ID', cursorOf('SKU_ID', 7, 'a')],
      ['SKU_ID', cursorOf('SKU_ID', 'a\0b', 'a\0b')],
      ['UPDATED_AT', cursorOf('UPDATED_AT', 7, 'a')],
    ])('by %s behind a forged cursor without a fault of ours: %s', async (field, after) => {
      expect([undefined, 'BAD_USER_INPUT']).toContain(await errorOf(gateway, { after, orderBy: { field } }));
    });
  });

  test('is counted only when that is asked for, and then by the filter, not the page', async () => {
    await list(gateway);
    const statements = vi.spyOn(gateway.store.db.getExecutor(), 'executeQuery');
    const texts = () => statements.mock.calls.splice(0).map(([{ sql }]) => sql);
    const counting = (read: readonly string[]) => read.filter((text) => /count\(sku\.sku_id\)/i.test(text));
    await gateway.graphql('{ skus(first: 3) { nodes { skuId } pageInfo { hasNextPage endCursor } } }');
    const without = texts();
    expect(counting(without)).toEqual([]);
    const { body } = await gateway.graphql('{ skus(first: 3, filter: { search: "odd" }) { totalCount } }');
    const counted = texts();
    expect(body.data.skus.totalCount).toBe(8);
    expect(counting(counted)).toHaveLength(1);
    expect(counted).toHaveLength(without.length + 1);
    await gateway.graphql(
      'query ($no: Boolean = false) { skus { nodes { skuId } totalCount @include(if: $no) } }',
    );
    expect(counting(texts())).toEqual([]);
  });

  test.each([
    [0, 0, 0],
    [10_000, 10_000, 10_000],
    [10_001, null, 10_000],
  ])(
    'of %i SKUs has the total count %s, and tells of at least %i, counted once',
    async (count, total, least) => {
      const counted = vi.spyOn(gateway.inventory, 'countSkus').mockResolvedValue(count);
      const { body } = await gateway.graphql('{ skus(first: 1) { totalCount totalCountIsAtLeast } }');
      expect(body).toEqual({ data: { skus: { totalCount: total, totalCountIsAtLeast: least } } });
      expect(counted.mock.calls.map(([, , atMost]) => atMost)).toEqual([10_000]);
    },
  );

  test("holds the caller's own SKUs alone, and needs view_items", async () => {
    expect(idsOf(await list(gateway, {}, tokens.rival))).toEqual(['BOOK-NEW', 'rival-only', 'shared']);
    const theirs = await list(gateway, { filter: { skuIds: ['GONE', 'shared'] } }, tokens.rival);
    expect(theirs).toMatchObject({ nodes: [{ skuId: 'shared', quantityInStock: 77 }], totalCount: 1 });
    const { status, body } = await gateway.graphql(SKUS, {}, tokens.edit);
    expect([status, body.errors[0].extensions.code]).toEqual([403, 'FORBIDDEN']);
  });

  test('gives each SKU a global id that reads it again', async () => {
    const node = (id: string, token?: string) =>
      gateway.graphql(
        'query ($id: ID!) { node(id: $id) { __typename id ... on Sku { skuId title quantityInStock } } }',
        { id },
        token,
      );
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    for (const skuId of ['GONE', 'CAFÉ-7', 'odd:8/a b?', 'odd_3']) {
      const sku = all.find((one) => one.skuId === skuId);
      const { body } = await node(sku?.id ?? '');
      expect(body.data.node).toEqual({
        __typename: 'Sku',
        id: sku?.id,
        skuId,
        title: sku?.title,
        quantityInStock: sku?.quantityInStock,
      });
    }
    const theirs = (await list(gateway, {}, tokens.rival)).nodes.find(({ skuId }) => skuId === 'rival-only');
    expect((await node(theirs?.id ?? '')).body).toEqual({ data: { node: null } });
    expect((await node(theirs?.id ?? '', tokens.rival)).body.data.node.skuId).toBe('rival-only');
    const encode = (text: string) => Buffer.from(text).toString('base64');
    expect((await node(encode('Sku:unknown'))).body).toEqual({ data: { node: null } });
  });

  test.each([
    '',
    'x',
    '%%%',
    'Sku:GONE',
    btoa('Sku:'),
    btoa('Sku'),
    btoa('Query:1'),
    btoa('Nothing:1'),
    btoa('Sku:a\0b'),
  ])('answers null or BAD_USER_INPUT, and no fault of ours, to what is no global id: "%s"', async (id) => {
    const { body } = await gateway.graphql('query ($id: ID!) { node(id: $id) { id } }', { id });
    expect(body.data?.node ?? null).toBeNull();
    expect([undefined, 'BAD_USER_INPUT']).toContain(body.errors?.[0].extensions.code);
  });
});

describeOnEachStore('a list of SKUs that change', (kind) => {
  let gateway: Gateway;
  let before: readonly string[] = [];
  beforeAll(async () => {
    gateway = await openGateway(kind);
    await seed(gateway);
    before = (await walk(gateway, { first: 100 })).map(({ skuId }) => skuId);
  });
  afterAll(() => gateway.close());

  /** Changes some SKUs and adds one, as others do while a page is being looked at. */
  const disturb = (touched: Set<string>) => async (page: number) => {
    const updates = range(5).map((n) => {
      const skuId = before[(page * 13 + n * 17) % before.length] ?? '';
      touched.add(skuId);
      return { identifier: { skuId }, quantityInStock: page * 100 + n };
    });
    const { body } = await gateway.graphql(BULK, { input: { updates } });
    expect(body.data.bulkUpdateSkuInventory.appliedCount).toBeGreaterThan(0);
    await createCatalog(gateway.store, () => new Date()).save({ supplierId: 'acme', actor: 'seed' }, [
      { skuId: `new-${page}-${touched.size}` },
    ]);
  };
  const known = (nodes: readonly Node[]) =>
    nodes.map(({ skuId }) => skuId).filter((skuId) => before.includes(skuId));

  test.each(['ASC', 'DESC'])(
    'is walked by skuId %s with each SKU once, whatever changes on the way',
    async (direction) => {
      const walked = await walk(
        gateway,
        { first: 7, orderBy: { field: 'SKU_ID', direction } },
        disturb(new Set()),
      );
      const seen = known(walked);
      expect(seen.toSorted()).toEqual(before.toSorted());
      expect(new Set(walked.map(({ skuId }) => skuId)).size).toBe(walked.length);
    },
  );

  test('is walked by quantity with each SKU once that did not change on the way', async () => {
    const touched = new Set<string>();
    const walked = await walk(
      gateway,
      { first: 9, orderBy: { field: 'QUANTITY_IN_STOCK' } },
      disturb(touched),
    );
    const seen = known(walked).filter((skuId) => !touched.has(skuId));
    expect(seen.toSorted()).toEqual(before.filter((skuId) => !touched.has(skuId)).toSorted());
  });

  test('is walked from the longest unchanged on with no SKU left out', async () => {
    const walked = await walk(gateway, { first: 20, orderBy: { field: 'UPDATED_AT' } }, disturb(new Set()));
    expect(new Set(known(walked))).toEqual(new Set(before));
  });
});

describeOnEachStore('a page', (kind) => {
  let gateway: Gateway;
  const skuIds = range(110).map((n) => `n-${String(n).padStart(3, '0')}`);
  beforeAll(async () => {
    gateway = await openGateway(kind);
    await createCatalog(gateway.store, () => new Date()).save(
      { supplierId: 'acme', actor: 'seed' },
      skuIds.map((skuId) => ({ skuId })),
    );
    const updates = range(8).flatMap((quantityInStock) =>
      skuIds.map((skuId) => ({ identifier: { skuId }, quantityInStock })),
    );
    const { body } = await gateway.graphql(BULK, { input: { updates } });
    expect(body.data.bulkUpdateSkuInventory.appliedCount).toBe(880);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });
  afterAll(() => gateway.close());

  /** How many statements a query costs; the caller's token may be read anew at any time. */
  async function cost(query: string, variables: object) {
    const executor = gateway.store.db.getExecutor();
    // Each statement takes the connection: Kysely's queries, and SQLite's set statements.
    const connections = vi.spyOn(executor, 'provideConnection');
    const queries = vi.spyOn(executor, 'executeQuery');
    const { body } = await gateway.graphql(query, variables);
    const ofTokens = queries.mock.calls.filter(([{ sql }]) => /from "token"/.test(sql)).length;
    const count = connections.mock.calls.length - ofTokens;
    connections.mockRestore();
    queries.mockRestore();
    expect(body.errors).toBeUndefined();
    return { count, data: body.data };
  }

  test('of a hundred SKUs with their last five changes costs as many statements as one of ten', async () => {
    const query = `query ($first: Int!) {
      skus(first: $first, filter: { search: "n-" }) {
        nodes { skuId inventoryChanges(first: 5) { nodes { version skuId sku { skuId } } pageInfo { hasNextPage } } }
        totalCount
      }
    }`;
    await cost(query, { first: 1 });
    const ten = await cost(query, { first: 10 });
    const hundred = await cost(query, { first: 100 });
    expect(hundred.count).toBe(ten.count);
    // The page, the count, all histories, all their SKUs.
    expect(hundred.count).toBeLessThanOrEqual(4);
    expect(hundred.count).toBeGreaterThanOrEqual(3);
    expect(hundred.data.skus.nodes).toHaveLength(100);
    for (const { skuId, inventoryChanges } of hundred.data.skus.nodes) {
      expect(inventoryChanges.pageInfo.hasNextPage).toBe(true);
      expect(inventoryChanges.nodes).toEqual(
        [8, 7, 6, 5, 4].map((version) => ({ version, skuId, sku: { skuId } })),
      );
    }
  });

  test('of a hundred SKUs with their last change costs one statement more than without', async () => {
    const ask = (fields: string) =>
      cost(`{ skus(first: 100, filter: { search: "n-" }) { nodes { skuId version ${fields} } } }`, {});
    await ask('');
    const without = await ask('');
    const { count, data } = await ask('lastChange { skuId version }');
    expect(count).toBe(without.count + 1);
    expect(data.skus.nodes).toHaveLength(100);
    for (const { skuId, version, lastChange } of data.skus.nodes)
      expect({ skuId, version }).toEqual(lastChange);
  });

  test('of a hundred changes with their SKUs and those SKUs own last changes costs as many as one of ten', async () => {
    const query = `query ($first: Int!) {
      inventoryChanges(first: $first) { nodes { id sku { skuId version inventoryChanges(first: 2) { nodes { version } } } } }
    }`;
    await cost(query, { first: 1 });
    const ten = await cost(query, { first: 10 });
    const hundred = await cost(query, { first: 100 });
    expect(hundred.count).toBe(ten.count);
    expect(hundred.count).toBeLessThanOrEqual(3);
    for (const { sku } of hundred.data.inventoryChanges.nodes) {
      expect(sku.inventoryChanges.nodes).toEqual([{ version: 8 }, { version: 7 }]);
    }
  });

  test('of several SKUs asked for one by one costs as many statements as of one', async () => {
    const ask = (count: number) =>
      `{ ${range(count)
        .map(
          (n) =>
            `s${n}: node(id: "${btoa(`Sku:n-00${n}`)}") { ... on Sku { skuId inventoryChanges(first: 1) { nodes { version } } } }`,
        )
        .join('\n')} }`;
    const one = await cost(ask(1), {});
    const nine = await cost(ask(9), {});
    expect(nine.data.s9).toEqual({ skuId: 'n-009', inventoryChanges: { nodes: [{ version: 8 }] } });
    expect(nine.count).toBe(one.count);
  });
});
