/** A kill -9 in the middle of a migration is harmless: the store is as it was, and the next start brings it to the present schema. */
import { hash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql, type Kysely } from 'kysely';
import { Client } from 'pg';
import { describe, expect, inject, test } from 'vitest';
import { openStore } from '../../src/db/store/open-store.ts';
import type { StoreKind } from '../../src/db/store/store.ts';
import { createSqliteDatabase, type TestDatabase } from '../support/stores/databases.ts';
import { openOldStore } from '../support/stores/old-store.ts';
import { spawnCommand } from '../support/machine/process.ts';
import { createBareDatabase, describeOnEachStore } from '../support/stores/stores.ts';

const OLD = '0002_retries_and_history';
/** Enough that the migration takes a tenth of a second or two. */
const CHANGES = 10_000;
const SKUS = 500;
/** Each kill comes at a random moment in so much of the migration's time. */
const KILL_WITHIN = [0, 0.5];
/** On a busy machine a kill may come too late. */
const MAX_TRIES = 5;
const POLL_MS = 2;
/** Programs start slowly on a busy machine. */
const TIMEOUT_MS = 60_000;

describeOnEachStore('a migration', (kind) => {
  test(
    'that is killed again and again ends as one that was left alone',
    { timeout: TIMEOUT_MS },
    async () => {
      const alone = await createOldDatabase(kind);
      const old = await digest(kind, alone.url);
      const began = performance.now();
      await (await openStore(alone.url)).close();
      const durationMs = performance.now() - began;
      const present = await digest(kind, alone.url);
      await alone.remove();
      expect(present).not.toBe(old);

      let undone = 0;
      for (let tries = 0; undone === 0 && tries < MAX_TRIES; tries++) {
        const { url, remove } = await createOldDatabase(kind);
        for (const part of KILL_WITHIN) {
          await killAtWork(kind, url, durationMs * part * Math.random());
          const left = await digest(kind, url);
          expect([old, present]).toContain(left);
          if (left === old) undone++;
        }
        await (await openStore(url)).close();
        expect(await digest(kind, url)).toBe(present);
        await remove();
      }
      expect(undone).toBeGreaterThan(0);
    },
  );
});

async function createOldDatabase(kind: StoreKind): Promise<TestDatabase> {
  const database = await createBareDatabase(kind);
  const db = await openOldStore(kind, database.url, OLD);
  const numbers = (count: number) =>
    sql`with recursive number (n) as (select 1 union all select n + 1 from number where n < ${sql.lit(count)})`;
  await sql`insert into supplier values ('acme', ${CHANGES}, '')`.execute(db);
  await sql`${numbers(SKUS)} insert into sku (supplier_id, sku_id, quantity_in_stock, version, updated_at)
    select 'acme', 'sku-' || n, ${sql.lit(CHANGES / SKUS)}, ${sql.lit(CHANGES / SKUS)}, '' from number`.execute(
    db,
  );
  await sql`${numbers(CHANGES)} insert into inventory_change
    select 'acme', n, 'sku-' || ((n - 1) % ${sql.lit(SKUS)} + 1), (n - 1) / ${sql.lit(SKUS)} + 1,
      (n - 1) / ${sql.lit(SKUS)}, (n - 1) / ${sql.lit(SKUS)} + 1, 0, 0, null, null, 'REST', 'x', '', null, null, null
    from number`.execute(db);
  await db.destroy();
  return database;
}

/** Starts `stockgate migrate`, which opens the store as every start does, and kills it so long after it has begun with its store. */
async function killAtWork(kind: StoreKind, url: string, afterMs: number): Promise<void> {
  const child = spawnCommand('migrate', '--database', url);
  const exited = once(child, 'exit');
  const isAtWork = async () =>
    kind === 'sqlite' ? existsSync(`${pathOf(url)}-shm`) : (await connectionsTo(url)) > 0;
  try {
    while (child.exitCode === null && !(await isAtWork())) await sleep(POLL_MS);
    await sleep(afterMs);
  } finally {
    child.kill('SIGKILL');
    await exited;
  }
}

async function connectionsTo(url: string): Promise<number> {
  const client = new Client({ connectionString: `${inject('postgresUrl')}/postgres` });
  await client.connect();
  const { rowCount } = await client.query('select from pg_stat_activity where datname = $1', [
    new URL(url).pathname.slice(1),
  ]);
  await client.end();
  return rowCount ?? 0;
}

const pathOf = (url: string) => url.replace('sqlite:', '');

/** All that a store holds, and its schema, as one hash; read once nobody else is at it. */
async function digest(kind: StoreKind, url: string): Promise<string> {
  if (kind === 'postgres') while ((await connectionsTo(url)) > 0) await sleep(POLL_MS);
  // The schema that it has already: nothing is migrated.
  const db = await openOldStore(kind, url);
  try {
    const tables = ['supplier', 'token', 'sku', 'sku_code', 'inventory_change', 'idempotency_key'];
    const rows = await Promise.all(
      tables.map((table) => sql`select * from ${sql.table(table)} order by 1, 2`.execute(db)),
    );
    const migrations = await sql`select name from kysely_migration order by name`.execute(db);
    const all = [await schemaOf(kind, db), migrations.rows, rows.map((result) => result.rows)];
    return hash('sha256', JSON.stringify(all));
  } finally {
    await db.destroy();
  }
}

async function schemaOf(kind: StoreKind, db: Kysely<unknown>): Promise<unknown> {
  const texts =
    kind === 'sqlite'
      ? [sql`select name, sql from sqlite_schema order by name`, sql`pragma integrity_check`]
      : [
          sql`select table_name, column_name, data_type, is_nullable, column_default, collation_name
            from information_schema.columns where table_schema = 'public' order by 1, ordinal_position`,
          sql`select indexdef from pg_indexes where schemaname = 'public' order by 1`,
          sql`select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint order by 1, 2`,
        ];
  return Promise.all(texts.map(async (text) => (await text.execute(db)).rows));
}

describe('a file of a newer version', () => {
  test('is refused with one clear line, and left as it is byte for byte', async () => {
    const database = createSqliteDatabase();
    const store = await openStore(database.url);
    await sql`insert into kysely_migration values ('0099_later', ${new Date().toISOString()})`.execute(
      store.db,
    );
    await store.close();
    const before = readFileSync(pathOf(database.url));
    const opening = openStore(database.url);
    await expect(opening).rejects.toThrow(
      /^The database is of a newer version of Stockgate \(0099_later is not known here\): run that version, or a later one\.$/,
    );
    expect(readFileSync(pathOf(database.url)).equals(before)).toBe(true);
    await database.remove();
  });
});
