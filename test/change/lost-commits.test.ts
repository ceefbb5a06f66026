/** A store that lost commits behind running gateways: readers whose cursors it has lost are told so, and nobody reads in a loop. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { follow, FOLLOW, type EventStream, type FollowOptions } from '../support/event-stream.ts';
import { eventually } from '../support/eventually.ts';
import { oneThread, openGateway, tokens, type Gateway } from '../support/gateway.ts';
import { range } from '../support/range.ts';
import { countTransactions, loseCommits } from '../support/stores/lose-commits.ts';
import { describeOnEachStore } from '../support/stores/stores.ts';

const UPDATE = `mutation ($input: UpdateSkuInventoryInput!) {
  updateSkuInventory(input: $input) { outcome change { id } }
}`;
const CURSOR = '{ inventoryChangesCursor }';
const unmarked = (position: number) => Buffer.from(JSON.stringify([position])).toString('base64url');

describeOnEachStore('a store that lost commits', (kind) => {
  let gateway: Gateway;
  let origin: string;
  let quantity = 0;
  const streams: EventStream[] = [];

  beforeAll(async () => {
    gateway = await openGateway(kind, undefined, {}, oneThread);
    origin = await gateway.listen();
  });
  beforeEach(() => change(10));
  afterEach(() => {
    for (const stream of streams.splice(0)) stream.drop();
    vi.restoreAllMocks();
  });
  afterAll(() => gateway.close());

  async function change(count: number, token: string = tokens.full) {
    for (const _ of range(count)) {
      const input = { identifier: { skuId: 'shared' }, quantityInStock: ++quantity };
      const { body } = await gateway.graphql(UPDATE, { input }, token);
      expect(body.data.updateSkuInventory.outcome).toBe('APPLIED');
    }
  }
  async function open(options: FollowOptions = {}) {
    const stream = await follow(origin, options);
    streams.push(stream);
    return stream;
  }
  const last = () => gateway.inventory.lastPosition('acme');
  const cursorOfNow = async () => (await gateway.graphql(CURSOR)).body.data.inventoryChangesCursor;
  /** Loses so many changes. Resolves to the cursor of the newest of them. */
  const lose = async (count: number) => {
    const cursor: string = await cursorOfNow();
    await loseCommits(gateway.store, 'acme', (await last()) - count);
    return cursor;
  };
  /** The code of each query that takes a cursor of the log. */
  async function codesOf(after: string) {
    const queries = {
      feed: `query ($after: String) { inventoryChanges(after: $after) { nodes { id } } }`,
      filtered: `query ($after: String) { inventoryChanges(after: $after, filter: { skuIds: ["none"] }) { nodes { id } } }`,
      newestFirst: `query ($after: String) { inventoryChanges(after: $after, orderBy: { direction: DESC }) { nodes { id } } }`,
      before: `query ($after: String) { inventoryChanges(last: 3, before: $after) { nodes { id } } }`,
      groups: `query ($after: String) { inventoryChangeGroups(after: $after) { nodes { source } } }`,
    };
    const codes = Object.entries(queries).map(async ([name, query]) => {
      const { body } = await gateway.graphql(query, { after });
      return [name, body.errors?.[0].extensions.code ?? 'none'] as const;
    });
    return Object.fromEntries(await Promise.all(codes));
  }
  const all = (code: string) => ({
    ...{ feed: code, filtered: code, newestFirst: code, before: code, groups: code },
  });

  test('refuses a cursor past its end, and takes the one at its end', async () => {
    const lost = await lose(3);
    expect(await codesOf(lost)).toEqual(all('CURSOR_AHEAD'));
    expect(await codesOf(unmarked((await last()) + 1))).toEqual(all('CURSOR_AHEAD'));
    expect(await codesOf(await cursorOfNow())).toEqual(all('none'));
    expect(await codesOf(unmarked(await last()))).toEqual(all('none'));
    expect(await codesOf(unmarked(0))).toEqual(all('none'));
  });

  test('refuses a cursor whose position has another change by now', async () => {
    const lost = await lose(3);
    const kept = await cursorOfNow();
    await change(8);
    expect(await codesOf(lost)).toEqual(all('CURSOR_AHEAD'));
    expect(await codesOf(kept)).toEqual(all('none'));
  });

  test('refuses the cursors of pages that end with changes of other SKUs', async () => {
    const FILTERED = `{ inventoryChanges(filter: { skuIds: ["none"] }) { pageInfo { endCursor } } }`;
    const { body } = await gateway.graphql(FILTERED);
    const { endCursor } = body.data.inventoryChanges.pageInfo;
    expect(await codesOf(endCursor)).toEqual(all('none'));
    await lose(1);
    await change(1);
    expect(await codesOf(endCursor)).toEqual(all('CURSOR_AHEAD'));
  });

  test('refuses a cursor of a history past its end', async () => {
    const HISTORY = `query ($after: String) { sku(by: { skuId: "shared" }) { inventoryChanges(after: $after) { nodes { id } } } }`;
    const after = unmarked((await last()) - 1);
    await lose(5);
    const { body } = await gateway.graphql(HISTORY, { after });
    expect(body.errors?.[0].extensions.code).toBe('CURSOR_AHEAD');
    const end = await gateway.graphql(HISTORY, { after: unmarked(0) });
    expect(end.body.data.sku.inventoryChanges.nodes).toEqual([]);
  });

  test('says what to do, and the cursor that it names works', async () => {
    const after = await lose(2);
    const { body } = await gateway.graphql(
      `query ($after: String) { inventoryChanges(after: $after) { nodes { id } } }`,
      { after },
    );
    expect(body.errors[0].message).toMatch(/inventoryChangesCursor.*read your SKUs again/);
    const stream = await open({ after: await cursorOfNow() });
    await change(1);
    expect(await stream.take(1)).toMatchObject([{ change: { id: String(await last()) } }]);
  });

  test.each(['POST', 'GET'] as const)(
    'refuses a stream by %s behind a cursor that it has lost',
    async (method) => {
      const lost = await lose(3);
      for (const round of ['past the end', 'at another change']) {
        const text = await (await open({ after: lost, method })).rest();
        expect([round, text]).toEqual([round, expect.stringContaining('CURSOR_AHEAD')]);
        expect(text).toMatch(/event: complete/);
        await change(5);
      }
    },
  );

  test('tells the streams that wait behind a lost change, and no others', async () => {
    const [waiting, filtered] = [await open(), await open({ filter: { skuIds: ['none'] } })];
    const rival = await open({ token: tokens.rival });
    await pause(400);
    await lose(3);
    for (const stream of [waiting, filtered]) {
      const text = await stream.rest();
      expect(text).toMatch(/"code":"CURSOR_AHEAD"/);
      expect(text).toMatch(/event: complete/);
    }
    await change(1, tokens.rival);
    expect(await rival.take(1)).toHaveLength(1);
  });

  test('never goes on with changes that took the positions of lost ones', async () => {
    const stream = await open();
    await change(3);
    await stream.take(3);
    const statements = vi.spyOn(gateway.store.points.getExecutor(), 'provideConnection');
    await eventually(() => expect(statements).toHaveBeenCalled());
    // One after the other before the next poll, if the machine is quick. Else the poll shows that the log ends before the cursor.
    await lose(3);
    await change(6);
    const text = await stream.rest();
    expect(text).not.toContain('"data":{');
    expect(text).toContain('CURSOR_AHEAD');
  });

  test('lets a stream wait at its end without reading, though this process has seen later positions', async () => {
    await lose(5);
    const stream = await open();
    const pages = vi.spyOn(gateway.inventory, 'changesWindow');
    const before = kind === 'postgres' ? await countTransactions(gateway.store) : 0;
    await pause(2_000);
    expect(pages.mock.calls.length).toBeLessThan(3);
    // Ten polls, and what other parts of the gateway do.
    if (kind === 'postgres') expect((await countTransactions(gateway.store)) - before).toBeLessThan(60);
    await change(1);
    expect(await stream.take(1)).toMatchObject([{ change: { id: String(await last()) } }]);
  });

  test('goes on with a stream behind a cursor that has no time, as older gateways gave it', async () => {
    const stream = await open({ after: unmarked(await last()), query: FOLLOW });
    await change(2);
    const [event, next] = await stream.take(2);
    expect(Buffer.from(event?.cursor ?? '', 'base64url').toString()).toMatch(/^\[\d+,"[\da-z]+"\]$/);
    expect(next?.change.id).toBe(String(await last()));
  });
});
