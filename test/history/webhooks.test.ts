/** Webhook endpoints of a log whose old changes are taken away: an enabled one misses nothing, a disabled one is told. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createWriteWebhook } from '../../src/db/webhook/write-webhook.ts';
import type { EndpointKey } from '../../src/domain/webhook/endpoint.ts';
import { eventually } from '../support/eventually.ts';
import { describeOnEachStore } from '../support/stores/stores.ts';
import { openShop, type Running, type Shop } from '../webhook/shop.ts';
import { passDays, prune } from './aged.ts';

describeOnEachStore('webhooks of a pruned log', (kind) => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await openShop(kind);
  });
  afterEach(async () => {
    await shop.stopAll();
    await shop.store.db.deleteFrom('webhook_attempt').execute();
    await shop.store.db.deleteFrom('webhook_endpoint').execute();
  });
  afterAll(() => shop.close());
  const horizon = async () => (await shop.inventory.marksAt('acme', [])).horizon;
  const last = () => shop.inventory.lastPosition('acme');
  const enable = (key: EndpointKey, isEnabled: boolean) =>
    shop.inventory.writeWebhook({ change: key, to: { isEnabled }, now: new Date().toISOString() });
  const positionsOf = ({ received }: Running) => received.flatMap(({ positions }) => positions);

  test('an enabled endpoint holds back what it has not accepted, and then gets all of it', async () => {
    await shop.change(2);
    await shop.add();
    const first = (await last()) + 1;
    await shop.change(6);
    await passDays(shop.store);
    await shop.change(1);
    await prune(shop.store);
    expect(await horizon()).toBe(first - 1);
    const running = shop.run(() => 204);
    await eventually(async () => expect(positionsOf(running).at(-1)).toBe(await last()));
    expect(positionsOf(running)[0]).toBe(first);
    expect(running.disabled).toEqual([]);
    await running.stop();
    await prune(shop.store);
    expect(await horizon()).toBeGreaterThan(first);
  });

  test('a disabled one holds nothing back, is told when it is enabled, and goes on behind what is gone', async () => {
    const key = await shop.add();
    await enable(key, false);
    const first = (await last()) + 1;
    await shop.change(5);
    await passDays(shop.store);
    await shop.change(2);
    await prune(shop.store);
    expect(await horizon()).toBe(first + 4);
    await enable(key, true);
    const running = shop.run(() => 204);
    await eventually(async () => expect((await shop.load(key)).disabledReason).toBe('CURSOR_EXPIRED'));
    await eventually(() => expect(running.disabled).toMatchObject([{ ...key, reason: 'CURSOR_EXPIRED' }]));
    expect(running.received).toEqual([]);
    await enable(key, true);
    await eventually(() => expect(positionsOf(running)).toEqual([first + 5, first + 6]));
    expect(running.failed).toEqual([]);
  });

  test('a replay begins with the first change that is left', async () => {
    const key = await shop.add();
    await shop.change(3);
    const running = shop.run(() => 204);
    await eventually(async () => expect((await shop.load(key)).position).toBe(await last()));
    await passDays(shop.store);
    await shop.change(2);
    await eventually(async () => expect((await shop.load(key)).position).toBe(await last()));
    await running.stop();
    await prune(shop.store);
    const left = (await horizon()) + 1;
    await createWriteWebhook(shop.store)({ replay: key, behind: 0 });
    const again = shop.run(() => 204);
    await eventually(() => expect(positionsOf(again)).toEqual([left, left + 1]));
  });
});
