/** The feeds of groups of changes: the caller's own alone, and one statement for a whole page. */
import { CompiledQuery } from 'kysely';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createFeeds } from '../../src/db/feed/feeds.ts';
import type { ChangeSource } from '../../src/domain/change.ts';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';
import { range } from '../support/range.ts';
import { requestOf, setSku } from '../support/requests.ts';
import { describeOnEachStore } from '../support/stores/stores.ts';

const GROUPS = `query ($first: Int!) {
  inventoryChangeGroups(first: $first) { nodes { source groupId feed { feedId filename state groupId } } }
}`;
const STARTED = '2026-01-01T00:00:00.000Z';
const ENDED = '2026-01-02T00:00:00.000Z';
const COUNT = 50;

const idOf = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

describeOnEachStore('The feeds of groups of changes', (kind) => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await openGateway(kind);
    for (const n of range(COUNT)) {
      await endFeed('acme', n, `file ${n}.csv`);
      await change('acme', 'FEED', idOf(n), n);
    }
  });
  afterAll(() => gateway.close());

  async function endFeed(supplierId: string, n: number, filename: string): Promise<void> {
    const feeds = createFeeds(gateway.store);
    const feed = {
      ...{ supplierId, feedId: idOf(n), actor: 'dashboard', filename, sheet: null, mode: 'delta' as const },
      ...{ dryRun: false, allowZeroing: null, asOf: STARTED, reason: null, referenceDocumentUri: null },
      ...{ idempotencyKey: null, isBlind: false, fingerprint: '', createdAt: STARTED },
    };
    await feeds.create(feed);
    await feeds.save(feed, { state: 'FAILED', finishedAt: ENDED });
  }
  const change = (
    supplierId: string,
    source: ChangeSource,
    groupId: string | null,
    quantityInStock: number,
  ) =>
    gateway.inventory.update(
      requestOf({ supplierId, source, actor: 'dashboard' }, [setSku('shared', { quantityInStock })], {
        groupId,
      }),
    );
  async function groups(first: number, token: string = tokens.full) {
    const { body } = await gateway.graphql(GROUPS, { first }, token);
    expect(body.errors).toBeUndefined();
    return body.data.inventoryChangeGroups.nodes;
  }

  /** How SQLite runs it. PostgreSQL chooses by the number of rows, which is small here. */
  async function explain({ sql, parameters }: CompiledQuery): Promise<string> {
    const plan = CompiledQuery.raw(`explain query plan ${sql}`, [...parameters]);
    return JSON.stringify((await gateway.store.db.executeQuery(plan)).rows);
  }

  test.each([1, COUNT])('are read with one statement for %i groups', async (count) => {
    const executor = vi.spyOn(gateway.store.db.getExecutor(), 'executeQuery');
    const nodes = await groups(count);
    const made = executor.mock.calls.map(([query]) => query).filter(({ sql }) => sql.includes('from "feed"'));
    executor.mockRestore();
    expect(nodes).toEqual(
      range(count).map((i) => {
        const n = COUNT + 1 - i;
        const feedId = idOf(n);
        const feed = { feedId, filename: `file ${n}.csv`, state: 'FAILED', groupId: feedId };
        return { source: 'FEED', groupId: feedId, feed };
      }),
    );
    expect(made.map(({ parameters }) => parameters[0])).toEqual(['acme']);
    if (kind === 'postgres') return;
    for (const query of made)
      expect(await explain(query)).toMatch(/PRIMARY KEY \(supplier_id=\? AND feed_id=\?\)/);
  });

  test('are not looked for where no feed made the changes', async () => {
    await change('acme', 'REST_BULK', idOf(1), 101);
    await change('acme', 'GRAPHQL', null, 102);
    const executor = vi.spyOn(gateway.store.db.getExecutor(), 'executeQuery');
    const nodes = await groups(2);
    const made = executor.mock.calls.filter(([{ sql }]) => sql.includes('from "feed"'));
    executor.mockRestore();
    expect(nodes).toEqual([
      { source: 'GRAPHQL', groupId: null, feed: null },
      { source: 'REST_BULK', groupId: idOf(1), feed: null },
    ]);
    expect(made).toEqual([]);
  });

  test("are null for a group of a file that was not handed in, and for an ID that is another supplier's feed", async () => {
    await endFeed('rival', 900, 'theirs.csv');
    await change('acme', 'FEED', idOf(900), 103);
    await change('acme', 'FEED', 'made by hand', 104);
    await change('rival', 'FEED', idOf(900), 105);
    await change('rival', 'FEED', idOf(7), 106);
    expect(await groups(2)).toEqual([
      { source: 'FEED', groupId: 'made by hand', feed: null },
      { source: 'FEED', groupId: idOf(900), feed: null },
    ]);
    expect(await groups(2, tokens.rival)).toEqual([
      { source: 'FEED', groupId: idOf(7), feed: null },
      {
        ...{ source: 'FEED', groupId: idOf(900) },
        feed: { feedId: idOf(900), filename: 'theirs.csv', state: 'FAILED', groupId: idOf(900) },
      },
    ]);
  });

  test('need view_items', async () => {
    const { body } = await gateway.graphql(GROUPS, { first: 1 }, tokens.edit);
    expect(body.errors[0].extensions.code).toBe('FORBIDDEN');
  });

  test('are found among more IDs than one statement names', async () => {
    const found = await createFeeds(gateway.store).findAll(
      'acme',
      range(1_200).map((n) => idOf(n)),
    );
    expect(found.map(({ feedId }) => feedId).toSorted()).toEqual(range(COUNT).map((n) => idOf(n)));
    expect(await createFeeds(gateway.store).findAll('acme', [])).toEqual([]);
  });

  test('are null once the feed is no longer kept', async () => {
    await createFeeds(gateway.store).forget('2026-02-01T00:00:00.000Z');
    expect((await groups(COUNT)).filter(({ feed }: { feed: unknown }) => feed !== null)).toEqual([]);
  });
});
