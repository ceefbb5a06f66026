/** A SQLite file gets smaller again: pages that hold nothing go back to the disk, a few at a time, beside writers and through crashes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Sqlite from 'better-sqlite3';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { backupCommand } from '../../src/cli/upkeep/backup.ts';
import { createCatalog } from '../../src/db/catalog.ts';
import { createGiveBack } from '../../src/db/history/give-back.ts';
import { createInventory } from '../../src/db/inventory.ts';
import { openStore } from '../../src/db/store/open-store.ts';
import type { Store } from '../../src/db/store/store.ts';
import { saveSupplier } from '../../src/db/suppliers.ts';
import { checkDatabase } from '../../src/db/upkeep/check.ts';
import { keepGivingBack } from '../../src/gateway/keep-giving-back.ts';
import { updateFor, setSku } from '../support/requests.ts';
import { runHere } from '../support/run-here.ts';
import { createSqliteDatabase, type TestDatabase } from '../support/stores/databases.ts';

const MEBIBYTE = 1 << 20;
/** What the file keeps for what is written next, and a page. */
const KEPT_BYTES = 16 * MEBIBYTE;
const BALLAST_ROWS = 20_000;
const now = () => new Date('2026-11-01T09:30:00.000Z');

let database: TestDatabase;
let path: string;
let store: Store;
beforeEach(async () => {
  database = createSqliteDatabase();
  path = database.url.slice('sqlite:'.length);
  store = await openStore(database.url);
  await saveSupplier(store, 'acme', now());
  await createCatalog(store, now).save({ supplierId: 'acme', actor: 'seed' }, [{ skuId: 'one' }]);
});
afterEach(async () => {
  await store.close();
  await database.remove();
});

/** Some 52 MB of keys, by random names, so that their pages are anywhere in the file. `every`: of how many one is kept. */
async function fillAndDelete(target = store, every = 1_000): Promise<void> {
  await sql`insert into idempotency_key
    with recursive row (n) as (select 1 union all select n + 1 from row where n < ${BALLAST_ROWS})
    select 'acme', 'ballast', hex(randomblob(8)) || '-' || n, '', randomblob(2500), 0 from row`.execute(
    target.db,
  );
  await sql`delete from idempotency_key where cast(substr(key, 18) as integer) % ${every} <> 0`.execute(
    target.db,
  );
  await sql`update supplier set idempotency_bytes = (
    select coalesce(sum(octet_length(answer) + 2 * octet_length(key) + 200), 0) from idempotency_key)`.execute(
    target.db,
  );
}

function pagesOf(file = path): { free: number; all: number } {
  const reader = new Sqlite(file, { readonly: true });
  const read = (name: string) => Number(reader.pragma(name, { simple: true }));
  const pages = { free: read('freelist_count'), all: read('page_count') };
  reader.close();
  return pages;
}

const sizeOf = () => statSync(path).size;

async function giveAllBack(): Promise<number> {
  const giveBack = createGiveBack(store);
  let steps = 1;
  while (await giveBack()) steps += 1;
  return steps;
}

test('a file shrinks by what was deleted, down to a bound, in steps of a few pages', async () => {
  await fillAndDelete();
  const before = pagesOf();
  await createGiveBack(store)();
  expect(pagesOf()).toEqual({ free: before.free - 64, all: before.all - 64 - pointerPages(before.all, 64) });
  const steps = await giveAllBack();
  expect(steps).toBeGreaterThan(100);
  const { free, all } = pagesOf();
  expect(free * 2_048).toBeLessThanOrEqual(KEPT_BYTES);
  expect(free * 2_048).toBeGreaterThan(KEPT_BYTES - MEBIBYTE);
  await store.close();
  expect(sizeOf()).toBe(all * 2_048);
  expect(sizeOf()).toBeLessThan(KEPT_BYTES + 4 * MEBIBYTE);
  store = await openStore(database.url);
  expect((await checkDatabase(database.url)).findings).toEqual([]);
});

/** One page of 410 says who points at the others. Those that stand behind the new end go too. */
function pointerPages(all: number, given: number): number {
  return Math.floor(all / 410) - Math.floor((all - given) / 410);
}

test('what is about to be used again stays', async () => {
  const before = sizeOf();
  expect(await createGiveBack(store)()).toBe(false);
  expect(sizeOf()).toBe(before);
});

test('the log stays within its limit meanwhile', async () => {
  await fillAndDelete();
  await store.close();
  store = await openStore(database.url, { logLimitBytes: 2 * MEBIBYTE });
  const giveBack = createGiveBack(store);
  let longest = 0;
  while (await giveBack()) longest = Math.max(longest, statSync(`${path}-wal`).size);
  expect(longest).toBeGreaterThan(0);
  expect(longest).toBeLessThan(3 * MEBIBYTE);
});

test('updates go on meanwhile, by the same writer, until it is stopped', async () => {
  await fillAndDelete();
  const before = pagesOf();
  const inventory = createInventory(store, now);
  const warn = vi.fn<(line: object, message: string) => void>();
  const stop = keepGivingBack(inventory, { warn }, 1);
  const origin = { supplierId: 'acme', actor: 'dashboard', source: 'GRAPHQL' } as const;
  let quantity = 0;
  while (pagesOf().free > before.free * 0.85) {
    const [result] = await updateFor(inventory, origin, [setSku('one', { quantityInStock: ++quantity })]);
    expect(result).toMatchObject({ outcome: 'APPLIED', sku: { version: quantity } });
  }
  await stop();
  expect(quantity).toBeGreaterThan(20);
  const { free } = pagesOf();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(pagesOf().free).toBe(free);
  await inventory.close();
  expect(warn).not.toHaveBeenCalled();
  expect((await checkDatabase(database.url)).findings).toEqual([]);
});

test('a process that is killed in any step leaves a sound store, from which the next one goes on', async () => {
  await fillAndDelete();
  await store.close();
  const script = fileURLToPath(new URL('give-back-process.ts', import.meta.url));
  let { free } = pagesOf();
  for (const ms of [5, 15, 40]) {
    const child = spawn(process.execPath, [script, database.url], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    await new Promise((resolve) => setTimeout(resolve, ms));
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect((await checkDatabase(database.url)).findings).toEqual([]);
    const left = pagesOf().free;
    expect(left).toBeLessThan(free);
    free = left;
  }
  store = await openStore(database.url);
  await giveAllBack();
  expect(pagesOf().free * 2_048).toBeLessThanOrEqual(KEPT_BYTES);
  expect((await checkDatabase(database.url)).findings).toEqual([]);
});

test('a new file has a compact backup too', async () => {
  const file = `${path}.saved`;
  expect(await runHere(backupCommand, [file, '--compact', '--database', database.url])).toMatchObject({
    code: 0,
  });
  expect((await checkDatabase(`sqlite:${file}`)).findings).toEqual([]);
});

test('a file of an older version keeps its size; its compact backup is small, and shrinks later', async () => {
  await store.close();
  const older = new Sqlite(path);
  older.pragma('journal_mode = delete');
  older.pragma('auto_vacuum = none');
  older.exec('vacuum');
  older.close();
  store = await openStore(database.url);
  await fillAndDelete();
  expect(await createGiveBack(store)()).toBe(false);

  const file = `${path}.saved`;
  expect(await runHere(backupCommand, [file, '--compact', '--database', database.url])).toMatchObject({
    code: 0,
  });
  expect(pagesOf(file).free).toBe(0);
  expect(statSync(file).size).toBeLessThan(MEBIBYTE);
  await store.close();
  store = await openStore(`sqlite:${file}`);
  await fillAndDelete();
  expect(await createGiveBack(store)()).toBe(true);
});
