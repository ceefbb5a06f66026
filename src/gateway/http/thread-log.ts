/** One log for several threads: each writes whole lines to stderr, one at a time. */
import pino from 'pino';
import { LOCK_BYTES, SharedLock } from '../../http/shared/shared-lock.ts';

/** What another thread needs to write to the same log. */
export interface ThreadLog {
  readonly level: string;
  /** Undefined: only one thread logs. */
  readonly lock: SharedArrayBuffer | undefined;
}

/** `threads`: how many will write to it. */
export function createThreadLog(level: string, threads: number): ThreadLog {
  return { level, lock: threads > 1 ? new SharedArrayBuffer(LOCK_BYTES) : undefined };
}

/** The logger of this thread. If several threads log, each line has the number of its thread. */
export function openLog({ level, lock }: ThreadLog, thread = 1): pino.Logger {
  const options = { level, redact: ['req.headers.authorization', 'req.headers.cookie'] };
  const stderr = pino.destination(2);
  if (!lock) return pino(options, stderr);
  const shared = new SharedLock(lock);
  // A pipe takes a long line in parts, and lines of other threads could come between them.
  const lines = { write: (line: string) => shared.exclusively(() => void stderr.write(line)) };
  return pino(options, lines).child({ thread });
}
