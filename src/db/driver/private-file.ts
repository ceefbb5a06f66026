/** Files and folders of a SQLite store that its owner alone may read, whatever the umask. */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, linkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from './make-folder.ts';
import { codeOf } from './store-error.ts';

/** Read and written by its owner alone. */
export const OWNER_ONLY = 0o600;

/** What SQLite and this gateway put beside a database. */
const companions = ['', '-wal', '-shm', '-reserve'] as const;

/**
 * Creates the database's folder and an empty file where there are none. A file that others may read is narrowed: former versions left
 * it as the umask said, which nobody chose. Another's file stays as it is. SQLite gives the log the modes of the database.
 */
export function makePrivate(path: string): void {
  makeFolder(dirname(path));
  if (!existsSync(path)) createEmpty(path);
  for (const companion of companions) narrow(`${path}${companion}`);
}

/** Linked into place once it is closed: closing a file drops the locks that the process has on it through SQLite. */
function createEmpty(path: string): void {
  const draft = `${path}.${randomBytes(4).toString('hex')}.new`;
  writeFileSync(draft, '', { flag: 'wx', mode: OWNER_ONLY });
  try {
    linkSync(draft, path);
  } catch (error) {
    // Another process was quicker. A file system without links gets SQLite's own file, which is narrowed later.
    if (!['EEXIST', 'EPERM', 'ENOTSUP', 'ENOSYS'].includes(codeOf(error))) throw error;
  } finally {
    rmSync(draft);
  }
}

function narrow(file: string): void {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats?.isFile() || (stats.mode & 0o077) === 0) return;
  try {
    chmodSync(file, stats.mode & OWNER_ONLY);
  } catch (error) {
    if (!['EPERM', 'ENOENT'].includes(codeOf(error))) throw error;
  }
}
