/** Opens a store by its URL: Kysely on SQLite or on PostgreSQL, migrated to the present schema. */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import { Kysely, SqliteAdapter, SqliteDialect, type Dialect } from 'kysely';
import { UnavailableError } from '../unavailable.ts';
import { migrate, requireSchema } from './migrate.ts';
import { openPostgres } from './postgres.ts';
import { codeOf } from './store-error.ts';
import { createPrepare } from './sqlite-statements.ts';
import type { Tables } from './tables.ts';

/** How long a SQLite writer waits for another process's transaction, in milliseconds. */
const BUSY_TIMEOUT_MS = 5_000;
/** Every page that a commit touches goes to the log whole; updates are small and spread: 2 KiB measured faster than 4. */
const PAGE_BYTES = 2_048;
/** Pages in the log before they go into the file (64 MiB). SQLite's 1,000 is three commits of a busy moment: half of the time went there. */
const CHECKPOINT_PAGES = 32_000;
const WAL_RETRY_MS = 5;
/** The page cache of each of two connections, in KiB. What is not in it the system's own cache has. */
const CACHE_KIB = 4_096;
/** A PostgreSQL pool's; a gateway's writer has its own, smaller one (writer-thread.ts). */
const MAX_CONNECTIONS = 7;
/** Prepared statements kept. Texts are few, but filters combine. */
const MAX_STATEMENTS = 200;

export type StoreKind = 'sqlite' | 'postgres';

export interface Store {
  readonly kind: StoreKind;
  readonly url: string;
  readonly db: Kysely<Tables>;
  /** For how long a statement's answer is waited for on PostgreSQL; 0: no bound. */
  readonly queryTimeoutMs: number;
  close(): Promise<void>;
}

/**
 * `sqlite:PATH` or `postgres://...`. Creates a missing SQLite file and its folder, and runs the migrations that are due; where it is
 * to be read only, it must be there and have the present schema. Throws with one clear line when the URL has another form or the
 * store cannot be opened. `queryTimeoutMs` bounds the wait for a PostgreSQL server's answer to a statement, once migrated; 0: no bound.
 * `maxConnections` bounds its pool.
 */
export async function openStore(
  url: string,
  { readOnly = false, queryTimeoutMs = 0, maxConnections = MAX_CONNECTIONS } = {},
): Promise<Store> {
  let isMigrated = false;
  const kind = storeKind(url);
  const dialect =
    kind === 'sqlite'
      ? openSqlite(url.slice('sqlite:'.length), readOnly)
      : await openPostgres(url, { maxConnections, maxStatements: MAX_STATEMENTS }, () =>
          isMigrated ? queryTimeoutMs : 0,
        );
  const db = new Kysely<Tables>({ dialect });
  try {
    await (readOnly ? requireSchema(db, kind) : migrate(db, kind));
  } catch (error) {
    await db.destroy();
    throw firstOf(error);
  }
  isMigrated = true;
  return { kind, url, db, queryTimeoutMs, close: () => db.destroy() };
}

/** A name with several addresses fails with one error for each, and no words of its own. */
function firstOf(error: unknown): unknown {
  if (error instanceof UnavailableError) return firstOf(error.cause);
  return error instanceof AggregateError && error.message === '' ? error.errors[0] : error;
}

function storeKind(url: string): StoreKind {
  if (/^sqlite:./.test(url)) return 'sqlite';
  if (/^postgres(ql)?:\/\//.test(url)) return 'postgres';
  throw new Error('The database must be given as sqlite:PATH or postgres://USER@HOST/NAME.');
}

function openSqlite(path: string, readOnly: boolean): Dialect {
  if (readOnly) requireFile(path);
  else if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
  const database = new Sqlite(path, { readonly: readOnly });
  try {
    if (!readOnly) configure(database);
  } catch (error) {
    database.close();
    throw describeDamage(path, error);
  }
  const dialect = new SqliteDialect({
    database: { prepare: createPrepare(database, MAX_STATEMENTS), close: () => database.close() },
  });
  return {
    createAdapter: () => new AtomicDdlAdapter(),
    createDriver: () => dialect.createDriver(),
    createIntrospector: (db) => dialect.createIntrospector(db),
    createQueryCompiler: () => dialect.createQueryCompiler(),
  };
}

function describeDamage(path: string, error: unknown): unknown {
  if (!/^SQLITE_(NOTADB|CORRUPT)/.test(codeOf(error))) return error;
  return new Error(`${path} is damaged, or not a SQLite database. Restore a backup.`, { cause: error });
}

/** Throws with one clear line when there is no file. */
export function requireFile(path: string): void {
  if (!existsSync(path)) throw new Error(`There is no database at ${path}.`);
}

function configure(database: Sqlite.Database): void {
  database.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
  database.pragma(`page_size = ${PAGE_BYTES}`);
  switchToWal(database);
  // The driver's build falls to NORMAL in WAL mode, which loses acknowledged updates on a power cut.
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  database.pragma(`cache_size = -${CACHE_KIB}`);
}

/** When several processes open a new file at once, SQLite does not wait for this lock, whatever its time-out. */
function switchToWal(database: Sqlite.Database): void {
  for (let waitedMs = 0; ; waitedMs += WAL_RETRY_MS) {
    try {
      database.pragma('journal_mode = WAL');
      return;
    } catch (error) {
      const busy = error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY');
      if (!busy || waitedMs > BUSY_TIMEOUT_MS) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAL_RETRY_MS);
    }
  }
}

/** SQLite rolls DDL back like anything else; told so, Kysely runs all due migrations and their record as one. */
class AtomicDdlAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}
