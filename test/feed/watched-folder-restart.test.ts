/** A watched folder after a restart: what was claimed is applied once, by the program that holds the folder. */
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lockFolder } from '../../src/db/driver/folder-lock.ts';
import { createFeeds } from '../../src/db/feed/feeds.ts';
import { createInventory } from '../../src/db/inventory.ts';
import { openStore } from '../../src/db/store/open-store.ts';
import type { Store } from '../../src/db/store/store.ts';
import { runFeeds } from '../../src/gateway/feed/run-feeds.ts';
import { eventually } from '../support/eventually.ts';
import { seedStore } from '../support/gateway.ts';
import { makeFolder, type TestDatabase } from '../support/stores/databases.ts';
import { createTestDatabase } from '../support/stores/stores.ts';

const ROW = 'sku_id,quantity_in_stock\nEACH,17\n';
const DAY_MS = 86_400_000;
/** More than a tick of the clock that stamps files. */
const TICK_MS = 20;

const folder = makeFolder();
let database: TestDatabase;
let store: Store;
beforeAll(async () => {
  database = await createTestDatabase('sqlite');
  store = await openStore(database.url);
  await seedStore(store, () => new Date());
});
afterAll(async () => {
  await store.close();
  await database.remove();
  folder.remove();
});

/** A watched folder in which a file was claimed, and what a gateway does with it. */
function makeClaimed(number: number) {
  const directory = join(folder.path, String(number));
  const acme = join(directory, 'acme');
  const spool = join(directory, '.spool');
  for (const part of ['in', 'claimed']) mkdirSync(join(acme, part), { recursive: true });
  mkdirSync(spool);
  const feedId = `00000000-0000-4000-8000-00000000000${number}`;
  const claimed = join(acme, 'claimed', `${feedId}.a.csv`);
  const run = async (check: () => Promise<void>, clock = () => new Date()) => {
    const stop = new AbortController();
    const inventory = createInventory(store, clock);
    const running = runFeeds({
      ...{ store, inventory, feeds: createFeeds(store), folder: spool, clock, stop: stop.signal },
      ...{ watch: { directory, needsMark: true }, ended: () => undefined, report: () => undefined },
    });
    try {
      await check();
    } finally {
      stop.abort();
      await running.ended;
      await inventory.close();
    }
  };
  return { directory, acme, spool, feedId, claimed, run };
}

test('a claimed file whose feed is forgotten is not applied again', async () => {
  const { acme, feedId, claimed, run } = makeClaimed(1);
  writeFileSync(claimed, ROW);
  const check = () => eventually(() => expect(existsSync(join(acme, 'rejected', 'a.csv'))).toBe(true));
  await run(check, () => new Date(Date.now() + 29 * DAY_MS));
  expect(readFileSync(join(acme, 'rejected', 'a.csv.report.json'), 'utf8')).toContain('no longer known');
  expect(await createFeeds(store).find('acme', feedId)).toBeNull();
});

test('the mark of a claimed file does not hold for the next one of its name', async () => {
  const { acme, claimed, run } = makeClaimed(2);
  writeFileSync(join(acme, 'in', 'a.csv.done'), '');
  await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  writeFileSync(claimed, ROW);
  writeFileSync(join(acme, 'in', 'a.csv'), 'half of the ne');
  await run(() => eventually(() => expect(existsSync(join(acme, 'done', 'a.csv'))).toBe(true)));
  expect(readFileSync(join(acme, 'in', 'a.csv'), 'utf8')).toBe('half of the ne');
  expect(existsSync(join(acme, 'in', 'a.csv.done'))).toBe(false);
});

test('a feed of the folder waits while another program holds the folder', async () => {
  const { directory, acme, spool, feedId, claimed, run } = makeClaimed(3);
  writeFileSync(claimed, ROW);
  symlinkSync(claimed, join(spool, `${feedId}.file`));
  const feeds = createFeeds(store);
  const now = new Date().toISOString();
  await feeds.create({
    ...{ supplierId: 'acme', feedId, filename: 'a.csv', createdAt: now, asOf: now, actor: 'watched folder' },
    ...{ mode: 'delta', sheet: null, dryRun: false, allowZeroing: null, reason: null, isBlind: false },
    ...{ referenceDocumentUri: null, idempotencyKey: null, fingerprint: feedId },
  });
  const unlock = lockFolder(directory, '.lock');
  await run(async () => {
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await feeds.find('acme', feedId)).toMatchObject({ state: 'QUEUED' });
    unlock?.();
    await eventually(() => expect(existsSync(join(acme, 'done', 'a.csv'))).toBe(true));
  });
});
