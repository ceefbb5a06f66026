/** SQLite's log is bounded: by steps into the database file, and where a reader holds it, by a limit past which nothing is written. */
import { statSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createReadiness } from '../../src/db/commit/readiness.ts';
import { openStore } from '../../src/db/store/open-store.ts';
import type { Store } from '../../src/db/store/store.ts';
import { codeOf, LOG_LIMIT } from '../../src/db/driver/store-error.ts';
import { inTransaction } from '../../src/db/store/transaction.ts';
import { UnavailableError } from '../../src/domain/unavailable.ts';
import { createSqliteDatabase, type TestDatabase } from '../support/stores/databases.ts';

const LIMIT_BYTES = 4 << 20;
const WRITE_BYTES = 256 << 10;
const RECOVERS_MS = 5_000;

let database: TestDatabase;
let path: string;
let store: Store;
beforeEach(async () => {
  database = createSqliteDatabase();
  path = database.url.slice('sqlite:'.length);
  store = await openStore(database.url, { logLimitBytes: LIMIT_BYTES });
  await sql`create table filler (bytes blob) strict`.execute(store.db);
});
afterEach(async () => {
  await store.close();
  await database.remove();
});

test('many times the limit may be written while no reader holds the log', async () => {
  for (let written = 0; written < 8 * LIMIT_BYTES; written += WRITE_BYTES) await write();
  expect(statSync(`${path}-wal`).size).toBeLessThan(LIMIT_BYTES);
});

test('a reader that holds it bounds what is written; once it lets go, all goes on', async () => {
  const reader = new Sqlite(path, { readonly: true });
  try {
    reader.exec('begin');
    reader.prepare('select count(*) from filler').get();
    const refusal = await refusalOf(async () => {
      for (let written = 0; written < 8 * LIMIT_BYTES; written += WRITE_BYTES) await write();
    });
    expect(refusal).toBe(LOG_LIMIT);
    expect(await refusalOf(write)).toBe(LOG_LIMIT);
    expect(await createReadiness(store).check()).toMatch(/reached its limit.*backup/);
    expect(statSync(`${path}-wal`).size).toBeLessThan(LIMIT_BYTES + 2 * WRITE_BYTES);
  } finally {
    reader.close();
  }
  await expect.poll(() => refusalOf(write), { timeout: RECOVERS_MS }).toBeNull();
  expect(await createReadiness(store).check()).toBeNull();
  expect(statSync(`${path}-wal`).size).toBeLessThan(LIMIT_BYTES);
});

async function write(): Promise<void> {
  await inTransaction(store, (trx) =>
    sql`insert into filler values (randomblob(${WRITE_BYTES}))`.execute(trx),
  );
}

/** The code of what is behind an UnavailableError; null when there was none. */
async function refusalOf(work: () => Promise<void>): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    return error instanceof UnavailableError ? codeOf(error.cause) : String(error);
  }
}
