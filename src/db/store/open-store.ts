/** Opens a store by its URL: Kysely on SQLite or PostgreSQL, migrated to the current schema. */
import { existsSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { Kysely, SqliteAdapter, SqliteDialect, type Dialect } from 'kysely';
import { prepareSchema } from './migrate.ts';
import { makeRoomToOpen } from '../driver/disk-reserve.ts';
import { createFreePages, type FreePages } from '../driver/free-pages.ts';
import { openPostgres, openPostgresForUpkeep } from './postgres.ts';
import { makePrivate } from '../driver/private-file.ts';
import { SqliteLog } from '../driver/sqlite-log.ts';
import { codeOf, fromSqlite, isDiskFull } from '../driver/store-error.ts';
import {
  createPrepare,
  createRawStatements,
  createRunEach,
  type Prepare,
  type RawStatements,
  type RunEach,
} from '../driver/sqlite-statements.ts';
import { keepAhead } from '../partition/make-ahead.ts';
import type { OpenOptions, Store, StoreKind } from './store.ts';
import type { Tables } from './tables.ts';

/** How long a SQLite writer waits for another process's transaction, in milliseconds. */
const BUSY_TIMEOUT_MS = 5_000;
/** Size of SQLite's pages. A commit writes each page that it changed to the log whole, so 2 KiB measured faster than 4 for small updates. */
const PAGE_BYTES = 2_048;
/** When SQLite restarts its log after a checkpoint, it truncates a longer file to this size, in bytes (64 MiB). */
const KEPT_LOG_BYTES = 64 << 20;
/** Default maximum size of SQLite's log, in bytes (1 GiB). */
const LOG_LIMIT_BYTES = 1 << 30;
/** Pause between two attempts to switch a new file to WAL mode, in milliseconds. */
const WAL_RETRY_MS = 5;
/** Default size of SQLite's page cache, in KiB. It can be small, because the operating system caches the file too. */
const CACHE_KIB = 4_096;
/** Prepared statements that are kept. The program has few statements, but filters combine to many texts. */
const MAX_STATEMENTS = 200;
/** Default quota for a supplier's idempotency keys, in bytes. 1 GiB holds about two million keys of single updates. */
const DEFAULT_KEY_QUOTA_BYTES = 2 ** 30;

/**
 * Opens the store at `sqlite:PATH` or `postgres://...`. Creates a missing SQLite file and its folder, and runs pending migrations.
 * With `readOnly`, the store must exist and have the current schema. Throws a one-line error if the URL has another form or the
 * store cannot be opened.
 */
export async function openStore(url: string, options: OpenOptions = {}): Promise<Store> {
  const { readOnly = false, isSide = false, queryTimeoutMs = 0, answerTimeoutMs = 0 } = options;
  const { keyQuotaBytes = DEFAULT_KEY_QUOTA_BYTES } = options;
  const { logLimitBytes = LOG_LIMIT_BYTES, logStatus, cacheKib = CACHE_KIB } = options;
  const kind = storeKind(url);
  const rest = { kind, url, queryTimeoutMs, answerTimeoutMs, keyQuotaBytes, logLimitBytes };
  if (kind === 'postgres') {
    const upkeep = await openPostgresForUpkeep(url);
    await prepareSchema(upkeep.db, kind, readOnly, upkeep.close);
    if (!readOnly) await keepAhead(upkeep.db);
    await upkeep.close();
    return { ...rest, ...(await openPostgres(url, { queryTimeoutMs, answerTimeoutMs, isSide })) };
  }
  const { dialect, log, ...sqlite } = openSqlite(url.slice('sqlite:'.length), {
    readOnly,
    logLimitBytes,
    logStatus,
    cacheKib,
  });
  const db = new Kysely<Tables>({ dialect });
  const close = async () => {
    try {
      log?.close();
    } finally {
      // Closing makes SQLite checkpoint the log and delete it. On a disk that failed, that could lose what the log still holds.
      // So the connection stays open until the process ends.
      if (!log?.hasFailed) await db.destroy();
    }
  };
  await prepareSchema(db, kind, readOnly, close);
  return { ...rest, ...sqlite, db, points: db, writes: db, log, close };
}

/**
 * Opens a store for `work` and closes it afterwards, also if `work` throws. Throws what `openStore` and `work` throw. Without
 * `mayCreate` it throws for a missing SQLite file: the path has a typing error more often than a new store is wanted.
 */
export async function withStore<T>(
  url: string,
  work: (store: Store) => Promise<T>,
  { mayCreate = false } = {},
): Promise<T> {
  if (!mayCreate && storeKind(url) === 'sqlite') requireFile(url.slice('sqlite:'.length));
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
  readonly raw: RawStatements;
  readonly freePages: FreePages | undefined;
  readonly log?: SqliteLog | undefined;
}

type SqliteOptions = Pick<OpenOptions, 'logStatus'> &
  Required<Pick<OpenOptions, 'readOnly' | 'logLimitBytes' | 'cacheKib'>>;

function openSqlite(path: string, options: SqliteOptions): Opened {
  const { readOnly, logLimitBytes, logStatus, cacheKib } = options;
  const isFile = path !== ':memory:';
  if (readOnly) requireFile(path);
  else if (isFile) prepareFiles(path);
  const database = new Sqlite(path, { readonly: readOnly });
  try {
    if (!readOnly) configure(database, cacheKib);
    const log = readOnly || !isFile ? undefined : new SqliteLog(database, path, logLimitBytes, logStatus);
    const prepare = createPrepare(database, MAX_STATEMENTS);
    return {
      dialect: createDialect(database, log?.guard(prepare) ?? prepare),
      runEach: createRunEach(database, prepare),
      raw: createRawStatements(database),
      // A store that is only read may be damaged, which its reader is to tell.
      freePages: readOnly ? undefined : createFreePages(database),
      log,
    };
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

/** Throws a one-line error if there is no file at `path`. SQLite would create an empty database instead. */
export function requireFile(path: string): void {
  if (!existsSync(path)) throw new Error(`There is no database at ${path}.`);
}

function configure(database: Sqlite.Database, cacheKib: number): void {
  database.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
  database.pragma(`page_size = ${PAGE_BYTES}`);
  // Only a file that began with this can give pages back. It counts before the first page is written, which the switch to WAL does. To a file
  // that has pages SQLite would write it each time.
  if (database.pragma('page_count', { simple: true }) === 0) database.pragma('auto_vacuum = incremental');
  switchToWal(database);
  // The driver's SQLite build defaults to NORMAL in WAL mode, which loses acknowledged updates on a power cut.
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  // Automatic checkpoints run inside a commit and swallow their errors. SqliteLog runs checkpoints instead.
  database.pragma('wal_autocheckpoint = 0');
  database.pragma(`journal_size_limit = ${KEPT_LOG_BYTES}`);
  database.pragma(`cache_size = -${cacheKib}`);
}

/**
 * Switches the file to WAL mode. SQLite ignores its busy timeout for this lock, so when several processes open a new file at once
 * the switch is tried again for up to BUSY_TIMEOUT_MS.
 */
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

/**
 * Tells Kysely that SQLite can roll DDL back, which its own adapter denies. Kysely then runs all pending migrations in one transaction,
 * so a migration that fails leaves the store as it was.
 */
class AtomicDdlAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}
