/** Opens a store by its URL: Kysely on SQLite or on PostgreSQL, migrated to the present schema. */
import { existsSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { Kysely, SqliteAdapter, SqliteDialect, type Dialect } from 'kysely';
import { prepareSchema } from './migrate.ts';
import { makeRoomToOpen } from '../driver/disk-reserve.ts';
import type { LogStatus } from '../driver/log-status.ts';
import { openPostgres, openPostgresForUpkeep } from './postgres.ts';
import { makePrivate } from '../driver/private-file.ts';
import { SqliteLog } from '../driver/sqlite-log.ts';
import { codeOf, fromSqlite, isDiskFull } from '../driver/store-error.ts';
import { createPrepare, createRunEach, type Prepare, type RunEach } from '../driver/sqlite-statements.ts';
import type { OpenOptions, Store, StoreKind } from './store.ts';
import type { Tables } from './tables.ts';

/** How long a SQLite writer waits for another process's transaction, in milliseconds. */
const BUSY_TIMEOUT_MS = 5_000;
/** Every page that a commit touches goes to the log whole; updates are small and spread: 2 KiB measured faster than 4. */
const PAGE_BYTES = 2_048;
/** To which length a log that was longer is cut once it begins anew (64 MiB). */
const KEPT_LOG_BYTES = 64 << 20;
/** The longest log, unless another limit is given: 1 GiB. */
const LOG_LIMIT_BYTES = 1 << 30;
const WAL_RETRY_MS = 5;
/** The page cache of each of two connections, in KiB. What is not in it the system's own cache has. */
const CACHE_KIB = 4_096;
/** Prepared statements kept. Texts are few, but filters combine. */
const MAX_STATEMENTS = 200;
/** 1 GiB: two million keys of single updates. */
const DEFAULT_KEY_QUOTA_BYTES = 2 ** 30;

/**
 * `sqlite:PATH` or `postgres://...`. Creates a missing SQLite file and its folder, and runs the migrations that are due; where it is
 * to be read only, it must be there and have the present schema. Throws with one clear line when the URL has another form or the
 * store cannot be opened.
 */
export async function openStore(url: string, options: OpenOptions = {}): Promise<Store> {
  const { readOnly = false, queryTimeoutMs = 0, answerTimeoutMs = 0 } = options;
  const { keyQuotaBytes = DEFAULT_KEY_QUOTA_BYTES } = options;
  const { logLimitBytes = LOG_LIMIT_BYTES, logStatus } = options;
  const kind = storeKind(url);
  const rest = { kind, url, queryTimeoutMs, answerTimeoutMs, keyQuotaBytes, logLimitBytes };
  if (kind === 'postgres') {
    const upkeep = await openPostgresForUpkeep(url);
    await prepareSchema(upkeep, kind, readOnly, () => upkeep.destroy());
    await upkeep.destroy();
    return { ...rest, ...(await openPostgres(url, { queryTimeoutMs, answerTimeoutMs })) };
  }
  const { dialect, runEach, log } = openSqlite(
    url.slice('sqlite:'.length),
    readOnly,
    logLimitBytes,
    logStatus,
  );
  const db = new Kysely<Tables>({ dialect });
  const close = async () => {
    try {
      log?.close();
    } finally {
      // What a failed disk holds is left as it is: SQLite would take the log into the file once more, and remove it.
      if (!log?.hasFailed) await db.destroy();
    }
  };
  await prepareSchema(db, kind, readOnly, close);
  return { ...rest, db, points: db, writes: db, runEach, log, close };
}

/** Opens a store for `work`, and closes it whatever happens. Throws as `openStore` does. */
export async function withStore<T>(url: string, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(url);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

function storeKind(url: string): StoreKind {
  if (/^sqlite:./.test(url)) return 'sqlite';
  if (/^postgres(ql)?:\/\//.test(url)) return 'postgres';
  throw new Error('The database must be given as sqlite:PATH or postgres://USER@HOST/NAME.');
}

interface Opened {
  readonly dialect: Dialect;
  readonly runEach: RunEach;
  readonly log?: SqliteLog | undefined;
}

function openSqlite(path: string, readOnly: boolean, logLimitBytes: number, logStatus?: LogStatus): Opened {
  const isFile = path !== ':memory:';
  if (readOnly) requireFile(path);
  else if (isFile) prepareFiles(path);
  const database = new Sqlite(path, { readonly: readOnly });
  try {
    if (!readOnly) configure(database);
    const log = readOnly || !isFile ? undefined : new SqliteLog(database, path, logLimitBytes, logStatus);
    const prepare = createPrepare(database, MAX_STATEMENTS);
    const runEach = createRunEach(database, prepare);
    return { dialect: createDialect(database, log?.guard(prepare) ?? prepare), runEach, log };
  } catch (error) {
    database.close();
    throw describeDamage(path, error);
  }
}

function prepareFiles(path: string): void {
  makePrivate(path);
  makeRoomToOpen(path);
}

function createDialect(database: Sqlite.Database, prepare: Prepare): Dialect {
  const dialect = new SqliteDialect({ database: { prepare, close: () => database.close() } });
  return {
    createAdapter: () => new AtomicDdlAdapter(),
    createDriver: () => dialect.createDriver(),
    createIntrospector: (db) => dialect.createIntrospector(db),
    createQueryCompiler: () => dialect.createQueryCompiler(),
  };
}

function describeDamage(path: string, error: unknown): unknown {
  if (isDiskFull(fromSqlite(error)))
    return new Error(`The disk of ${path} is full: free some room on it.`, { cause: error });
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
  // SQLite's own checkpoints run inside a commit and tell nobody of their errors: SqliteLog runs them.
  database.pragma('wal_autocheckpoint = 0');
  database.pragma(`journal_size_limit = ${KEPT_LOG_BYTES}`);
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
