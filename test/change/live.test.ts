/** Live: the subscription over server-sent events, against servers that listen, as dashboards use it. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { openGateway as openRealGateway } from '../../src/gateway/open-gateway.ts';
import {
  countWaiters,
  follow,
  type EventStream,
  type FollowOptions,
  type LiveEvent,
} from '../support/event-stream.ts';
import { eventually } from '../support/eventually.ts';
import { openGateway, settingsFor, tokens, type Gateway, hasThreads } from '../support/gateway.ts';
import { startGateway } from '../support/machine/process.ts';
import { describeOnEachStore } from '../support/stores/stores.ts';
import { range } from '../support/range.ts';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const CUTS = 40;
const loopback = { host: '127.0.0.1', port: 0 };
const ids = (events: readonly LiveEvent[]) => events.map(({ change }) => Number(change.id));

const UPDATE = `mutation ($input: UpdateSkuInventoryInput!) {
  updateSkuInventory(input: $input) { outcome change { id } }
}`;
const BULK = `mutation ($input: BulkUpdateSkuInventoryInput!) {
  bulkUpdateSkuInventory(input: $input) { appliedCount groupId }
}`;
const CURSOR = '{ inventoryChanges(first: 100) { edges { cursor } } }';

/** Another gateway on the same store, as a second process is one. */
async function openNeighbour(url: string) {
  const gateway = await openRealGateway(settingsFor(url));
  return { origin: await gateway.server.listen(loopback), close: gateway.close };
}

/** Sends an update to a server; gives the id of its change. */
async function update(origin: string, skuId: string, quantityInStock: number, token: string = tokens.full) {
  const response = await fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: { authorization: `Token ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: UPDATE, variables: { input: { identifier: { skuId }, quantityInStock } } }),
  });
  const { data } = await response.json();
  expect(data.updateSkuInventory.outcome).toBe('APPLIED');
  return Number(data.updateSkuInventory.change.id);
}

describeOnEachStore('a live stream', (kind) => {
  let gateway: Gateway;
  let origin = '';
  const streams: EventStream[] = [];

  beforeAll(async () => {
    gateway = await openGateway(kind);
    origin = await gateway.listen();
  });
  afterEach(() => {
    for (const stream of streams.splice(0)) stream.drop();
    vi.restoreAllMocks();
  });
  afterAll(() => gateway.close());

  async function open(options: FollowOptions = {}, at = origin): Promise<EventStream> {
    const stream = await follow(at, options);
    streams.push(stream);
    return stream;
  }
  let quantity = 1000;
  const change = (skuId = 'EACH', token?: string, at = origin) => update(at, skuId, ++quantity, token);

  test.each(['POST', 'GET'] as const)(
    'by %s tells of each change from now on, once it is committed',
    async (method) => {
      await change();
      const stream = await open({ method });
      expect([stream.status, stream.type]).toEqual([200, expect.stringContaining('text/event-stream')]);
      const delays: number[] = [];
      for (const skuId of ['EACH', 'shared', 'EACH']) {
        const id = await change(skuId);
        const started = performance.now();
        const [event] = await stream.take(1);
        expect(event?.change).toMatchObject({
          id: String(id),
          skuId,
          source: 'GRAPHQL',
          after: { quantityInStock: quantity },
        });
        delays.push(performance.now() - started);
      }
      // At once: the process knows its own commits, and does not wait for a poll. Much else may delay one.
      expect(Math.min(...delays)).toBeLessThan(150);
    },
  );

  test('tells of changes through the REST path, by groups, and by undo', async () => {
    const stream = await open();
    await gateway.legacy({ sku_id: 'EACH', quantity_in_stock: ++quantity });
    const updates = ['EACH', 'shared'].map((skuId) => ({
      identifier: { skuId },
      quantityInStock: ++quantity,
    }));
    const { body } = await gateway.graphql(BULK, { input: { updates } });
    const { groupId } = body.data.bulkUpdateSkuInventory;
    await gateway.graphql(
      `mutation ($groupId: String!) { revertInventoryChanges(input: { groupId: $groupId }) { appliedCount } }`,
      { groupId },
    );
    const seen = (await stream.take(5)).map((event) => `${event.change.skuId} ${event.change.source}`);
    expect(seen).toEqual(['EACH REST', 'EACH GRAPHQL', 'shared GRAPHQL', 'EACH REVERT', 'shared REVERT']);
  });

  test('does not tell of what changed nothing: a dry run, a refusal, the same values again', async () => {
    await change();
    const stream = await open();
    for (const input of [
      { identifier: { skuId: 'EACH' }, quantityInStock: 5, dryRun: true },
      { identifier: { skuId: 'EACH' }, quantityInStock: 5, expected: { version: 0 } },
      { identifier: { skuId: 'EACH' }, quantityInStock: quantity },
    ]) {
      await gateway.graphql(UPDATE, { input });
    }
    const id = await change('shared');
    expect(ids(await stream.take(1))).toEqual([id]);
  });

  test("of another gateway's changes on the same store tells soon, to many streams", async () => {
    const neighbour = await openNeighbour(gateway.url);
    try {
      const many = await Promise.all(range(10).map(() => open()));
      for (let n = 0; n < 3; n++) {
        const id = await change('EACH', tokens.full, neighbour.origin);
        const started = performance.now();
        const events = await Promise.all(many.map((stream) => stream.take(1)));
        expect(performance.now() - started).toBeLessThan(10_000);
        expect(events.map(ids)).toEqual(many.map(() => [id]));
      }
      const stream = await open({}, neighbour.origin);
      const mixed = [await change(), await change('EACH', tokens.full, neighbour.origin), await change()];
      expect(ids(await stream.take(3))).toEqual(mixed);
    } finally {
      await neighbour.close();
    }
  });

  test('holds back what its filter does not let through', async () => {
    const bySku = await open({ filter: { skuIds: ['shared', 'GONE'] } });
    const bySource = await open({ filter: { sources: ['REST'] } });
    const all = await open({ filter: {} });
    const group = { input: { updates: [{ identifier: { skuId: 'shared' }, quantityInStock: ++quantity }] } };
    const one = await change('EACH');
    await gateway.graphql(BULK, group);
    await gateway.legacy({ sku_id: 'BOOK-NEW', quantity_in_stock: ++quantity });
    const four = await change('GONE');
    expect(ids(await bySku.take(2))).toEqual([one + 1, four]);
    expect(ids(await bySource.take(1))).toEqual([one + 2]);
    expect(ids(await all.take(4))).toEqual([one, one + 1, one + 2, four]);
  });

  test('starts behind a cursor: its own, and one of the feed', async () => {
    const stream = await open();
    const made = [await change(), await change('shared'), await change()];
    const [first] = await stream.take(3);
    const again = await open({ after: first?.cursor });
    expect(ids(await again.take(2))).toEqual(made.slice(1));
    const { body } = await gateway.graphql(CURSOR);
    const edge = body.data.inventoryChanges.edges[0];
    const early = await open({ after: edge.cursor });
    const next = await change();
    expect(ids(await early.take(next - 1))).toEqual(range(next).slice(1));
    const filtered = await open({ after: first?.cursor, filter: { skuIds: ['shared'] } });
    expect(ids(await filtered.take(1))).toEqual([made[1]]);
  });

  test("never tells of another supplier's changes of a SKU with the same id", async () => {
    const ours = await open({ filter: { skuIds: ['shared'] } });
    const theirs = await open({ token: tokens.rival });
    await change('shared', tokens.rival);
    const id = await change('shared');
    expect(ids(await ours.take(1))).toEqual([id]);
    await change('BOOK-NEW', tokens.rival);
    const seen = await theirs.take(2);
    expect(seen.map((event) => event.change.skuId)).toEqual(['shared', 'BOOK-NEW']);
    expect(ids(seen).at(-1)).toBe(await gateway.inventory.lastPosition('rival'));
  });

  test(`cut off ${CUTS} times while writers go on, and resumed after its cursor, it tells each change once and in order`, async () => {
    const neighbour = await openNeighbour(gateway.url);
    try {
      const start = await change();
      let writing = true;
      const write = async (at: string, skuId: string) => {
        let made = 0;
        for (; writing; made++) {
          await change(skuId, tokens.full, at);
          await pause(made % 7);
        }
        return made;
      };
      const writers = [write(origin, 'EACH'), write(origin, 'shared'), write(neighbour.origin, 'GONE')];
      const seen: LiveEvent[] = [];
      let after = Buffer.from(JSON.stringify([start])).toString('base64url');
      for (let cut = 0; cut < CUTS; cut++) {
        const stream = await follow(cut % 3 ? origin : neighbour.origin, { after });
        seen.push(...(await stream.take(1 + (cut % 3))));
        stream.drop();
        after = seen.at(-1)?.cursor ?? after;
      }
      writing = false;
      const total = (await Promise.all(writers)).reduce((sum, made) => sum + made, 0);
      const last = await open({ after });
      seen.push(...(await last.take(total - seen.length)));
      expect(ids(seen)).toEqual(range(total).map((n) => start + n));
    } finally {
      await neighbour.close();
    }
  });

  // How the program stops does not depend on the store.
  test.runIf(kind === 'sqlite')('resumes across a restart, with what was changed in between', async () => {
    const first = await startGateway(gateway.url, '--log-level', 'error');
    const before = await open({}, first.origin);
    const seen = [await change('EACH', tokens.full, first.origin), await change()];
    const events = await before.take(2);
    const rest = before.rest();
    const started = performance.now();
    expect(await first.stop()).toBe(0);
    expect(performance.now() - started).toBeLessThan(15_000);
    expect(await rest).toMatch(/retry: 1000$/);
    seen.push(await change());
    const second = await openNeighbour(gateway.url);
    try {
      const after = await open({ after: events[1]?.cursor }, second.origin);
      seen.push(await change('shared', tokens.full, second.origin), await change());
      events.push(...(await after.take(3)));
      expect(ids(events)).toEqual(seen);
    } finally {
      await second.close();
    }
  });

  test('needs view_items, a supplier, and a token', async () => {
    for (const method of ['POST', 'GET'] as const) {
      for (const [token, status] of [
        // As on every other operation.
        [null, 401],
        ['unknown', 401],
        [tokens.expired, 401],
        [tokens.edit, 403],
        [tokens.retailer, 403],
      ] as const) {
        const stream = await open({ token, method });
        expect([token, stream.status]).toEqual([token, status]);
        expect(await stream.rest()).toMatch(/UNAUTHENTICATED|FORBIDDEN/);
      }
      expect((await open({ token: tokens.view, method })).status).toBe(200);
    }
  });

  test.skipIf(hasThreads).each(['marksAt', 'changesWindow'] as const)(
    'tells of a fault on our side in %s by the id of the request, without the details',
    async (method) => {
      vi.spyOn(gateway.inventory, method).mockRejectedValue(new Error('secret detail'));
      const text = await (await open()).rest();
      expect(text).not.toContain('secret');
      expect(text).toMatch(/INTERNAL_SERVER_ERROR/);
      expect(text).toMatch(/request's id is [\w-]+/);
    },
  );

  test.each(['', '%%%', 'WyI3Il0', 'WzEsMl0', 'Wy0xXQ'])(
    'after "%s" is refused: BAD_USER_INPUT',
    async (after) => {
      const stream = await open({ after });
      expect(await stream.rest()).toContain('BAD_USER_INPUT');
    },
  );

  test('a filter past its limits is BAD_USER_INPUT', async () => {
    const stream = await open({ filter: { skuIds: range(101).map((n) => `S${n}`) } });
    const text = await stream.rest();
    expect(text).toContain('BAD_USER_INPUT');
    expect(text).not.toContain('INTERNAL_SERVER_ERROR');
  });

  test('asked for as JSON it is refused, and nobody waits for it', async () => {
    const waiters = countWaiters(gateway.inventory);
    const stream = await open({ accept: 'application/json' });
    expect(stream.status).toBe(406);
    expect(await stream.rest()).toContain('"code":"NOT_ACCEPTABLE"');
    await pause(50);
    expect(waiters()).toBe(0);
  });

  test('a client that is gone leaves nothing behind: no waiter, no poll', async () => {
    const waiters = countWaiters(gateway.inventory);
    const many = await Promise.all(range(20).map((n) => open({ method: n % 2 ? 'POST' : 'GET' })));
    // They follow the same from the same position: one waits for all.
    await eventually(() => expect(waiters()).toBe(1));
    for (const stream of many.slice(0, 10)) stream.drop();
    const id = await change();
    for (const stream of many.slice(10)) expect(ids(await stream.take(1))).toEqual([id]);
    for (const stream of many) stream.drop();
    await eventually(() => expect(waiters()).toBe(0));
    const statements = vi.spyOn(gateway.store.points.getExecutor(), 'provideConnection');
    // A poll that was under way ends; then there is none.
    await eventually(async () => {
      statements.mockClear();
      await pause(600);
      expect(statements).not.toHaveBeenCalled();
    });
  });

  test('a hundred streams that wait cost one statement a poll', async () => {
    const waiters = countWaiters(gateway.inventory);
    await Promise.all(range(100).map(() => open()));
    await eventually(() => expect(waiters()).toBe(1));
    const statements = vi.spyOn(gateway.store.points.getExecutor(), 'provideConnection');
    const started = performance.now();
    await eventually(() => expect(statements.mock.calls.length).toBeGreaterThan(2));
    expect(statements.mock.calls.length).toBeLessThan((performance.now() - started) / 200 + 2);
  });
});
