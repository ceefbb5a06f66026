/** Live streams while the store cannot be read: they wait and go on. After a long outage they are cut off, and never completed. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createWatch } from '../../src/db/commit/await-commits.ts';
import { UnavailableError } from '../../src/domain/unavailable.ts';
import type { LivePage, LiveSubscription } from '../../src/http/heavy/heavy-request.ts';
import { LiveGroup, type LiveSource } from '../../src/http/live/live-group.ts';
import type { LiveStream } from '../../src/http/live/live-stream.ts';
import { follow, FOLLOW, type EventStream } from '../support/event-stream.ts';
import { eventually } from '../support/eventually.ts';
import { oneThread, openGateway, type Gateway } from '../support/gateway.ts';
import { describeOnEachStore, openTestStore } from '../support/stores/stores.ts';

const away = () => new UnavailableError('STORE_UNAVAILABLE', new Error('no connection'));
/** Each event reads the SKU as it is now. */
const WITH_SKU = FOLLOW.replace('change {', 'change { sku { title }');

describeOnEachStore('a live stream of a store that fails', (kind) => {
  let gateway: Gateway;
  let origin: string;
  let stream: EventStream | undefined;
  beforeAll(async () => {
    gateway = await openGateway(kind, undefined, {}, oneThread);
    origin = await gateway.listen();
  });
  afterEach(() => {
    stream?.drop();
    vi.restoreAllMocks();
  });
  afterAll(() => gateway.close());
  const change = (quantity: number) => gateway.legacy({ sku_id: 'shared', quantity_in_stock: quantity });

  test.each([
    ['POST', 'inventoryChanged { cursor }'],
    ['GET', 'inventoryChanged { cursor }'],
    ['POST', 'inventoryChanged(after: "WzBd") { cursor }'],
  ] as const)('is refused with 503 when it begins, and not completed: %s %s', async (method, field) => {
    vi.spyOn(gateway.inventory, 'marksAt').mockRejectedValue(away());
    const options = { method, query: `subscription { ${field} }` };
    stream = await follow(origin, options);
    const text = await stream.rest();
    expect([stream.status, text]).toEqual([503, expect.stringContaining('"code":"STORE_UNAVAILABLE"')]);
    expect(text).not.toContain('complete');
    vi.restoreAllMocks();
    stream = await follow(origin, options);
    expect(stream.status).toBe(200);
  });

  test.each(['changesWindow', 'marksAt', 'find'] as const)(
    'waits for it in the middle of a page, and sends whole events alone: %s',
    async (method) => {
      stream = await follow(origin, { query: WITH_SKU });
      await pause(100);
      const failing = vi.spyOn(gateway.inventory, method).mockRejectedValue(away());
      await change(Math.round(performance.now()));
      await eventually(() => expect(failing).toHaveBeenCalled());
      failing.mockRestore();
      const [event] = await stream.take(1);
      expect(event?.change).toMatchObject({ skuId: 'shared', sku: { title: null } });
    },
  );

  test('sends the events of a page before the one that cannot be read', async () => {
    const after = (await gateway.graphql('{ inventoryChangesCursor }')).body.data.inventoryChangesCursor;
    const skuIds = ['EACH', 'shared', 'BOOK-NEW'];
    for (const sku_id of skuIds) await gateway.legacy({ sku_id, quantity_in_stock: 1_234 });
    const find = gateway.inventory.find.bind(gateway.inventory);
    let reads = 0;
    vi.spyOn(gateway.inventory, 'find').mockImplementation((...args) =>
      ++reads === 3 ? Promise.reject(away()) : find(...args),
    );
    stream = await follow(origin, { query: WITH_SKU, after });
    expect((await stream.take(3)).map((event) => event.change.skuId)).toEqual(skuIds);
    // The SKUs of the first two changes were not read again.
    expect(reads).toBe(4);
  });

  test('tells those who wait once it could not be asked for long', async () => {
    const { store, remove } = await openTestStore(kind);
    const watch = createWatch(store, { outageMs: 300 });
    // What a poll calls, on PostgreSQL and on SQLite.
    vi.spyOn(store.points, 'executeQuery').mockRejectedValue(away());
    vi.spyOn(store.points.getExecutor(), 'provideConnection').mockRejectedValue(away());
    const started = performance.now();
    const waiting = watch.untilPast('acme', 0, new AbortController().signal);
    await expect(waiting).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(performance.now() - started).toBeGreaterThan(300);
    await watch.close();
    await remove();
  });
});

/** A stream that notes how it ended. */
function fakeStream() {
  const ends: string[] = [];
  let close = () => undefined as unknown;
  const end = (how: string) => () => {
    ends.push(how);
    close();
  };
  const stream = {
    isOpen: true,
    write: () => true,
    whenClosed: (leave: () => void) => (close = leave),
    ...{ cut: end('cut'), fail: end('fail'), complete: end('complete'), drop: end('drop') },
  };
  return { ends, stream: stream as unknown as LiveStream };
}

describe('an outage of the store', () => {
  const subscription = { caller: { supplierId: 'acme' } } as LiveSubscription;
  const place = { position: 7, changedAt: null };
  const end: LivePage = { events: new Uint8Array(), place, isEnd: true };
  const source = (parts: Partial<LiveSource>): LiveSource => ({
    ...{ readPage: () => Promise.resolve(end), untilPast: () => new Promise(() => undefined) },
    ...{ pace: () => Promise.resolve(), untilRetry: () => pause(20), outageMs: 200 },
    keep: () => ({ hasRoom: true, unread: () => undefined }) as never,
    ...parts,
  });

  test('that is shorter than the limit ends no stream, however often it comes', async () => {
    let reads = 0;
    // Each fifth read works, and begins the outage anew.
    const readPage = () => (++reads % 5 === 0 ? Promise.resolve(end) : Promise.reject(away()));
    const { ends, stream } = fakeStream();
    new LiveGroup(subscription, source({ readPage, untilPast: () => pause(20) })).add(stream, place);
    await eventually(() => expect(reads).toBeGreaterThan(20));
    expect(ends).toEqual([]);
    stream.drop();
  });

  test.each(['readPage', 'untilPast'] as const)('that lasts cuts the streams off: %s', async (part) => {
    const { ends, stream } = fakeStream();
    const started = performance.now();
    new LiveGroup(subscription, source({ [part]: () => Promise.reject(away()) })).add(stream, place);
    await eventually(() => expect(ends).toEqual(['cut']));
    if (part === 'readPage') expect(performance.now() - started).toBeGreaterThan(200);
  });

  test('is not what a fault of ours is', async () => {
    const { ends, stream } = fakeStream();
    const readPage = () => Promise.reject(new Error('a bug'));
    new LiveGroup(subscription, source({ readPage })).add(stream, place);
    await eventually(() => expect(ends).toEqual(['fail']));
  });
});
