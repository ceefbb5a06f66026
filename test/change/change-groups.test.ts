/** Changes by group: compared with groups that are made in memory of the whole log, and read in bounded steps. */
import { CompiledQuery } from 'kysely';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { createCatalog } from '../../src/db/catalog.ts';
import { createReadGroups } from '../../src/db/change/read-groups.ts';
import { createInventory, type OpenInventory } from '../../src/db/inventory.ts';
import type { Store } from '../../src/db/store/store.ts';
import { saveSupplier } from '../../src/db/suppliers.ts';
import type { ChangeSource, InventoryChange } from '../../src/domain/change.ts';
import type { ReadMeter } from '../../src/domain/inventory.ts';
import { UnavailableError } from '../../src/domain/unavailable.ts';
import { createRandom } from '../crash/random.ts';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';
import { range } from '../support/range.ts';
import { requestOf, setSku } from '../support/requests.ts';
import type { TestDatabase } from '../support/stores/databases.ts';
import { describeOnEachStore, openTestStore } from '../support/stores/stores.ts';

const GROUPS = `query ($first: Int!, $after: String, $filter: InventoryChangeGroupFilterInput, $changes: Int! = 100, $afterChange: String) {
  inventoryChangeGroups(first: $first, after: $after, filter: $filter) {
    nodes {
      groupId changeCount changeCountIsAtLeast source actor reason referenceDocumentUri firstChangedAt lastChangedAt
      changes(first: $changes, after: $afterChange) { nodes { id } pageInfo { hasNextPage endCursor } }
    }
    edges { cursor }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

interface Group {
  readonly newest: InventoryChange;
  readonly changes: readonly InventoryChange[];
}

/** The groups of a log, newest first. */
function groupsOf(log: readonly InventoryChange[]): Group[] {
  const groups = Map.groupBy(log, ({ groupId, position }) => groupId ?? position);
  return [...groups.values()]
    .flatMap((changes) => {
      const newest = changes.at(-1);
      return newest ? [{ newest, changes }] : [];
    })
    .toSorted((a, b) => Number(b.newest.position) - Number(a.newest.position));
}

const idsOf = (changes: readonly InventoryChange[]) =>
  changes.map(({ position }) => ({ id: String(position) }));

describeOnEachStore('the changes by group', (kind) => {
  let gateway: Gateway;
  let log: readonly InventoryChange[];

  beforeAll(async () => {
    const { below } = createRandom(kind === 'sqlite' ? 21 : 22);
    let now = Date.parse('2026-11-01T09:30:00.000Z');
    gateway = await openGateway(kind, () => new Date(now));
    const sources: readonly ChangeSource[] = ['GRAPHQL', 'REST_BULK', 'FEED'];
    for (let n = 1; n <= 160; n++) {
      now += below(3) * 1_000;
      const g = below(12);
      // Groups that are written in parts stand among other changes.
      const groupId = g < 5 ? null : `group ${g + 8 * Math.floor(n / 40)}`;
      const origin = { actor: `actor ${g % 3}`, source: sources[g % 3] ?? 'REST' };
      const rows = range(groupId === null ? 1 : 1 + below(4)).map((i) =>
        setSku(['EACH', 'GONE', 'shared', 'BOOK-NEW'][i - 1] ?? '', { quantityInStock: n }),
      );
      const texts = {
        reason: `reason of ${groupId} `.repeat(5),
        referenceDocumentUri: g % 2 ? 'urn:x:1' : null,
      };
      await gateway.inventory.update(
        requestOf({ supplierId: 'acme', ...origin }, rows, { groupId, ...texts }),
      );
      if (n % 10 === 0)
        await gateway.inventory.update(
          requestOf({ supplierId: 'rival', ...origin }, [setSku('shared', { quantityInStock: n })], {
            groupId,
          }),
        );
    }
    log = await gateway.inventory.changesAfter('acme', 0, {}, 10_000);
    expect(log.length).toBeGreaterThan(200);
  }, 60_000);
  afterEach(() => {
    vi.restoreAllMocks();
  });
  afterAll(() => gateway.close());

  async function ask(variables: object, token?: string) {
    const { body } = await gateway.graphql(GROUPS, variables, token);
    expect(body.errors).toBeUndefined();
    return body.data.inventoryChangeGroups;
  }
  async function walk(first: number, filter: object | null = null, token?: string) {
    const walked = [];
    for (let after: string | null = null, pages = 0; ; pages++) {
      expect(pages).toBeLessThan(500);
      const page = await ask({ first, after, filter }, token);
      expect(page.pageInfo.hasPreviousPage).toBe(after !== null);
      expect(page.nodes.length).toBeLessThanOrEqual(first);
      walked.push(...page.nodes);
      if (!page.pageInfo.hasNextPage) return walked;
      after = page.pageInfo.endCursor;
    }
  }
  const shown = ({ newest, changes }: Group) => ({
    groupId: newest.groupId,
    changeCount: changes.length,
    changeCountIsAtLeast: changes.length,
    source: newest.source,
    actor: newest.actor,
    reason: newest.reason,
    referenceDocumentUri: newest.referenceDocumentUri,
    firstChangedAt: changes[0]?.changedAt,
    lastChangedAt: newest.changedAt,
    changes: {
      nodes: idsOf(changes.slice(0, 100)),
      pageInfo: { hasNextPage: false, endCursor: expect.any(String) },
    },
  });

  test.each([100, 7, 1])('are those of the log, in pages of %i', async (first) => {
    expect(await walk(first)).toEqual(groupsOf(log).map(shown));
  });

  test('are filtered by the newest change of each', async () => {
    const groups = groupsOf(log);
    const middle = log[Math.floor(log.length / 2)]?.changedAt ?? '';
    for (const [filter, passes] of [
      [{ sources: ['FEED', 'REST'] }, ({ source }) => source === 'FEED'],
      [{ actors: ['actor 1'] }, ({ actor }) => actor === 'actor 1'],
      [{ actors: ['actor 1'], sources: ['FEED'] }, () => false],
      [{ sources: [] }, () => false],
      [{ changedAfter: middle }, ({ changedAt }) => changedAt > middle],
      [
        { changedBefore: middle, actors: ['actor 0'] },
        ({ changedAt, actor }) => changedAt < middle && actor === 'actor 0',
      ],
    ] as readonly (readonly [object, (change: InventoryChange) => boolean])[])
      expect({ filter, groups: await walk(5, filter) }).toEqual({
        filter,
        groups: groups.filter(({ newest }) => passes(newest)).map(shown),
      });
  });

  test('show their changes page by page', async () => {
    for (const { newest, changes } of groupsOf(log).slice(0, 20)) {
      const walked = [];
      for (let afterChange: string | null = null; ;) {
        const next = Number(newest.position) + 1;
        const after = next > log.length ? null : Buffer.from(JSON.stringify([next])).toString('base64url');
        const { nodes } = await ask({ first: 1, after, changes: 3, afterChange });
        walked.push(...nodes[0].changes.nodes);
        if (!nodes[0].changes.pageInfo.hasNextPage) break;
        afterChange = nodes[0].changes.pageInfo.endCursor;
      }
      expect(walked).toEqual(idsOf(changes));
    }
  });

  test('are short or empty pages where much is looked at, which lead on', async () => {
    const { newestOfGroups } = gateway.inventory;
    vi.spyOn(gateway.inventory, 'newestOfGroups').mockImplementation(
      (supplierId, position, filter, size, meter) =>
        newestOfGroups(supplierId, position, filter, { ...size, maxScan: 3 }, meter),
    );
    expect(await walk(10)).toEqual(groupsOf(log).map(shown));
  });

  test('of more changes than are counted have no count, and say how many they have at least', async () => {
    const { groupSizes } = gateway.inventory;
    vi.spyOn(gateway.inventory, 'groupSizes').mockImplementation(
      async (supplierId, groupIds, atMost, meter) => {
        await groupSizes(supplierId, groupIds, atMost, meter);
        return groupIds.map(() => atMost + 1);
      },
    );
    const nodes = await walk(100);
    expect(
      new Set(
        nodes.map(({ groupId, changeCount, changeCountIsAtLeast }) =>
          JSON.stringify([groupId === null, changeCount, changeCountIsAtLeast]),
        ),
      ),
    ).toEqual(new Set(['[true,1,1]', '[false,null,100000]']));
  });

  test("are the caller's own alone, also where another has a group of the same ID", async () => {
    const theirs = await gateway.inventory.changesAfter('rival', 0, {}, 100);
    expect(theirs.some(({ groupId }) => log.some((change) => change.groupId === groupId))).toBe(true);
    expect(await walk(3, null, tokens.rival)).toEqual(groupsOf(theirs).map(shown));
  });

  test('need view_items and a cursor of the list', async () => {
    expect((await gateway.graphql(GROUPS, { first: 1 }, tokens.edit)).status).toBe(403);
    for (const [variables, path] of [
      [{ first: 1, after: 'x' }, ['after']],
      [{ first: 101 }, ['first']],
      [{ first: 1, filter: { actors: range(101).map(String) } }, ['filter', 'actors']],
    ] as const) {
      const { body } = await gateway.graphql(GROUPS, variables);
      expect(body.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', problems: [{ path }] } }]);
    }
  });
});

describeOnEachStore('large groups of changes', (kind) => {
  let database: TestDatabase & { readonly store: Store };
  let inventory: OpenInventory;
  const SKUS = 6_500;
  beforeAll(async () => {
    database = await openTestStore(kind);
    inventory = createInventory(database.store, () => new Date());
    await saveSupplier(database.store, 'acme', new Date());
    const skuIds = range(SKUS).map((n) => `S${n}`);
    await createCatalog(database.store, () => new Date()).save(
      { supplierId: 'acme', actor: 'seed' },
      skuIds.map((skuId) => ({ skuId })),
    );
    const origin = { supplierId: 'acme', actor: 'a', source: 'REST_BULK' } as const;
    for (const n of [1, 2])
      await inventory.update(
        requestOf(
          origin,
          skuIds.map((skuId) => setSku(skuId, { quantityInStock: n })),
          { groupId: `large ${n}` },
        ),
      );
  }, 60_000);
  afterEach(() => {
    vi.restoreAllMocks();
  });
  afterAll(async () => {
    await inventory.close();
    await database.remove();
  });

  const reads: readonly (readonly [string, number, (meter?: ReadMeter) => Promise<unknown>])[] = [
    [
      'the newest of each',
      2 * SKUS,
      (meter) => inventory.newestOfGroups('acme', 2 * SKUS + 1, {}, { limit: 10, maxScan: 1e6 }, meter),
    ],
    [
      'a filter that lets nothing through',
      2 * SKUS,
      (meter) =>
        inventory.newestOfGroups('acme', 1e15, { actors: ['b'] }, { limit: 10, maxScan: 1e6 }, meter),
    ],
    [
      'counts',
      2 * SKUS,
      (meter) => inventory.groupSizes('acme', ['large 2', 'large 1', 'none'], 100_000, meter),
    ],
  ];

  test.each(reads)(
    'are read in slices for %s, all of it charged, with a turn after each',
    async (_what, rows, read) => {
      const spent: number[] = [];
      let turns = 0;
      const count = () => (turns += 1);
      await read({
        spend: (scanned) => {
          spent.push(scanned);
          setImmediate(count);
        },
      });
      expect(spent.reduce((a, b) => a + b, 0)).toBe(rows);
      expect(Math.max(...spent)).toBeLessThanOrEqual(5_000);
      expect(turns).toBeGreaterThanOrEqual(spent.length - 1);
    },
  );

  test.each(reads)('are read no further for %s once the meter stops it', async (_what, _rows, read) => {
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
  });

  test('are counted no further than is asked', async () => {
    expect(await inventory.groupSizes('acme', ['large 1', 'none'], 100_000)).toEqual([SKUS, 0]);
    expect(await inventory.groupSizes('acme', ['large 1', 'large 2'], 300)).toEqual([301, 301]);
    expect(await inventory.groupSizes('acme', ['large 1'], SKUS)).toEqual([SKUS]);
    expect(await inventory.groupSizes('acme', ['large 1'], SKUS - 1)).toEqual([SKUS]);
  });

  test('are read by the index of groups', async () => {
    const { store } = database;
    const made: { sql: string; parameters: readonly unknown[] }[] = [];
    const { runEach } = store;
    const groups = createReadGroups({
      ...store,
      ...(runEach && {
        runEach: (text, items) => {
          made.push({ sql: text, parameters: items[0] ?? [] });
          return runEach(text, items);
        },
      }),
    });
    const statements = vi.spyOn(store.db.getExecutor(), 'executeQuery');
    await groups.newestOfGroups('acme', 2 * SKUS, {}, { limit: 10, maxScan: 1e6 });
    await groups.groupSizes('acme', ['large 1'], 100_000);
    await groups.groupPages('acme', [{ groupId: 'large 1', behind: 5, limit: 5 }]);
    made.push(...statements.mock.calls.map(([{ sql, parameters }]) => ({ sql, parameters })));
    statements.mockRestore();
    for (const [kindOf, count] of [
      ['later.group_id = item.group_id', 2],
      ['group_id = $', 2],
    ] as const) {
      const those = made.filter(({ sql }) => sql.replaceAll('?', '$').includes(kindOf));
      expect(those.length).toBeGreaterThanOrEqual(count);
      for (const { sql, parameters } of those)
        expect(await explain(sql, parameters)).toMatch(/inventory_change_(?:p0_)?by_group/);
    }
  });

  test('are probed once in a window, however many changes they have', async () => {
    const statements = vi.spyOn(database.store.db.getExecutor(), 'provideConnection');
    const window = await inventory.newestOfGroups('acme', 2 * SKUS, {}, { limit: 10, maxScan: 1e6 });
    const count = statements.mock.calls.length;
    statements.mockRestore();
    // The first group's newest change is behind the start.
    expect(window.changes.map(({ groupId, position }) => [groupId, position])).toEqual([['large 1', SKUS]]);
    // The last position, the slices, two probes and the row of one change.
    expect(count).toBeLessThanOrEqual(1 + 2 * (SKUS / 500) + 3);
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
