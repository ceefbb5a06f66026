/** Delivery: every change at least once, in order, one message at a time, with the same ID and bytes on every retry. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { listAttempts } from '../../src/db/webhook/read-webhooks.ts';
import type { EndpointKey } from '../../src/domain/webhook/endpoint.ts';
import { retryDelayMs } from '../../src/domain/webhook/retries.ts';
import { eventually } from '../support/eventually.ts';
import { range } from '../support/range.ts';
import { describeOnEachStore } from '../support/stores/stores.ts';
import { openShop, outcomesOf, type Running, type Shop } from './shop.ts';

describeOnEachStore('webhooks', (kind) => {
  let shop: Shop;
  let key: EndpointKey;
  let first: number;
  beforeAll(async () => {
    shop = await openShop(kind);
  });
  afterAll(() => shop.close());
  afterEach(() => shop.stopAll());
  beforeEach(async () => {
    await shop.store.db.deleteFrom('webhook_attempt').execute();
    await shop.store.db.deleteFrom('webhook_endpoint').execute();
    key = await shop.add();
    first = (await shop.inventory.lastPosition('acme')) + 1;
  });
  const positionsOf = ({ received }: Running) => received.flatMap(({ positions }) => positions);
  const next = (count: number) => range(count).map((n) => first + n - 1);
  const untilAt = (count: number, of = key) =>
    eventually(async () => expect((await shop.load(of)).position).toBe(first + count - 1));

  test('an endpoint is told of what comes after its creation, in order, in as few messages as fit', async () => {
    const running = shop.run(() => 204);
    await shop.change(250);
    await untilAt(250);
    await running.stop();
    expect(positionsOf(running)).toEqual(next(250));
    expect(running.received.length).toBeLessThan(20);
    for (const { body } of running.received) expect(Buffer.byteLength(body)).toBeLessThanOrEqual(20_000);
    const ids = running.received.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids[0]).toContain(`acme_${key.endpointId}_0_${first}-${running.received[0]?.positions.at(-1)}_`);
    expect(running.failed).toEqual([]);
  });

  test('a change is told soon after its commit', async () => {
    const running = shop.run(() => 200);
    await sleep(700);
    const started = performance.now();
    await shop.change(1);
    await eventually(() => expect(running.received).toHaveLength(1));
    // Half a second at most, and a busy machine's time.
    expect(performance.now() - started).toBeLessThan(3_000);
    await running.stop();
  });

  test('a message that fails is sent again after its delay, the same byte by byte, though more was changed', async () => {
    let isUp = false;
    const running = shop.run(() => (isUp ? 200 : 500));
    await shop.change(3);
    await eventually(async () => expect((await shop.load(key)).failures).toBe(1));
    await shop.change(3);
    shop.now += retryDelayMs(1, 0.5) - 1_000;
    await sleep(700);
    expect(running.received).toHaveLength(1);
    shop.now += 1_000;
    await eventually(async () => expect((await shop.load(key)).failures).toBe(2));
    isUp = true;
    shop.now += retryDelayMs(2, 0.5);
    await untilAt(6);
    await running.stop();
    const [one, two, three, ...rest] = running.received;
    expect([two?.id, two?.body, three?.id, three?.body]).toEqual([one?.id, one?.body, one?.id, one?.body]);
    expect(rest.flatMap(({ positions }) => positions)).toEqual(next(6).slice(3));
    expect(await shop.load(key)).toMatchObject({ failures: 0, failingSince: null, nextAttemptAt: null });
    expect((await outcomesOf(shop, key)).slice(0, 3)).toEqual(['REFUSED', 'REFUSED', 'ACCEPTED']);
    // The log is told once, not at each attempt.
    expect(running.failing).toMatchObject([{ ...key, outcome: 'REFUSED', status: 500 }]);
  });

  test.each([
    ['a redirect', () => 302, 'REFUSED'],
    ['another status', () => 404, 'REFUSED'],
    ['a broken connection', () => Promise.reject(new Error('socket hang up')), 'UNREACHABLE'],
    ['silence', () => new Promise<never>(() => undefined), 'TIMED_OUT'],
  ])('%s is a failure', async (_what, answer, outcome) => {
    const running = shop.run(answer, 300);
    await shop.change(1);
    await eventually(async () => expect(await outcomesOf(shop, key)).toEqual([outcome]));
    await running.stop();
    expect(await shop.load(key)).toMatchObject({ failures: 1, position: first - 1, pendingUntil: first });
  });

  test('410 disables the endpoint at once. Enabled, it goes on where it stopped', async () => {
    let status = 410;
    const running = shop.run(() => status);
    await shop.change(2);
    await eventually(() => expect(running.disabled).toMatchObject([{ ...key, reason: 'GONE' }]));
    await shop.change(2);
    await sleep(700);
    expect(running.received).toHaveLength(1);
    status = 200;
    const change = { change: key, to: { isEnabled: true }, now: new Date(shop.now).toISOString() };
    await shop.inventory.writeWebhook(change);
    await untilAt(4);
    await running.stop();
    expect(running.received[1]?.id).toBe(running.received[0]?.id);
    expect(positionsOf(running).slice(running.received[0]?.positions.length)).toEqual(next(4));
  });

  test('after 5 days of failures it is disabled, and 20 attempts are kept', async () => {
    const running = shop.run(() => 503);
    await shop.change(1);
    for (let failures = 1; running.disabled.length === 0; failures++) {
      await eventually(async () => expect((await shop.load(key)).failures).toBe(failures));
      shop.now += retryDelayMs(failures, 1);
      running.wake();
      await eventually(async () =>
        expect(running.disabled.length + Number((await shop.load(key)).failures > failures)).toBeGreaterThan(
          0,
        ),
      );
    }
    await running.stop();
    expect(running.disabled).toMatchObject([{ ...key, reason: 'FAILING' }]);
    const { disabledReason, failures, position } = await shop.load(key);
    expect([disabledReason, position]).toEqual(['FAILING', first - 1]);
    expect(running.received).toHaveLength(failures);
    expect(new Set(running.received.map(({ id }) => id)).size).toBe(1);
    expect(await listAttempts(shop.store, key)).toHaveLength(Math.min(20, failures));
  });

  test('an endpoint that hangs delays no other', async () => {
    const other = await shop.add();
    const isHung = ({ id }: { readonly id: string }) => id.includes(key.endpointId);
    // On a busy machine the usual time for an answer may pass here, which would be a failure.
    const running = shop.run((message) => (isHung(message) ? new Promise(() => undefined) : 200), 90_000);
    const sentToHung = () => expect(running.received.filter(isHung)).toHaveLength(1);
    await shop.change(1);
    await eventually(sentToHung);
    await shop.change(1);
    await untilAt(2, other);
    await running.stop();
    sentToHung();
    // It was given back, and the attempt is no failure.
    expect(await shop.load(key)).toMatchObject({ lease: '', failures: 0, pendingUntil: first });
  });

  test('a filter lets changes through, and the position goes on behind the others', async () => {
    const filtered = await shop.add({ skuIds: ['B'] });
    await shop.change(30, 'A');
    await shop.change(2, 'B');
    await shop.change(30, 'A');
    const running = shop.run(() => 200);
    await untilAt(62, filtered);
    await running.stop();
    const own = running.received.filter(({ id }) => id.includes(filtered.endpointId));
    expect(own.flatMap(({ positions }) => positions)).toEqual([first + 30, first + 31]);
  });

  test('a dispatcher that was killed before it noted the answer: the next one sends the same message again', async () => {
    const hung = Promise.withResolvers<number>();
    const killed = shop.run(() => hung.promise);
    await shop.change(2);
    await eventually(() => expect(killed.received).toHaveLength(1));
    await killed.stop('killed');
    hung.resolve(200);
    await shop.change(2);
    const running = shop.run(() => 200);
    await untilAt(4);
    await running.stop();
    const [again] = running.received;
    expect([again?.id, again?.body]).toEqual([killed.received[0]?.id, killed.received[0]?.body]);
    expect(positionsOf(running)).toEqual(next(4));
  });

  test('two dispatchers on one store send each message once, one at a time', async () => {
    let inHand = 0;
    let most = 0;
    const answer = async () => {
      most = Math.max(most, ++inHand);
      await sleep(20);
      inHand -= 1;
      return 200;
    };
    const [one, two] = [shop.run(answer), shop.run(answer)];
    for (const _ of range(20)) {
      await shop.change(3);
      await sleep(30);
    }
    await untilAt(60);
    await Promise.all([one.stop(), two.stop()]);
    expect([...positionsOf(one), ...positionsOf(two)].toSorted((a, b) => a - b)).toEqual(next(60));
    expect(most).toBe(1);
  });

  test('a holder that lost its lease changes nothing', async () => {
    await shop.change(2);
    const seen = await shop.load(key);
    const { deliveries } = shop;
    expect(await deliveries.take(seen, { lease: 'one', position: first - 1, pendingUntil: first })).toBe(
      true,
    );
    // Another took it at the same time, or sees it as it was.
    expect(await deliveries.take(seen, { lease: 'two', position: first - 1, pendingUntil: first })).toBe(
      false,
    );
    const taken = await shop.load(key);
    expect(await deliveries.renew(key, 'one')).toBe(true);
    expect(await deliveries.take(taken, { lease: 'two', position: first - 1, pendingUntil: first })).toBe(
      false,
    );
    const renewed = await shop.load(key);
    expect(await deliveries.take(renewed, { lease: 'two', position: first - 1, pendingUntil: first })).toBe(
      true,
    );
    const before = await shop.load(key);
    const attempt = { at: '', messageId: 'm', outcome: 'ACCEPTED', status: 200, answer: '', ms: 1 } as const;
    expect(await deliveries.renew(key, 'one')).toBe(false);
    expect(await deliveries.release(key, 'one')).toBe(false);
    expect(await deliveries.settle(key, { lease: 'one', round: 0 }, { kind: 'ACCEPTED' }, attempt)).toBe(
      false,
    );
    expect(await deliveries.skip(seen, first)).toBe(false);
    expect(await shop.load(key)).toEqual(before);
    expect(await listAttempts(shop.store, key)).toEqual([]);
    expect(await deliveries.settle(key, { lease: 'two', round: 0 }, { kind: 'ACCEPTED' }, attempt)).toBe(
      true,
    );
    expect(await shop.load(key)).toMatchObject({ position: first, pendingUntil: null, lease: '' });
  });

  test('a replay begins a new round while a message is being sent, whose answer then moves nothing', async () => {
    const slow = Promise.withResolvers<number>();
    const answers = [slow.promise];
    const running = shop.run(() => answers.shift() ?? 200);
    await shop.change(2);
    await eventually(() => expect(running.received).toHaveLength(1));
    await shop.inventory.writeWebhook({ replay: key, behind: first - 1 });
    slow.resolve(200);
    await untilAt(2);
    await running.stop();
    expect(positionsOf(running).slice(running.received[0]?.positions.length)).toEqual(next(2));
    expect(running.received[1]?.id).toContain(`_1_${first}-`);
    // What was not sent yet is not skipped.
    await shop.change(1);
    for (const behind of [first + 2, 1_000_000])
      expect(await shop.inventory.writeWebhook({ replay: key, behind })).toBe(false);
    expect((await shop.load(key)).position).toBe(first + 1);
  });

  test('a ping is sent to an endpoint that is disabled, and moves nothing', async () => {
    const now = new Date(shop.now).toISOString();
    await shop.inventory.writeWebhook({ change: key, to: { isEnabled: false }, now });
    await shop.inventory.writeWebhook({ ping: key, pingId: 'acme_ping' });
    await shop.change(1);
    const running = shop.run(() => 500);
    await eventually(async () => expect(await outcomesOf(shop, key)).toEqual(['REFUSED']));
    await running.stop();
    expect(running.received.map(({ id, positions }) => [id, positions])).toEqual([['acme_ping', []]]);
    expect(await shop.load(key)).toMatchObject({
      pingId: null,
      position: first - 1,
      failures: 0,
      disabledAt: now,
    });
  });

  test('without the key nothing is sent, and it is no failure of the receiver', async () => {
    await shop.store.db.updateTable('webhook_endpoint').set({ secret: 'AAAA' }).execute();
    const running = shop.run(() => 200);
    await shop.change(1);
    await eventually(() => expect(running.failed.length).toBeGreaterThan(0));
    await running.stop();
    expect(running.received).toEqual([]);
    expect(await shop.load(key)).toMatchObject({ failures: 0, lease: '' });
  });
});

describe('control', () => {
  test('a receiver that is told nothing is noticed', async () => {
    const shop = await openShop('sqlite');
    await shop.change(1);
    const running = shop.run(() => 200);
    await sleep(500);
    await running.stop();
    expect(running.received).toEqual([]);
    await shop.close();
  });
});
