/** The type of an open store, and the options for opening one. */
import type { Kysely } from 'kysely';
import type { FreePages } from '../driver/free-pages.ts';
import type { NewestChange } from '../driver/postgres/acknowledged.ts';
import type { Hosts } from '../driver/postgres/hosts.ts';
import type { LogStatus } from '../driver/log-status.ts';
import type { SqliteLog } from '../driver/sqlite-log.ts';
import type { RawStatements, RunEach } from '../driver/sqlite-statements.ts';
import type { Tables } from './tables.ts';

/** Which database a store is on. */
export type StoreKind = 'sqlite' | 'postgres';

/** An open store. On SQLite `db`, `points` and `writes` are the same connection. */
export interface Store {
  readonly kind: StoreKind;
  /** The URL that it was opened with. It may contain a password: never log it. */
  readonly url: string;
  /** For reads of any size, and for the commands of the CLI. */
  readonly db: Kysely<Tables>;
  /** For reads of single rows. On PostgreSQL they have a pool of their own, so that they do not wait for long reads. */
  readonly points: Kysely<Tables>;
  /** For transactions that write. On PostgreSQL they have a pool of their own. */
  readonly writes: Kysely<Tables>;
  /** How long a read may run on PostgreSQL, in milliseconds. 0 means no limit. */
  readonly queryTimeoutMs: number;
  /** How long the gateway waits for any answer of PostgreSQL, in milliseconds. 0 means no limit. */
  readonly answerTimeoutMs: number;
  /** Quota of a supplier's idempotency keys, in bytes as `bytesOfKey` counts them. At or above it, new keys are refused. */
  readonly keyQuotaBytes: number;
  /** Maximum size of SQLite's write-ahead log, in bytes. */
  readonly logLimitBytes: number;
  /** Runs a prepared statement once for each item, for set statements on SQLite. Undefined on PostgreSQL. */
  readonly runEach?: RunEach | undefined;
  /** The statements that each update needs, on SQLite (many-rows.ts). Undefined on PostgreSQL. */
  readonly raw?: RawStatements | undefined;
  /** The pages of SQLite's file that hold nothing. Undefined on PostgreSQL. */
  readonly freePages?: FreePages | undefined;
  /** SQLite's write-ahead log. Undefined on PostgreSQL, in memory, and for a store that is opened read-only. */
  readonly log?: SqliteLog | undefined;
  /** The servers of a PostgreSQL database. Undefined on SQLite. */
  readonly hosts?: Hosts | undefined;
  /** Takes a commit's newest changes, so that a promoted server that lacks them is refused. Undefined on SQLite. */
  readonly noteCommit?: ((newest: readonly NewestChange[]) => void) | undefined;
  /** Closes all connections. Throws UnavailableError if SQLite's last checkpoint fails on the disk. */
  close(): Promise<void>;
}

/** Options of `openStore`. */
export interface OpenOptions {
  /** Opens an existing store without migrating it. Default: false. */
  readonly readOnly?: boolean;
  /** How long a read may run on PostgreSQL, in milliseconds. 0, the default, means no limit. */
  readonly queryTimeoutMs?: number;
  /** How long to wait for any answer of PostgreSQL, in milliseconds. 0, the default, means no limit. Migrations have no limit. */
  readonly answerTimeoutMs?: number;
  /** Whether the store is for a thread that reads single rows, beside the one that opened it first. On PostgreSQL its pools are smaller. */
  readonly isSide?: boolean;
  /** Quota of a supplier's idempotency keys, in bytes. Default: 1 GiB. */
  readonly keyQuotaBytes?: number;
  /** Maximum size of SQLite's write-ahead log, in bytes. Default: 1 GiB. */
  readonly logLimitBytes?: number;
  /** Where SQLite's log records its size and state, for other threads to read. */
  readonly logStatus?: LogStatus | undefined;
  /** The size of SQLite's page cache, in KiB. Default: 4 MiB. */
  readonly cacheKib?: number;
}
