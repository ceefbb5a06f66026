/** What an open store is, and with which options one is opened. */
import type { Kysely } from 'kysely';
import type { LogStatus } from '../driver/log-status.ts';
import type { SqliteLog } from '../driver/sqlite-log.ts';
import type { RunEach } from '../driver/sqlite-statements.ts';
import type { Tables } from './tables.ts';

export type StoreKind = 'sqlite' | 'postgres';

export interface Store {
  readonly kind: StoreKind;
  readonly url: string;
  /** For reads of any size, and for commands. */
  readonly db: Kysely<Tables>;
  /** For reads of single rows, which must not wait for longer ones: connections of their own on PostgreSQL. */
  readonly points: Kysely<Tables>;
  /** For transactions that write: connections of their own on PostgreSQL. */
  readonly writes: Kysely<Tables>;
  /** For how long a read runs on PostgreSQL, and for how long any answer is waited for, in milliseconds; 0: without a bound. */
  readonly queryTimeoutMs: number;
  readonly answerTimeoutMs: number;
  /** Bytes that a supplier's idempotency keys take at most, as `bytesOfKey` counts them. */
  readonly keyQuotaBytes: number;
  /** The longest that SQLite's log may get, in bytes. */
  readonly logLimitBytes: number;
  /** Runs set statements on SQLite; undefined on PostgreSQL. */
  readonly runEach?: RunEach | undefined;
  /** SQLite's, where it may be written. */
  readonly log?: SqliteLog | undefined;
  /** Throws UnavailableError where SQLite's disk fails as the log goes into the file. */
  close(): Promise<void>;
}

export interface OpenOptions {
  readonly readOnly?: boolean;
  /** On PostgreSQL it bounds a read; 0: no bound. */
  readonly queryTimeoutMs?: number;
  /** On PostgreSQL it bounds the wait for any answer, once migrated; 0: no bound. */
  readonly answerTimeoutMs?: number;
  /** Bounds what a supplier's idempotency keys take, in bytes. */
  readonly keyQuotaBytes?: number;
  /** The longest that SQLite's log may get, in bytes. */
  readonly logLimitBytes?: number;
  /** Where SQLite's log notes how it is. */
  readonly logStatus?: LogStatus | undefined;
}
