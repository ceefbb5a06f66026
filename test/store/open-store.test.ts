/** How a store is opened: SQLite's durable settings and its lock, addresses, missing files, errors, several openers at once. */
import dns from 'node:dns';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createCatalog } from '../../src/db/catalog.ts';
import { createMigrations } from '../../src/db/migrations/migrations.ts';
import { openStore } from '../../src/db/store/open-store.ts';
import { saveSupplier } from '../../src/db/suppliers.ts';
import { inTransaction } from '../../src/db/store/transaction.ts';
import type { TestDatabase } from '../support/stores/databases.ts';
import { query } from '../support/stores/postgres-server.ts';
import { createBareDatabase, createTestDatabase, openTestStore } from '../support/stores/stores.ts';
import { startThread } from '../support/thread-talk.ts';
import type { FileOpenerWork } from '../fixtures/file-opener.ts';
import type { VersionWriterWork } from '../fixtures/version-writer.ts';

/** Each migration, once. */
const migrated = Object.keys(createMigrations('sqlite')).map((name) => ({ name }));

describe('SQLite', () => {
  let database: Awaited<ReturnType<typeof openTestStore>>;

  beforeAll(async () => {
    database = await openTestStore('sqlite');
    await saveSupplier(database.store, 'acme', new Date());
    const origin = { supplierId: 'acme', actor: 'seed' };
    await createCatalog(database.store, () => new Date()).save(origin, [{ skuId: 'A' }]);
  });
  afterAll(() => database.remove());

  test.each([
    // FULL: a commit is answered once it is synced.
    ['synchronous', 2],
    ['journal_mode', 'wal'],
    ['foreign_keys', 1],
    ['ignore_check_constraints', 0],
  ])('runs with %s = %s', async (pragma, value) => {
    const { rows } = await sql.raw(`pragma ${pragma}`).execute(database.store.db);
    expect(rows).toEqual([{ [pragma]: value }]);
  });

  test('waits for another writer, and not for ever', async () => {
    const { rows } = await sql<{ timeout: number }>`pragma busy_timeout`.execute(database.store.db);
    expect(rows[0]?.timeout).toBeGreaterThanOrEqual(1_000);
    expect(rows[0]?.timeout).toBeLessThanOrEqual(10_000);
  });

  test('has STRICT tables alone', async () => {
    const { rows } = await sql<{
      name: string;
    }>`select name from pragma_table_list where schema = 'main' and type = 'table' and not strict`.execute(
      database.store.db,
    );
    // Kysely's own tables hold no data of ours.
    expect(rows.filter(({ name }) => !/^(sqlite|kysely)_/.test(name))).toEqual([]);
  });

  test('lets a transaction that began by reading write, though another process wrote in between', async () => {
    const work: VersionWriterWork = { url: database.url };
    const other = startThread('version-writer', work);
    const exited = once(other, 'exit');
    await once(other, 'message');
    await inTransaction(database.store, async (trx) => {
      const { version } = await trx.selectFrom('sku').select('version').executeTakeFirstOrThrow();
      other.postMessage('go');
      // Time enough for the other to write, unless it waits for this transaction, as it shall.
      await Promise.race([exited, new Promise((resolve) => setTimeout(resolve, 300))]);
      await trx
        .updateTable('sku')
        .set({ version: version + 1 })
        .execute();
    });
    expect(await exited).toEqual([0]);
    expect(await database.store.db.selectFrom('sku').select('version').execute()).toEqual([{ version: 2 }]);
  });
});

describe('opening', () => {
  let folder: string;
  let postgres: TestDatabase | undefined;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'stockgate-open-'));
    if (inject('postgresUrl') !== null) postgres = await createTestDatabase('postgres');
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await postgres?.remove();
  });

  test.each([
    '',
    'stockgate.db',
    'mysql://root@127.0.0.1/x',
    'SQLITE:x.db',
    'postgres:x',
    'http://127.0.0.1/',
    'sqlite:',
  ])('refuses the address %j, and says which forms it knows', async (url) => {
    const opening = openStore(url).then((store) => store.close());
    await expect(opening).rejects.toThrow(
      'The database must be given as sqlite:PATH or postgres://USER@HOST/NAME.',
    );
  });

  test('makes a missing SQLite file and its folders', async () => {
    const path = join(folder, 'a', 'new folder', 'stock.db');
    const store = await openStore(`sqlite:${path}`);
    await store.close();
    expect(existsSync(path)).toBe(true);
  });

  test.each<[what: string, url: () => string, says: RegExp]>([
    [
      'a file that is no database',
      () => `sqlite:${writeText(join(folder, 'text.db'))}`,
      /^.*not a SQLite database.*$/,
    ],
    ['a folder', () => `sqlite:${folder}`, /^.*open.*$/],
    [
      'a server that is not there',
      () => 'postgres://nobody@127.0.0.1:1/none',
      /^.*ECONNREFUSED 127\.0\.0\.1:1.*$/,
    ],
  ])('fails on %s with one clear line', async (_what, url, says) => {
    await expect(openStore(url())).rejects.toThrow(says);
  });

  test('fails with one clear line on a name of two addresses, such as localhost often is', async () => {
    const { lookup } = dns;
    const addresses = ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, family: 4 }));
    // The one mock here: a name that resolves so is nowhere to be had for certain.
    Reflect.set(dns, 'lookup', (_name: string, _options: unknown, done: (...found: unknown[]) => void) =>
      done(null, addresses),
    );
    try {
      await expect(openStore('postgres://nobody@localhost:1/none')).rejects.toThrow(/^.*ECONNREFUSED.*$/);
    } finally {
      Reflect.set(dns, 'lookup', lookup);
    }
  });

  test.skipIf(inject('postgresUrl') === null)(
    'fails on a missing PostgreSQL database by its name',
    async () => {
      await expect(openStore(`${postgres?.url}_missing`)).rejects.toThrow(
        /database "\w+_missing" does not exist/,
      );
    },
  );

  test('by several processes at once makes and migrates a SQLite file once', async () => {
    const urls = Array.from({ length: 12 }, (_, i) => `sqlite:${join(folder, `shared-${i}.db`)}`);
    const arrived = new Int32Array(new SharedArrayBuffer(4));
    const work: FileOpenerWork = { urls, openers: 3, arrived };
    const openers = [1, 2, 3].map(() => startThread('file-opener', work));
    const reports = openers.map((opener) => once(opener, 'message'));
    expect(await Promise.all(reports)).toEqual([[[]], [[]], [[]]]);
    await Promise.all(openers.map((opener) => opener.terminate()));
    for (const url of urls) {
      const store = await openStore(url);
      const { rows } = await sql`select name from kysely_migration order by name`.execute(store.db);
      expect(rows).toEqual(migrated);
      await store.close();
    }
  });

  test.skipIf(inject('postgresUrl') === null)(
    'of an empty database that takes no writes, as on a standby, says so',
    async () => {
      const { url, remove } = await createBareDatabase('postgres');
      const name = new URL(url).pathname.slice(1);
      await query(url, `alter database ${name} set default_transaction_read_only = on`);
      await expect(openStore(url)).rejects.toThrow(
        'The database takes no writes: it is a standby, or read-only.',
      );
      await remove();
    },
  );

  test.skipIf(inject('postgresUrl') === null)(
    'by several processes at once migrates a PostgreSQL database once',
    async () => {
      const url = `${postgres?.url}_empty`;
      const name = new URL(url).pathname.slice(1);
      await query(`${inject('postgresUrl')}/postgres`, `create database ${name} template template0`);
      const stores = await Promise.all([1, 2, 3].map(() => openStore(url)));
      for (const store of stores) {
        const { rows } = await sql`select name from kysely_migration order by name`.execute(store.db);
        expect(rows).toEqual(migrated);
        await store.close();
      }
      await query(`${inject('postgresUrl')}/postgres`, `drop database ${name} with (force)`);
    },
  );
});

function writeText(path: string): string {
  writeFileSync(
    path,
    'This is not a database, though it is long enough to be the header of one. '.repeat(20),
  );
  return path;
}
