/** What is known of SQLite's log, shared between the thread that writes it and those who watch. */
import { statSync } from 'node:fs';

/** Memory for one number: since when changes wait in the log, in milliseconds; 0 while none do. */
export type LogStatus = Float64Array<SharedArrayBuffer>;

export function createLogStatus(): LogStatus {
  return new Float64Array(new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT));
}

/** Notes whether changes wait in the log that are not in the database file. */
export function noteWaiting(status: LogStatus, isWaiting: boolean): void {
  if (!isWaiting) status[0] = 0;
  else if (status[0] === 0) status[0] = now();
}

/** How the log is, for those who watch. */
export interface LogWatch {
  /** The file's length, in bytes; 0 where there is none, as on PostgreSQL. */
  readonly bytes: number;
  /** For how long changes have waited in it that are not in the database file, in seconds; 0 while none do. */
  readonly ageSeconds: number;
}

/** Looks at the log of the store at this URL. */
export function watchLog(url: string, status: LogStatus): LogWatch {
  const log = url.startsWith('sqlite:') ? `${url.slice('sqlite:'.length)}-wal` : undefined;
  const bytes = log === undefined ? 0 : (statSync(log, { throwIfNoEntry: false })?.size ?? 0);
  const since = status[0] ?? 0;
  return { bytes, ageSeconds: since === 0 ? 0 : Math.max(0, now() - since) / 1_000 };
}

/** Each thread counts from its own start; together with that start it is one monotonic clock. */
function now(): number {
  return performance.timeOrigin + performance.now();
}
