/** What is known of SQLite's log, shared between the thread that writes it and those who watch. */

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

/** For how long changes have waited in the log, in seconds; 0 while none do. */
export function secondsWaiting(status: LogStatus): number {
  const since = status[0] ?? 0;
  return since === 0 ? 0 : Math.max(0, now() - since) / 1_000;
}

/** Each thread counts from its own start; together with that start it is one monotonic clock. */
function now(): number {
  return performance.timeOrigin + performance.now();
}
