/** Which of the stores' errors mean that the store is out of order: neither a client's mistake nor a bug of ours. */
import { UnavailableError } from '../unavailable.ts';

/** https://www.sqlite.org/rescode.html */
const sqliteTrouble = /^SQLITE_(BUSY|CANTOPEN|CORRUPT|FULL|IOERR|LOCKED|NOMEM|NOTADB|PROTOCOL|READONLY)/;
/** https://www.postgresql.org/docs/current/errcodes-appendix.html: connection, resources, operator intervention, system; a standby. */
const postgresTrouble = /^(08|53|57|58|25006)/;
/** The code of the log that has reached its limit. */
export const LOG_LIMIT = 'LOG_LIMIT';
const sqlState = /^[0-9A-Z]{5}$/;

/** The error as the doors shall know it. */
export function fromSqlite(error: unknown): unknown {
  return sqliteTrouble.test(codeOf(error)) ? new UnavailableError('STORE_UNAVAILABLE', error) : error;
}

/** As `fromSqlite`. What has no SQLSTATE does not come from the server, but from the way there. */
export function fromPostgres(error: unknown): unknown {
  const code = codeOf(error);
  const isTrouble = !sqlState.test(code) || postgresTrouble.test(code);
  return isTrouble ? new UnavailableError('STORE_UNAVAILABLE', error) : error;
}

/** SQLite's disk failed: what it holds is uncertain until the file is opened anew. */
export function isDiskFailure(error: unknown): boolean {
  if (!(error instanceof UnavailableError) || isDiskFull(error)) return false;
  return /^SQLITE_(IOERR|CORRUPT)/.test(codeOf(error.cause));
}

/** SQLite's disk is full. It says so in another way where the log's index in the -shm file cannot grow. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof UnavailableError && /^SQLITE_(FULL|IOERR_SHMSIZE)$/.test(codeOf(error.cause));
}

/** What SQLite says of a full disk, said before it is asked. */
export function diskFull(): UnavailableError {
  const error = new Error('The disk is full: the database file has no room to grow.');
  return new UnavailableError('STORE_UNAVAILABLE', Object.assign(error, { code: 'SQLITE_FULL' }));
}

/** The log has reached its limit, and a reader keeps it from beginning anew. */
export function logFull(limitBytes: number): UnavailableError {
  const error = new Error(
    `The log has reached its limit of ${limitBytes / (1 << 20)} MiB, as a reader such as a backup holds it.`,
  );
  return new UnavailableError('STORE_UNAVAILABLE', Object.assign(error, { code: LOG_LIMIT }));
}

/** What was written before may be lost, though later syncs succeed. */
export function isSyncFailure(error: unknown): boolean {
  return error instanceof UnavailableError && /^SQLITE_IOERR_(DIR_)?FSYNC/.test(codeOf(error.cause));
}

/** The code that a driver gave the error; empty where there is none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
