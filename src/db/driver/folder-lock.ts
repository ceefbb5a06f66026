/** A lock on a folder, which the operating system takes back when the process ends in any way. */
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { codeOf } from './store-error.ts';

/** Takes the lock, a file of this name. Returns a function that gives it back; null if another process has it. */
export function lockFolder(folder: string, name: string): (() => void) | null {
  // SQLite locks a file on every system, which Node itself cannot.
  const database = new Sqlite(join(folder, name), { timeout: 0 });
  try {
    database.pragma('journal_mode = MEMORY');
    database.exec('begin exclusive');
    return () => void database.close();
  } catch (error) {
    database.close();
    if (codeOf(error).startsWith('SQLITE_BUSY')) return null;
    throw error;
  }
}
