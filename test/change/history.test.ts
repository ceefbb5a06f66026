/** The log as it is read: a SKU's history, and the feed that a follower polls without missing a change. */
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { oneThread, openGateway, tokens, type Gateway } from '../support/gateway.ts';
import { describeOnEachStore } from '../support/stores/stores.ts';
import { range } from '../support/range.ts';
import { startThread } from '../support/thread-talk.ts';
import type { WritersWork } from '../fixtures/writers-of-changes.ts';

const CHANGE = `id skuId version before { ...State } after { ...State }
  delta { quantityInStock quantityOnBackorder }
  source actor reason referenceDocumentUri groupId changedAt`;
const STATE =
  'fragment State on InventoryState { quantityInStock quantityOnBackorder restrictions backorderDate }';
const PAGE = 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';
const HISTORY = `query ($skuId: String!, $first: Int! = 20, $after: String) {
  sku(by: { skuId: $skuId }) {
    inventoryChanges(first: $first, after: $after) { nodes { ${CHANGE} } edges { cursor node { version } } ${PAGE} }
  }
} ${STATE}`;
const FEED = `query ($first: Int! = 20, $after: String, $filter: InventoryChangeFilterInput) {
  inventoryChanges(first: $first, after: $after, filter: $filter) {
    nodes { ${CHANGE} } edges { cursor node { id } } ${PAGE}
  }
} ${STATE}`;
const UPDATE = `mutation ($input: UpdateSkuInventoryInput!) {
  updateSkuInventory(input: $input) { outcome change { ${CHANGE} } userErrors { message } }
} ${STATE}`;
const BULK = `mutation ($input: BulkUpdateSkuInventoryInput!) {
  bulkUpdateSkuInventory(input: $input) { appliedCount groupId results { change { id } } }
}`;

interface Change {
  readonly id: string;
  readonly skuId: string;
  readonly version: number;
  readonly groupId: string | null;
  readonly changedAt: string;
}
interface Page {
  readonly nodes: readonly Change[];
  readonly edges: readonly { cursor: string; node: { id: string; version: number } }[];
  readonly pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string;
    endCursor: string;
  };
}

async function feed(gateway: Gateway, variables: object = {}, token?: string): Promise<Page> {
  const { body } = await gateway.graphql(FEED, variables, token);
  expect(body.errors).toBeUndefined();
  return body.data.inventoryChanges;
}

async function history(gateway: Gateway, variables: object, token?: string): Promise<Page> {
  const { body } = await gateway.graphql(HISTORY, variables, token);
  expect(body.errors).toBeUndefined();
  return body.data.sku.inventoryChanges;
}

async function update(gateway: Gateway, skuId: string, input: object, token?: string) {
  const { body } = await gateway.graphql(UPDATE, { input: { identifier: { skuId }, ...input } }, token);
  expect(body.data.updateSkuInventory.userErrors).toEqual([]);
  return body.data.updateSkuInventory.change;
}

async function bulk(gateway: Gateway, quantities: Record<string, number>): Promise<string> {
  const updates = Object.entries(quantities).map(([skuId, quantityInStock]) => ({
    identifier: { skuId },
    quantityInStock,
  }));
  const { body } = await gateway.graphql(BULK, { input: { updates } });
  expect(body.data.bulkUpdateSkuInventory.appliedCount).toBe(updates.length);
  return body.data.bulkUpdateSkuInventory.groupId;
}

const cursorOf = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
const notCursors = {
  'an empty text': '',
  'no base64': '%%%',
  'base64 of no JSON': Buffer.from('hello').toString('base64url'),
  'a number': Buffer.from('7').toString('base64url'),
  'a text for the number': cursorOf('7'),
  'a fraction': cursorOf(1.5),
  'a negative number': cursorOf(-1),
  'one part too many': cursorOf(1, 2),
  'a number past what can be counted': cursorOf(1e300),
};

describeOnEachStore('the history of a SKU', (kind) => {
  let gateway: Gateway;
  let now = Date.parse('2026-11-01T09:30:00.000Z');

  beforeAll(async () => {
    gateway = await openGateway(kind, () => new Date(now));
    for (const n of range(25)) {
      now += 1000;
      await update(gateway, 'EACH', { quantityInStock: n });
    }
    await update(gateway, 'shared', { quantityInStock: 1 }, tokens.rival);
  });
  afterAll(() => gateway.close());

  test('tells of a change what was, what is, by how much, who, why, when and through what', async () => {
    now = Date.parse('2026-11-02T10:00:00.000Z');
    const made = await update(gateway, 'shared', {
      quantityInStock: 4,
      quantityOnBackorder: 25,
      restrictions: 'TMPUNAVAIL',
      backorderDate: '2026-12-24',
      reason: 'Counted twice',
      referenceDocumentUri: 'https://erp.example/counts/7',
    });
    const { nodes } = await history(gateway, { skuId: 'shared' });
    expect(nodes).toEqual([
      {
        id: '26',
        skuId: 'shared',
        version: 1,
        before: { quantityInStock: 10, quantityOnBackorder: 5, restrictions: null, backorderDate: null },
        after: {
          quantityInStock: 4,
          quantityOnBackorder: 25,
          restrictions: 'TMPUNAVAIL',
          backorderDate: '2026-12-24',
        },
        delta: { quantityInStock: -6, quantityOnBackorder: 20 },
        source: 'GRAPHQL',
        actor: 'dashboard',
        reason: 'Counted twice',
        referenceDocumentUri: 'https://erp.example/counts/7',
        groupId: null,
        changedAt: '2026-11-02T10:00:00.000Z',
      },
    ]);
    expect(made).toEqual(nodes[0]);
  });

  test('is empty before the first change', async () => {
    expect(await history(gateway, { skuId: 'GONE' })).toEqual({
      nodes: [],
      edges: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    });
  });

  test('comes newest first, page by page, each change once', async () => {
    const first = await history(gateway, { skuId: 'EACH', first: 10 });
    const second = await history(gateway, { skuId: 'EACH', first: 10, after: first.pageInfo.endCursor });
    const third = await history(gateway, { skuId: 'EACH', first: 10, after: second.pageInfo.endCursor });
    const versions = [first, second, third].map(({ nodes }) => nodes.map(({ version }) => version));
    expect(versions.map(({ length }) => length)).toEqual([10, 10, 5]);
    expect(versions.flat()).toEqual(range(25).toReversed());
    expect([first, second, third].map(({ pageInfo }) => pageInfo.hasNextPage)).toEqual([true, true, false]);
    const last = await history(gateway, { skuId: 'EACH', first: 5, after: second.pageInfo.endCursor });
    expect(last.pageInfo.hasNextPage).toBe(false);
    expect((await history(gateway, { skuId: 'EACH', after: third.pageInfo.endCursor })).nodes).toEqual([]);
  });

  test("goes on from any edge's cursor, whatever has changed since", async () => {
    const { edges } = await history(gateway, { skuId: 'EACH', first: 3 });
    await update(gateway, 'EACH', { quantityInStock: 99 });
    const { nodes } = await history(gateway, { skuId: 'EACH', first: 2, after: edges[1]?.cursor });
    expect(nodes.map(({ version }) => version)).toEqual([23, 22]);
  });

  test('is the same however often one request asks for it', async () => {
    const { body } = await gateway.graphql(`{
      a: sku(by: { skuId: "EACH" }) { b: inventoryChanges(first: 3) { nodes { version } } c: inventoryChanges(first: 5) { nodes { version } pageInfo { hasNextPage } } }
      d: sku(by: { skuId: "EACH" }) { inventoryChanges(first: 2) { nodes { version } } }
      inventoryChanges(first: 3) { nodes { sku { inventoryChanges(first: 1) { nodes { version } } } } }
    }`);
    expect(body.errors).toBeUndefined();
    const versions = (page: Page) => page.nodes.map(({ version }) => version);
    const newest = versions(body.data.a.c)[0] ?? 0;
    expect(versions(body.data.a.b)).toEqual([newest, newest - 1, newest - 2]);
    expect(versions(body.data.a.c)).toEqual(range(5).map((n) => newest + 1 - n));
    expect(versions(body.data.d.inventoryChanges)).toEqual([newest, newest - 1]);
    for (const node of body.data.inventoryChanges.nodes) {
      expect(versions(node.sku.inventoryChanges)).toEqual([newest]);
    }
  });

  test("never holds another supplier's changes of a SKU with the same id", async () => {
    const theirs = await history(gateway, { skuId: 'shared' }, tokens.rival);
    expect(theirs.nodes).toMatchObject([
      { id: '1', actor: 'rival dashboard', after: { quantityInStock: 1 } },
    ]);
    const ours = await history(gateway, { skuId: 'shared' });
    expect(ours.nodes).toMatchObject([{ actor: 'dashboard' }]);
  });

  test.each(Object.entries(notCursors))('%s is no cursor: BAD_USER_INPUT', async (_what, after) => {
    const { status, body } = await gateway.graphql(HISTORY, { skuId: 'EACH', after });
    expect({ status, errors: body.errors }).toMatchObject({
      status: 200,
      errors: [{ extensions: { code: 'BAD_USER_INPUT', problems: [{ path: ['after'] }] } }],
    });
  });

  test('a cursor past any version is refused or starts at the newest, and is never our fault', async () => {
    const after = cursorOf(Number.MAX_SAFE_INTEGER);
    const { body } = await gateway.graphql(HISTORY, { skuId: 'EACH', after });
    expect(body.errors?.[0]?.extensions.code ?? 'none').toMatch(/^(?:none|BAD_USER_INPUT|CURSOR_AHEAD)$/);
  });

  test.each([0, -1, 101])('a page of %i is BAD_USER_INPUT', async (first) => {
    const { body } = await gateway.graphql(HISTORY, { skuId: 'EACH', first });
    expect(body.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});

describeOnEachStore('the last change of a SKU', (kind) => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await openGateway(kind);
    await update(gateway, 'EACH', { quantityInStock: 1 });
    await update(gateway, 'shared', { quantityInStock: 1 }, tokens.rival);
    await update(gateway, 'EACH', { quantityInStock: 2, reason: 'counted' });
  });
  afterAll(() => gateway.close());

  const ask = async (query: string, token?: string) => {
    const { body } = await gateway.graphql(query, {}, token);
    expect(body.errors).toBeUndefined();
    return body.data;
  };
  const lastOf = async (skuId: string, token?: string) =>
    (await ask(`{ sku(by: { skuId: "${skuId}" }) { lastChange { id version reason actor } } }`, token)).sku
      .lastChange;

  test('is its newest, and null if there is none', async () => {
    expect(await lastOf('EACH')).toEqual({ id: '2', version: 2, reason: 'counted', actor: 'dashboard' });
    expect(await lastOf('GONE')).toBeNull();
  });

  test('is never of another supplier who has the same skuId', async () => {
    expect(await lastOf('shared')).toBeNull();
    expect(await lastOf('shared', tokens.rival)).toMatchObject({ id: '1', actor: 'rival dashboard' });
  });

  test('is shown in the answer that made it, and again when that answer is replayed', async () => {
    const mutation = (quantity: number, more = '') => `mutation {
      updateSkuInventory(input: { identifier: { skuId: "ODD-CODE" }, quantityInStock: ${quantity} ${more} }) {
        outcome replayed sku { version lastChange { version } } change { version }
      }
    }`;
    const key = 'idempotencyKey: "last"';
    for (const replayed of [false, true])
      expect((await ask(mutation(4, key))).updateSkuInventory).toEqual({
        outcome: 'APPLIED',
        replayed,
        sku: { version: 1, lastChange: { version: 1 } },
        change: { version: 1 },
      });
    expect((await ask(mutation(5))).updateSkuInventory.sku).toEqual({
      version: 2,
      lastChange: { version: 2 },
    });
    expect((await ask(mutation(5))).updateSkuInventory).toMatchObject({
      outcome: 'UNCHANGED',
      sku: { version: 2, lastChange: { version: 2 } },
    });
    // What a dry run projects is stored nowhere.
    expect((await ask(mutation(6, 'dryRun: true'))).updateSkuInventory.sku).toEqual({
      version: 3,
      lastChange: { version: 2 },
    });
  });

  test('is shown for the rows of a bulk call, also of a SKU that is in several', async () => {
    const rows = [7, 8, 8].map((n) => `{ identifier: { skuId: "BOOK-NEW" }, quantityInStock: ${n} }`);
    const { bulkUpdateSkuInventory } = await ask(`mutation {
      bulkUpdateSkuInventory(input: { updates: [${rows.join()}] }) { results { outcome sku { version lastChange { version } } } }
    }`);
    expect(bulkUpdateSkuInventory.results).toEqual([
      // The second row's change is stored by the time at which the answer is written.
      { outcome: 'APPLIED', sku: { version: 1, lastChange: { version: 2 } } },
      { outcome: 'APPLIED', sku: { version: 2, lastChange: { version: 2 } } },
      { outcome: 'UNCHANGED', sku: { version: 2, lastChange: { version: 2 } } },
    ]);
  });
});

describeOnEachStore('the cursor of now', (kind) => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await openGateway(kind);
  });
  afterAll(() => gateway.close());

  const cursor = async (token?: string): Promise<string> =>
    (await gateway.graphql('{ inventoryChangesCursor }', {}, token)).body.data.inventoryChangesCursor;
  const behind = async (after: string, token?: string) =>
    (await feed(gateway, { after }, token)).nodes.map(({ skuId }) => skuId);

  test('has only later changes behind it, of the own supplier, also where there was none before', async () => {
    const [first, theirs] = [await cursor(), await cursor(tokens.rival)];
    expect(await behind(first)).toEqual([]);
    await update(gateway, 'EACH', { quantityInStock: 1 });
    await update(gateway, 'shared', { quantityInStock: 2 });
    const second = await cursor();
    await update(gateway, 'GONE', { quantityInStock: 3 });
    expect(await behind(first)).toEqual(['EACH', 'shared', 'GONE']);
    expect(await behind(second)).toEqual(['GONE']);
    expect(await behind(await cursor())).toEqual([]);
    expect(await cursor(tokens.rival)).toBe(theirs);
  });

  test('needs view_items', async () => {
    expect((await gateway.graphql('{ inventoryChangesCursor }', {}, tokens.edit)).status).toBe(403);
  });
});

describeOnEachStore('the feed of changes', (kind) => {
  let gateway: Gateway;
  const groups: string[] = [];

  beforeAll(async () => {
    gateway = await openGateway(kind, undefined, {}, oneThread);
    await update(gateway, 'EACH', { quantityInStock: 1 });
    groups.push(await bulk(gateway, { EACH: 2, shared: 3, GONE: 4 }));
    await gateway.legacy({ sku_id: 'BOOK-NEW', quantity_in_stock: 9 });
    groups.push(await bulk(gateway, { EACH: 5, shared: 6 }));
    await update(gateway, 'shared', { quantityInStock: 1000 }, tokens.rival);
    await update(gateway, 'EACH', { quantityInStock: 7 });
  });
  afterAll(() => gateway.close());

  const ids = ({ nodes }: Page) => nodes.map(({ id }) => Number(id));

  test('comes oldest first, its ids 1, 2, 3, ... without a gap', async () => {
    const page = await feed(gateway);
    expect(ids(page)).toEqual(range(8));
    expect(page.nodes.map(({ skuId }) => skuId)).toEqual([
      ...['EACH', 'EACH', 'shared', 'GONE', 'BOOK-NEW', 'EACH', 'shared', 'EACH'],
    ]);
    expect(page.nodes.map(({ version }) => version)).toEqual([1, 2, 1, 1, 1, 3, 2, 4]);
    expect(page.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: false });
    expect(page.pageInfo.endCursor).toBe(page.edges.at(-1)?.cursor);
  });

  test('says through which door each came, and which came together', async () => {
    const { nodes } = await feed(gateway);
    const [first, second] = groups;
    expect(first).not.toBe(second);
    expect(nodes.map(({ groupId }) => groupId)).toEqual([
      ...[null, first, first, first, null, second, second, null],
    ]);
    expect(nodes[4]).toMatchObject({ source: 'REST', before: { quantityInStock: 3 } });
    expect(nodes[1]).toMatchObject({ source: 'GRAPHQL', actor: 'dashboard', delta: { quantityInStock: 1 } });
  });

  test('is walked by cursor, each change once', async () => {
    const seen: number[] = [];
    let after: string | undefined;
    for (let more = true; more;) {
      const page = await feed(gateway, { first: 3, after });
      seen.push(...ids(page));
      expect(page.pageInfo.hasPreviousPage).toBe(after !== undefined);
      more = page.pageInfo.hasNextPage;
      after = page.pageInfo.endCursor;
    }
    expect(seen).toEqual(range(8));
  });

  describe('in both directions and both orders', () => {
    const PAGES = `query ($first: Int, $after: String, $last: Int, $before: String, $orderBy: InventoryChangeOrderInput!, $filter: InventoryChangeFilterInput) {
      inventoryChanges(first: $first, after: $after, last: $last, before: $before, orderBy: $orderBy, filter: $filter) {
        nodes { id } edges { cursor } ${PAGE}
      }
    }`;
    const ask = async (variables: object): Promise<Page> => {
      const { body } = await gateway.graphql(PAGES, variables);
      expect(body.errors).toBeUndefined();
      return body.data.inventoryChanges;
    };
    const lists = (['ASC', 'DESC'] as const).flatMap((direction) =>
      [null, { skuIds: ['EACH'] }].map((filter) => ({ filter, orderBy: { direction } })),
    );

    test.each(lists)('any range of it is the one of a list in memory: %j', async (list) => {
      const all = ids(await ask({ ...list, first: 100 }));
      expect(all).toEqual(
        (list.filter ? [1, 2, 6, 8] : range(8)).toSorted((a, b) =>
          list.orderBy.direction === 'ASC' ? a - b : b - a,
        ),
      );
      const ends = [null, 0, 2, 5, 8];
      for (const after of ends)
        for (const before of ends)
          for (const size of [{ first: 3 }, { last: 3 }]) {
            const sign = list.orderBy.direction === 'ASC' ? 1 : -1;
            const within = all.filter(
              (id) =>
                (after === null || (id - after) * sign > 0) && (before === null || (before - id) * sign > 0),
            );
            const cursors = {
              after: after === null ? null : cursorOf(after),
              before: before === null ? null : cursorOf(before),
            };
            const page = await ask({ ...list, ...size, ...cursors });
            expect({ after, before, size, ids: ids(page) }).toEqual({
              ...{ after, before, size },
              ids: 'first' in size ? within.slice(0, 3) : within.slice(-3),
            });
            const { hasNextPage, hasPreviousPage } = page.pageInfo;
            expect('first' in size ? hasNextPage : hasPreviousPage).toBe(within.length > 3);
          }
    });

    test.each(lists)('it is walked from either end, each change once: %j', async (list) => {
      const all = ids(await ask({ ...list, first: 100 }));
      const [down, up]: [number[], number[]] = [[], []];
      for (let page = await ask({ ...list, first: 2 }); ;) {
        down.push(...ids(page));
        if (!page.pageInfo.hasNextPage) break;
        page = await ask({ ...list, first: 2, after: page.pageInfo.endCursor });
      }
      for (let page = await ask({ ...list, last: 2 }); ;) {
        up.unshift(...ids(page));
        if (!page.pageInfo.hasPreviousPage) break;
        page = await ask({ ...list, last: 2, before: page.pageInfo.startCursor });
      }
      expect([down, up]).toEqual([all, all]);
    });

    test('first and last together are BAD_USER_INPUT, and so is a cursor that is none', async () => {
      for (const [variables, path] of [
        [{ first: 1, last: 1 }, 'last'],
        [{ last: 1, before: 'x' }, 'before'],
        [{ last: 1, after: 'x' }, 'after'],
        [{ first: 1, before: 'x' }, 'before'],
        [{ last: 0 }, 'last'],
        [{ last: 101 }, 'last'],
      ] as const) {
        const { body } = await gateway.graphql(PAGES, { ...variables, orderBy: {} });
        expect(body.errors).toMatchObject([
          { extensions: { code: 'BAD_USER_INPUT', problems: [{ path: [path] }] } },
        ]);
      }
    });

    test('nothing is at the end of an empty log, and a cursor of it still goes on', async () => {
      const empty = await openGateway(kind);
      for (const query of ['orderBy: { direction: DESC }', 'last: 5']) {
        const { body } = await empty.graphql(`{ inventoryChanges(${query}) { nodes { id } ${PAGE} } }`);
        expect(body.data.inventoryChanges).toEqual({
          nodes: [],
          pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
        });
      }
      await empty.close();
    });

    test('actors and times are filters too', async () => {
      const { nodes } = await feed(gateway);
      const times = nodes.map(({ changedAt }) => changedAt);
      const by = async (filter: object) => ids(await feed(gateway, { filter }));
      expect(await by({ actors: ['dashboard', 'nobody'] })).toEqual(range(8));
      expect(await by({ actors: ['nobody'] })).toEqual([]);
      const [first = '', last = ''] = [times[0], times.at(-1)];
      const after = nodes.filter(({ changedAt }) => changedAt > first).map(({ id }) => Number(id));
      const before = nodes.filter(({ changedAt }) => changedAt < last).map(({ id }) => Number(id));
      expect(await by({ changedAfter: first })).toEqual(after);
      expect(await by({ changedBefore: last })).toEqual(before);
      expect(await by({ changedBefore: last, changedAfter: last })).toEqual([]);
    });
  });

  test('an empty page gives back the cursor that it was asked with, to go on from', async () => {
    const { pageInfo } = await feed(gateway);
    const empty = await feed(gateway, { after: pageInfo.endCursor });
    expect(empty).toMatchObject({
      nodes: [],
      pageInfo: { hasNextPage: false, endCursor: pageInfo.endCursor },
    });
  });

  test('is filtered by SKUs, by sources, by group, and by all of them together', async () => {
    const by = async (filter: object | null) => ids(await feed(gateway, { filter }));
    expect(await by({ skuIds: ['EACH'] })).toEqual([1, 2, 6, 8]);
    expect(await by({ skuIds: ['shared', 'GONE', 'unknown'] })).toEqual([3, 4, 7]);
    expect(await by({ sources: ['REST'] })).toEqual([5]);
    expect(await by({ sources: ['REST', 'GRAPHQL'] })).toEqual(range(8));
    expect(await by({ sources: ['IMPORT', 'REVERT', 'REST_BULK'] })).toEqual([]);
    expect(await by({ groupId: groups[0] })).toEqual([2, 3, 4]);
    expect(await by({ groupId: 'unknown' })).toEqual([]);
    expect(await by({ groupId: groups[1], skuIds: ['EACH'], sources: ['GRAPHQL'] })).toEqual([6]);
    expect(await by({})).toEqual(range(8));
    expect(await by(null)).toEqual(range(8));
    expect(await by({ skuIds: null, sources: null, groupId: null })).toEqual(range(8));
  });

  test.each([{ skuIds: [] }, { sources: [] }])('an empty list lets nothing through: %j', async (filter) => {
    const { body } = await gateway.graphql(FEED, { filter });
    expect(body.errors).toBeUndefined();
    expect(body.data.inventoryChanges.nodes).toEqual([]);
  });

  test.each([{ skuIds: ['a\0b'] }, { groupId: 'a\0b' }, { skuIds: ['\ud800'] }, { groupId: '\ud800' }])(
    'text that no store holds is refused or finds nothing, and is never our fault: %j',
    async (filter) => {
      const { body } = await gateway.graphql(FEED, { filter });
      if (body.errors) expect(body.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
      else expect(body.data.inventoryChanges.nodes).toEqual([]);
    },
  );

  test('101 SKUs in a filter are BAD_USER_INPUT', async () => {
    const { body } = await gateway.graphql(FEED, { filter: { skuIds: range(101).map((n) => `S${n}`) } });
    expect(body.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  test('a filter that lets little through ends a page early, whose cursor goes on behind all that was looked at', async () => {
    const filter = { skuIds: ['EACH'] };
    const expected = (await feed(gateway, { filter, first: 100 })).nodes.map(({ id }) => id);
    const all = await feed(gateway, { first: 100 });
    expect(expected.length).toBeGreaterThan(2);
    const { changesWindow } = gateway.inventory;
    const short = vi
      .spyOn(gateway.inventory, 'changesWindow')
      .mockImplementation((supplierId, position, by, size, meter) =>
        changesWindow(supplierId, position, by, { ...size, maxScan: 2 }, meter),
      );
    const walked: string[] = [];
    let pages = 0;
    let empty = 0;
    for (let after: string | null = null; ; pages++) {
      const { nodes, pageInfo }: Page = await feed(gateway, { filter, first: 100, after });
      walked.push(...nodes.map(({ id }) => id));
      empty += Number(nodes.length === 0);
      after = pageInfo.endCursor;
      if (!pageInfo.hasNextPage) break;
    }
    short.mockRestore();
    expect(walked).toEqual(expected);
    expect([empty > 0, pages > all.nodes.length / 3]).toEqual([true, true]);
  });

  test('a filtered page has a next page only where the filter lets more through', async () => {
    const page = await feed(gateway, { filter: { skuIds: ['EACH'] }, first: 3 });
    expect(ids(page)).toEqual([1, 2, 6]);
    expect(page.pageInfo.hasNextPage).toBe(true);
    const next = await feed(gateway, {
      filter: { skuIds: ['EACH'] },
      first: 1,
      after: page.pageInfo.endCursor,
    });
    expect([ids(next), next.pageInfo.hasNextPage]).toEqual([[8], false]);
  });

  test("never holds another supplier's changes, whatever is asked", async () => {
    expect((await feed(gateway, {}, tokens.rival)).nodes).toMatchObject([
      { id: '1', skuId: 'shared', actor: 'rival dashboard', after: { quantityInStock: 1000 } },
    ]);
    expect((await feed(gateway, { filter: { groupId: groups[0] } }, tokens.rival)).nodes).toEqual([]);
    const { nodes } = await feed(gateway, { filter: { skuIds: ['shared'] } });
    expect(nodes.map(({ id }) => id)).toEqual(['3', '7']);
  });

  test.each(Object.entries(notCursors))('%s is no cursor: BAD_USER_INPUT', async (_what, after) => {
    const { body } = await gateway.graphql(FEED, { after });
    expect(body.errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT', problems: [{ path: ['after'] }] } },
    ]);
  });

  test('needs view_items', async () => {
    const { status, body } = await gateway.graphql(FEED, {}, tokens.edit);
    expect([status, body.errors[0].extensions.code]).toEqual([403, 'FORBIDDEN']);
  });
});

const WRITERS_A_GATEWAY = 4;
const UPDATES_A_WRITER = 25;

describeOnEachStore('a follower of the feed', (kind) => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await openGateway(kind);
  });
  afterAll(() => gateway.close());

  test('sees every change once and in order while eight writers in two other gateways write, some of them slowly', async () => {
    const skuIds = ['EACH', 'shared', 'GONE', 'BOOK-NEW', 'BOOK-USED', 'CASE-OF-10'];
    const work = { url: gateway.url, skuIds, writers: WRITERS_A_GATEWAY, updates: UPDATES_A_WRITER };
    const workers = ['one', 'two'].map((name) =>
      startThread('writers-of-changes', { ...work, name } satisfies WritersWork),
    );
    try {
      await Promise.all(workers.map((worker) => once(worker, 'message')));
      let running = true;
      const done = Promise.all(workers.map((worker) => once(worker, 'message'))).then(() => {
        running = false;
        return undefined;
      });
      for (const worker of workers) worker.postMessage('go');
      const seen: Change[] = [];
      let polls = 0;
      let after: string | undefined;
      for (;;) {
        const last = !running;
        const page = await feed(gateway, { first: 7, after });
        polls++;
        seen.push(...page.nodes);
        after = page.pageInfo.endCursor ?? undefined;
        if (last && page.nodes.length === 0) break;
      }
      await done;
      // Five of a writer's 25 are groups of three.
      const total = 2 * WRITERS_A_GATEWAY * (UPDATES_A_WRITER + 2 * Math.ceil(UPDATES_A_WRITER / 5));
      expect(seen.map(({ id }) => Number(id))).toEqual(range(total));
      expect(polls).toBeGreaterThan(total / 7);
      for (const skuId of skuIds) {
        const versions = seen.filter((change) => change.skuId === skuId).map(({ version }) => version);
        expect(versions).toEqual(range(versions.length));
      }
    } finally {
      await Promise.all(workers.map((worker) => worker.terminate()));
    }
  });
});
