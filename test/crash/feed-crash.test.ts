/** A gateway that is killed in the middle of a feed goes on with it: each row counts once, and nothing newer is overwritten. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createCatalog } from '../../src/db/catalog.ts';
import { createInventory } from '../../src/db/inventory.ts';
import { openStore } from '../../src/db/store/open-store.ts';
import { plainRequest } from '../../src/domain/update.ts';
import { seedStore, tokens } from '../support/gateway.ts';
import { startGateway, type RunningGateway } from '../support/machine/process.ts';
import { range } from '../support/range.ts';
import { createTestDatabase, describeOnEachStore } from '../support/stores/stores.ts';

/** Further kills, at random moments: `STOCKGATE_FEED_KILLS=30 npx vitest run test/crash/feed-crash`. */
const KILLS = Number(process.env['STOCKGATE_FEED_KILLS'] ?? 0);
const KILL_WITHIN_MS = 3_000;
const NAMED = KILLS > 0 ? 12_000 : 3_000;
const OMITTED = 600;
/** The gateway is ended once so many rows are done; the last time while the SKUs that the file leaves out are set to 0. */
const ENDED_AT = [
  [1, 'SIGKILL'],
  [NAMED / 2, 'SIGTERM'],
  [NAMED, 'SIGKILL'],
] as const;
const FILE = `sku_id,quantity_in_stock\nno-such,1\n${range(NAMED)
  .map((n) => `feed-${n},${1 + (n % 7)}\n`)
  .join('')}`;
const clock = () => new Date();

describeOnEachStore('A feed and kill -9', (kind) => {
  test(
    'each row once, one group, a right report, and nothing newer overwritten',
    async () => {
      const { url, remove } = await createTestDatabase(kind);
      const folder = await mkdtemp(join(tmpdir(), 'feeds-'));
      let gateway: RunningGateway | undefined;
      const start = async () =>
        (gateway = await startGateway(url, '--feed-spool', folder, '--log-level', 'error'));
      try {
        await seed(url);
        const { origin } = await start();
        const feedId = await send(origin);
        const corrected = new Map<string, number>();
        for (let kills = 0; kills < KILLS; kills++) {
          await sleep(Math.random() * KILL_WITHIN_MS);
          await gateway?.stop('SIGKILL');
          await start();
        }
        for (const [rows, signal] of ENDED_AT) {
          await untilDone(gateway, feedId, (feed) => feed.rowsDone >= rows);
          await gateway?.stop(signal);
          corrected.set(await correctNewest(url, feedId), 900_000 + rows);
          await start();
        }
        const feed = await untilDone(gateway, feedId, ({ state }) => state === 'DONE');
        expect(feed).toMatchObject({ rowsRead: NAMED + 1, rowsDone: NAMED + 1, actor: 'dashboard' });
        expect(feed.report).toMatchObject({ rows: NAMED + 1, applied: NAMED, unchanged: 0, rejected: 1 });
        expect(feed.report).toMatchObject({
          groupId: feedId,
          problems: [{ line: 2, code: 'SKU_NOT_FOUND' }],
        });
        // The seed has three more SKUs in stock.
        expect(feed.report?.zeroed).toBe(OMITTED + 3);
        const rejected = await fetch(`${gateway?.origin}/feeds/inventory/${feedId}/rejected.csv`, {
          headers,
        });
        expect((await rejected.text()).trim().split('\r\n')).toHaveLength(2);
        await gateway?.stop();
        await check(url, feedId, corrected);
      } finally {
        if (gateway?.process.exitCode === null) await gateway.stop('SIGKILL');
        await remove();
        await rm(folder, { recursive: true });
      }
    },
    120_000 + KILLS * 15_000,
  );
});

const headers = { authorization: `Token ${tokens.full}` };

interface Feed {
  readonly state: string;
  readonly rowsDone: number;
  readonly report: { readonly zeroed: number } | null;
}

async function seed(url: string): Promise<void> {
  const store = await openStore(url);
  await seedStore(store, clock);
  const rows = [
    ...range(NAMED).map((n) => ({ skuId: `feed-${n}`, quantityInStock: 50 })),
    ...range(OMITTED).map((n) => ({ skuId: `omitted-${n}`, quantityInStock: 5 })),
  ];
  for (let at = 0; at < rows.length; at += 1_000)
    await createCatalog(store, clock).save({ supplierId: 'acme', actor: 'seed' }, rows.slice(at, at + 1_000));
  await store.close();
}

async function send(origin: string): Promise<string> {
  const answer = await fetch(`${origin}/feeds/inventory?mode=full&allowZeroing=10000`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'text/csv' },
    body: FILE,
  });
  expect(answer.status).toBe(202);
  return ((await answer.json()) as { id: string }).id;
}

/** Looks at the feed until it is as wanted. */
async function untilDone(
  gateway: RunningGateway | undefined,
  feedId: string,
  isAsWanted: (feed: Feed) => boolean,
): Promise<Feed> {
  for (;;) {
    const answer = await fetch(`${gateway?.origin}/feeds/inventory/${feedId}`, { headers });
    const feed = (await answer.json()) as Feed;
    if (isAsWanted(feed) || feed.state === 'DONE') return feed;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** While no gateway runs, somebody corrects the SKU that the feed changed last. */
async function correctNewest(url: string, feedId: string): Promise<string> {
  const store = await openStore(url);
  const inventory = createInventory(store, clock);
  const changes = await inventory.changesAfter('acme', 0, { groupId: feedId }, 100_000);
  const newest = changes.at(-1);
  expect(newest).toBeDefined();
  const skuId = newest?.skuId ?? '';
  const request = {
    ...plainRequest,
    supplierId: 'acme',
    actor: 'clerk',
    source: 'GRAPHQL',
    operation: 'test',
  } as const;
  const identifier = { kind: 'skuId', value: skuId, gtin: null } as const;
  const quantityInStock = 900_000 + changes.length;
  await inventory.update({ ...request, rows: [{ identifier, edit: { kind: 'SET', quantityInStock } }] });
  await inventory.close();
  await store.close();
  return skuId;
}

async function check(url: string, feedId: string, corrected: ReadonlyMap<string, number>): Promise<void> {
  const store = await openStore(url);
  const rows = await store.db
    .selectFrom('inventory_change')
    .selectAll()
    .where('supplier_id', '=', 'acme')
    .execute();
  const changes = rows.filter(({ source }) => source === 'FEED');
  expect(new Set(changes.map(({ group_id }) => group_id))).toEqual(new Set([feedId]));
  expect(changes).toHaveLength(NAMED + OMITTED + 3);
  expect(new Set(changes.map(({ sku_id }) => sku_id)).size).toBe(changes.length);
  const skus = await store.db.selectFrom('sku').selectAll().where('supplier_id', '=', 'acme').execute();
  for (const { sku_id, quantity_in_stock } of skus) {
    const number = /^feed-(\d+)$/.exec(sku_id)?.[1];
    if (corrected.has(sku_id)) expect(quantity_in_stock).toBeGreaterThan(900_000);
    else if (number !== undefined) expect(quantity_in_stock).toBe(1 + (Number(number) % 7));
    else expect(quantity_in_stock).toBe(0);
  }
  await store.close();
}
