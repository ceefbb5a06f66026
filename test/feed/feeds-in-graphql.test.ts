/** Feeds in GraphQL: listed page by page, read by their global ID, and followed to their end. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';
import { range } from '../support/range.ts';
import { describeOnEachStore } from '../support/stores/stores.ts';

const FEED = `id feedId state filename mode dryRun actor reason groupId rowsRead rowsDone createdAt startedAt finishedAt
  report { rows applied unchanged stale rejected zeroed } refusal { code message allowZeroing }`;

describeOnEachStore('Feeds in GraphQL', (kind) => {
  let gateway: Gateway;
  let origin: string;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'feeds-'));
    gateway = await openGateway(kind, undefined, {}, { feedSpool: { folder, isRequired: true } });
    origin = await gateway.listen();
  });
  afterAll(async () => {
    await gateway.close();
    await rm(folder, { recursive: true });
  });

  const send = async (body: string, parameters = '', wait = 30) => {
    const answer = await fetch(`${origin}/feeds/inventory?${parameters}`, {
      method: 'POST',
      headers: {
        authorization: `Token ${tokens.full}`,
        'content-type': 'text/csv',
        prefer: `wait=${wait}`,
      },
      body,
    });
    return ((await answer.json()) as { id: string }).id;
  };
  const subscribe = (query: string, token: string = tokens.full) =>
    fetch(`${origin}/graphql`, {
      method: 'POST',
      headers: {
        authorization: `Token ${token}`,
        'content-type': 'application/json',
        accept: 'text/event-stream',
      },
      body: JSON.stringify({ query }),
    });

  test('are listed newest first, with counts, actor and group, and read by their global ID', async () => {
    const done = await send('sku_id,quantity_in_stock\nshared,4\nno-such,1\n', 'filename=a.csv&reason=count');
    const held = await send('sku_id,quantity_in_stock\n', 'mode=full');
    const dry = await send('sku_id,quantity_in_stock\nshared,5\n', 'dryRun=true');
    const page = `query ($after: String) { inventoryFeeds(first: 2, after: $after) { nodes { ${FEED} } pageInfo { hasNextPage endCursor } } }`;
    const first = (await gateway.graphql(page)).body.data.inventoryFeeds;
    expect(first.nodes).toMatchObject([
      {
        ...{ feedId: dry, state: 'DONE', mode: 'DELTA', dryRun: true, groupId: null },
        report: { rows: 1, applied: 1 },
      },
      {
        ...{ feedId: held, state: 'REFUSED', mode: 'FULL', groupId: null },
        refusal: { code: 'ZEROING_HELD', allowZeroing: 3 },
      },
    ]);
    expect(first.pageInfo.hasNextPage).toBe(true);
    const { nodes, pageInfo } = (await gateway.graphql(page, { after: first.pageInfo.endCursor })).body.data
      .inventoryFeeds;
    expect(nodes).toMatchObject([
      {
        ...{
          feedId: done,
          groupId: done,
          state: 'DONE',
          filename: 'a.csv',
          actor: 'dashboard',
          reason: 'count',
        },
        ...{ rowsRead: 2, rowsDone: 2, refusal: null },
        report: { rows: 2, applied: 1, unchanged: 0, stale: 0, rejected: 1, zeroed: 0 },
      },
    ]);
    expect(pageInfo.hasNextPage).toBe(false);

    const node = `query ($id: ID!) { node(id: $id) { ... on InventoryFeed { ${FEED} } } }`;
    expect((await gateway.graphql(node, { id: nodes[0].id })).body.data.node).toEqual(nodes[0]);
    expect((await gateway.graphql(node, { id: nodes[0].id }, tokens.rival)).body.data.node).toBeNull();
    expect((await gateway.graphql(page, {}, tokens.rival)).body.data.inventoryFeeds.nodes).toEqual([]);
    expect((await gateway.graphql(page, {}, tokens.edit)).body.errors[0].extensions.code).toBe('FORBIDDEN');
    expect((await gateway.graphql(page, { after: 'x' })).body.errors[0].extensions.code).toBe(
      'BAD_USER_INPUT',
    );
  });

  test('are followed to their end, and the stream is then complete', async () => {
    const rows = range(20_000).map((n) => `no-such-${n},1\n`);
    const feedId = await send(`sku_id,quantity_in_stock\nEACH,7\n${rows.join('')}`, '', 0);
    const answer = await subscribe(
      `subscription { inventoryFeedChanged(id: "${feedId}") { feedId state rowsRead rowsDone report { applied } } }`,
    );
    const text = await answer.text();
    const events = [...text.matchAll(/^event: next\ndata: (.*)$/gm)].map(
      ([, data]) => JSON.parse(data ?? '').data.inventoryFeedChanged,
    );
    expect(text).toMatch(/event: complete\ndata:\n\n$/);
    expect(events.length).toBeGreaterThan(1);
    expect(events.at(-1)).toEqual({
      ...{ feedId, state: 'DONE', rowsRead: 20_001, rowsDone: 20_001, report: { applied: 1 } },
    });
    const done = events.map(({ rowsDone }) => rowsDone);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    // One that has ended is told once.
    const again = await (
      await subscribe(`subscription { inventoryFeedChanged(id: "${feedId}") { state } }`)
    ).text();
    expect(again).toContain('"state":"DONE"');
    expect(again).toMatch(/event: complete\ndata:\n\n$/);
  });

  test("another supplier's cannot be followed", async () => {
    const feedId = await send('sku_id,quantity_in_stock\nshared,4\n');
    const query = `subscription { inventoryFeedChanged(id: "${feedId}") { state } }`;
    expect(await (await subscribe(query, tokens.rival)).text()).toContain('NOT_FOUND');
  });
});
