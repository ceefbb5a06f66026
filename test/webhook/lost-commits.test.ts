/** Webhooks after the store lost commits: an endpoint that was told of lost changes is disabled, and no new change is skipped. */
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { openStore } from '../../src/db/store/open-store.ts';
import type { EndpointKey } from '../../src/domain/webhook/endpoint.ts';
import { eventually } from '../support/eventually.ts';
import { loseCommits } from '../support/stores/lose-commits.ts';
import { openOldStore } from '../support/stores/old-store.ts';
import { createBareDatabase, describeOnEachStore } from '../support/stores/stores.ts';
import { openShop, type Running, type Shop } from './shop.ts';

describeOnEachStore('webhooks of a store that lost commits', (kind) => {
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
    await shop.change(5);
    key = await shop.add();
    first = (await last()) + 1;
  });
  const last = () => shop.inventory.lastPosition('acme');
  const positionsOf = ({ received }: Running) => received.flatMap(({ positions }) => positions);
  const untilAt = (position: number) =>
    eventually(async () => expect((await shop.load(key)).position).toBe(position));
  const untilDisabled = (running: Running) =>
    eventually(async () => {
      expect((await shop.load(key)).disabledReason).toBe('CURSOR_AHEAD');
      expect(running.disabled).toMatchObject([{ ...key, reason: 'CURSOR_AHEAD' }]);
    });
  const enable = () =>
    shop.inventory.writeWebhook({ change: key, to: { isEnabled: true }, now: new Date().toISOString() });
  /** As in one database: what was written after the lost changes is lost with them. */
  async function loseWithEndpoint(position: number) {
    await loseCommits(shop.store, 'acme', position);
    await shop.store.writes
      .updateTable('webhook_endpoint')
      .set({ position, pending_until: null })
      .where('position', '>', position)
      .execute();
  }

  test('one that accepted lost changes is disabled, and goes on where it stands once it is enabled', async () => {
    const running = shop.run(() => 204);
    await shop.change(4);
    await untilAt(first + 3);
    await loseWithEndpoint(first);
    await shop.change(1);
    await untilDisabled(running);
    expect(running.received.flatMap(({ positions }) => positions)).toEqual([
      first,
      first + 1,
      first + 2,
      first + 3,
    ]);
    await enable();
    await untilAt(first + 1);
    expect(positionsOf(running).slice(4)).toEqual([first + 1]);
    await shop.change(1);
    await untilAt(first + 2);
    expect(running.disabled).toHaveLength(1);
    expect(running.failed).toEqual([]);
  });

  test('the same, when as many changes were made since as were lost', async () => {
    const running = shop.run(() => 204);
    await shop.change(2);
    await untilAt(first + 1);
    await running.stop();
    const again = shop.run(() => 204);
    await shop.change(2);
    await untilAt(first + 3);
    await loseWithEndpoint(first + 1);
    await shop.change(5);
    await untilDisabled(again);
    expect(positionsOf(again)).toEqual([first + 2, first + 3]);
  });

  test('one that is ahead of the log, for a dispatcher that knows nothing of it, is disabled at the end', async () => {
    await shop.store.writes
      .updateTable('webhook_endpoint')
      .set({ position: first + 6, pending_until: first + 8 })
      .execute();
    const running = shop.run(() => 204);
    await untilDisabled(running);
    expect(await shop.load(key)).toMatchObject({ position: first - 1, pendingUntil: null, round: 1 });
    await enable();
    await shop.change(1);
    await untilAt(first);
    expect(positionsOf(running)).toEqual([first]);
  });

  test('a change is sent whose position another one had that was looked at before', async () => {
    await shop.store.writes
      .updateTable('webhook_endpoint')
      .set({ filter: JSON.stringify({ skuIds: ['B'] }) })
      .execute();
    const running = shop.run(() => 204);
    await shop.change(1);
    // The first position behind which nothing was found is written at once, the next ones after a while.
    await untilAt(first);
    await shop.change(9);
    await eventually(async () => {
      running.wake();
      expect((await shop.load(key)).position).toBe(first);
    });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await loseWithEndpoint(first);
    await shop.change(1, 'B');
    await eventually(() => expect(positionsOf(running)).toEqual([first + 1]));
    expect(running.disabled).toEqual([]);
  });

  test('a migration lets endpoints be disabled for it, and keeps the reasons of others', async () => {
    const database = await createBareDatabase(kind);
    const old = await openOldStore(kind, database.url, '0011_webhooks');
    const row = { endpoint_id: 'e', url: 'u', filter: '{}', secret: 's', position: 3, created_at: 'now' };
    const db = old as never as typeof shop.store.db;
    await sql`insert into supplier (supplier_id, last_position, created_at, name) values ('acme', 9, '', 'acme')`.execute(
      old,
    );
    for (const [i, disabled_reason] of [null, 'BY_HAND', 'GONE', 'FAILING'].entries())
      await db
        .insertInto('webhook_endpoint')
        .values({ ...row, supplier_id: 'acme', endpoint_id: `e${i}`, disabled_reason } as never)
        .execute();
    await old.destroy();
    const store = await openStore(database.url);
    const reasons = async () =>
      (
        await store.db
          .selectFrom('webhook_endpoint')
          .select('disabled_reason')
          .orderBy('endpoint_id')
          .execute()
      ).map(({ disabled_reason }) => disabled_reason);
    expect(await reasons()).toEqual([null, 'BY_HAND', 'GONE', 'FAILING']);
    const set = (disabled_reason: string) =>
      store.writes
        .updateTable('webhook_endpoint')
        .set({ disabled_reason: disabled_reason as never })
        .where('endpoint_id', '=', 'e0')
        .execute();
    await set('CURSOR_AHEAD');
    await expect(set('OTHER')).rejects.toThrow(/check/i);
    expect(await reasons()).toEqual(['CURSOR_AHEAD', 'BY_HAND', 'GONE', 'FAILING']);
    await store.close();
    await database.remove();
  });
});
