/** A copy of a SQLite store's file, of one moment, taken while others write to it. */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import Sqlite from 'better-sqlite3';
import { checkDatabase, type CheckReport } from './check.ts';
import { requireFile } from '../store/open-store.ts';
import { OWNER_ONLY } from '../driver/private-file.ts';

/** Pages copied at once (8 MiB of ours); in between the process hears whether it shall stop. */
const PAGES_AT_ONCE = 4_096;
/** What SQLite puts beside a file; a log that is left from a former database would be taken for the new one's. */
const companions = ['', '-journal', '-wal', '-shm'] as const;

export interface Backup {
  /** What the copy was checked for; with a finding it was not kept. */
  readonly report: CheckReport;
  readonly bytes: number;
}

/** Writes the database at `path` to a new `file`: checked and on disk, or not at all. */
export async function backUp(path: string, file: string, stop: AbortSignal): Promise<Backup> {
  requireFile(path);
  const target = resolve(file);
  requireNothing(target);
  const part = `${target}.${randomBytes(4).toString('hex')}.part`;
  try {
    // Whoever may not read the one may not read the other; nobody but its owner reads it unless told to.
    writeFileSync(part, '', { flag: 'wx', mode: statSync(path).mode & OWNER_ONLY });
    await copyPages(resolve(path), part, stop);
    makeSingleFile(part);
    sync(part, 'r+');
    const report = await checkDatabase(`sqlite:${part}`);
    // Nothing is heard during a statement: it is now that a signal comes in.
    await new Promise((resume) => setImmediate(resume));
    requireGoing(stop);
    const { size: bytes } = statSync(part);
    if (report.findings.length === 0) {
      requireNothing(target);
      renameSync(part, target);
      syncFolder(dirname(target));
    }
    return { report, bytes };
  } finally {
    for (const companion of companions) rmSync(`${part}${companion}`, { force: true });
  }
}

function requireNothing(target: string): void {
  for (const name of companions.map((companion) => `${target}${companion}`))
    if (existsSync(name)) throw new Error(`${name} is there already, and a backup overwrites nothing.`);
}

function requireGoing(stop: AbortSignal): void {
  if (stop.aborted) throw new Error('Stopped: there is no backup.');
}

/**
 * One read transaction spans the copy. It makes it one moment, and SQLite's backup would otherwise begin anew each time that another
 * process commits: never end, under load. A reader of the log holds up no writer. VACUUM INTO takes as long, but is a
 * single statement, during which the process cannot be stopped.
 */
async function copyPages(path: string, part: string, stop: AbortSignal): Promise<void> {
  const source = new Sqlite(path, { readonly: true });
  try {
    source.exec('begin');
    // The transaction's moment is that of its first read.
    source.prepare('select count(*) from sqlite_schema').get();
    const progress = () => {
      requireGoing(stop);
      return PAGES_AT_ONCE;
    };
    await source.backup(part, { progress });
  } finally {
    source.close();
  }
}

/** Without a log of its own it can be copied about, and read where nothing can be written. A gateway turns the log on again. */
function makeSingleFile(part: string): void {
  const copy = new Sqlite(part);
  try {
    copy.pragma('journal_mode = delete');
  } finally {
    copy.close();
  }
}

function sync(path: string, flags: string): void {
  const file = openSync(path, flags);
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** So that the name is on disk too. Windows opens no folder, and writes names through. */
function syncFolder(path: string): void {
  try {
    sync(path, 'r');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && ['EPERM', 'EISDIR'].includes(String(error.code))))
      throw error;
  }
}
