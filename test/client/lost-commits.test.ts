/** The client after the gateway's store lost commits: CURSOR_AHEAD is thrown and not tried again, and a new start goes on. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createClient, type Client, type LiveStatus } from '../../packages/client/src/client.ts';
import { StockgateError } from '../../packages/client/src/errors.ts';
import { openStore } from '../../src/db/store/open-store.ts';
import { eventually } from '../support/eventually.ts';
import { loseCommits } from '../support/stores/lose-commits.ts';
import { openDemoGateway, TOKEN, type DemoGateway } from './demo-gateway.ts';

let gateway: DemoGateway;
let client: Client;
beforeAll(async () => {
  gateway = await openDemoGateway('--rate-limit', '0');
  client = createClient({ url: gateway.url, token: TOKEN });
});
beforeEach(() => sell());
afterEach(() => gateway.proxy.cut());
afterAll(() => gateway.close());

const identifier = { skuId: 'yoyo-red' };
const sell = () => client.adjust({ identifier, quantityInStockDelta: 1 });

/** Loses the last change. */
async function lose(): Promise<void> {
  const store = await openStore(gateway.database);
  const supplier = await store.db.selectFrom('supplier').selectAll().executeTakeFirstOrThrow();
  await loseCommits(store, supplier.supplier_id, supplier.last_position - 1);
  await store.close();
}

/** The cursor of the last change. */
async function lastCursor(): Promise<string | undefined> {
  let cursor: string | undefined;
  for await (const change of client.changes()) ({ cursor } = change);
  return cursor;
}

test.each(['past the end', 'at another change'])('a lost cursor is refused: %s', async (where) => {
  const after = await lastCursor();
  await lose();
  if (where === 'at another change') await sell();
  const ahead = { name: 'StockgateError', code: 'CURSOR_AHEAD', status: 200 };
  await expect(client.changes({ after }).next()).rejects.toMatchObject(ahead);
  const states: string[] = [];
  const live = client.live({ after, onStatus: ({ state }) => states.push(state) });
  await expect(live.next()).rejects.toMatchObject(ahead);
  expect(await live.next()).toEqual({ value: undefined, done: true });
  expect(states).not.toContain('resuming');
});

test('live() throws it while it waits, and a new one goes on from the store as it is', async () => {
  const statuses: LiveStatus[] = [];
  const live = client.live({ onStatus: (status) => statuses.push(status) });
  const next = live.next().catch((error: unknown) => error);
  await eventually(() => expect(statuses).toMatchObject([{ state: 'live' }]));
  await lose();
  const error = await next;
  expect(error).toBeInstanceOf(StockgateError);
  expect(error).toMatchObject({ code: 'CURSOR_AHEAD' });
  expect(statuses).toHaveLength(1);

  const again = client.live({ onStatus: (status) => statuses.push(status) });
  const event = again.next();
  await eventually(() => expect(statuses.at(-1)?.state).toBe('live'));
  const sku = await client.sku(identifier);
  await sell();
  expect((await event).value?.change).toMatchObject({ skuId: 'yoyo-red', version: (sku?.version ?? 0) + 1 });
  await again.return?.();
});
