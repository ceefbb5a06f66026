/** Which of the stores' errors mean that the store is out of order: neither a client's mistake nor a bug of ours. */
import { UnavailableError, type UnavailableCode } from '../../domain/unavailable.ts';

/** https://www.sqlite.org/rescode.html */
const sqliteTrouble = /^SQLITE_(BUSY|CANTOPEN|CORRUPT|FULL|IOERR|LOCKED|NOMEM|NOTADB|PROTOCOL|READONLY)/;
/**
 * https://www.postgresql.org/docs/current/errcodes-appendix.html: connection, resources, operator intervention, system; a standby; a
 * session that idled in a transaction.
 */
const postgresTrouble = /^(08|53|57|58|25006|25P03)/;
/** Not the system's EPIPE, which looks like one. */
const sqlState = /^(?!EPIPE)[0-9A-Z]{5}$/;
/** The server cancelled a statement: it ran for longer than `statement_timeout`. */
const CANCELED = '57014';
/** The code of the log that has reached its limit. */
export const LOG_LIMIT = 'LOG_LIMIT';

/** The error as the doors shall know it. */
export function fromSqlite(error: unknown): unknown {
  return sqliteTrouble.test(codeOf(error)) ? new UnavailableError('STORE_UNAVAILABLE', error) : error;
}

/**
 * As `fromSqlite`. What has no SQLSTATE does not come from the server, but from the way there. `canceled`: what it means that the
 * server cancelled the statement.
 */
export function fromPostgres(error: unknown, canceled: UnavailableCode = 'STORE_UNAVAILABLE'): unknown {
  const code = codeOf(error);
  if (code === CANCELED) return new UnavailableError(canceled, error);
  const isTrouble = !sqlState.test(code) || postgresTrouble.test(code);
  return isTrouble ? new UnavailableError('STORE_UNAVAILABLE', error) : error;
}

/** Whether PostgreSQL's connection is as good as before this error. */
export function isUsableAfter(error: unknown): boolean {
  return codeOf(error) === CANCELED || !(fromPostgres(error) instanceof UnavailableError);
}

/** Whether PostgreSQL itself said that the statement failed. A broken connection says nothing of what was stored. */
export function isVerdict(error: unknown): boolean {
  return sqlState.test(codeOf(error instanceof UnavailableError ? error.cause : error));
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
