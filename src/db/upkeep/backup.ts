/** Copies a SQLite store to a new file, as it is at one moment, while other processes write to it. */
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
import { syncFolder } from '../driver/sync-folder.ts';

/** Pages copied in one step, of 2 KiB each. Between two steps the event loop runs, so that a signal can stop the backup. */
const PAGES_AT_ONCE = 4_096;
/** Files that SQLite puts beside a database. SQLite would read a leftover log of another database as part of the new one. */
const companions = ['', '-journal', '-wal', '-shm'] as const;

/** The result of a backup. */
export interface Backup {
  /** The check of the copy. If it has a finding, the copy was not kept. */
  readonly report: CheckReport;
  /** The size of the copy. */
  readonly bytes: number;
}

export interface BackupOptions {
  /** Leaves out the pages that hold nothing. The copy can give such pages back later, also if the database cannot. Default: false. */
  readonly compact?: boolean;
}

/**
 * Writes the database at `path` to a new `file`, which appears only when it is checked and on disk. Throws if the database is missing,
 * if `file` or a companion of it exists, or once `stop` is aborted. Then no new file is left.
 */
export async function backUp(
  path: string,
  file: string,
  stop: AbortSignal,
  { compact = false }: BackupOptions = {},
): Promise<Backup> {
  requireFile(path);
  const target = resolve(file);
  requireNothing(target);
  const part = `${target}.${randomBytes(4).toString('hex')}.part`;
  try {
    // The copy has the same secrets as the database, so only its owner may read it.
    writeFileSync(part, '', { flag: 'wx', mode: statSync(path).mode & OWNER_ONLY });
    if (compact) copyRows(resolve(path), part, stop);
    else await copyPages(resolve(path), part, stop);
    makeSingleFile(part);
    sync(part, 'r+');
    const report = await checkDatabase(`sqlite:${part}`);
    // A statement blocks the event loop. Let it run once, so that a signal that came during the check stops the backup.
    await new Promise((resume) => setImmediate(resume));
    requireGoing(stop);
    const { size: bytes } = statSync(part);
    if (report.findings.length === 0) {
      requireNothing(target);
      renameSync(part, target);
      await syncFolder(dirname(target));
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
 * Copies all pages within one read transaction. Without it SQLite's backup starts again after each commit of another process, and never
 * ends under load. The transaction blocks no writer. VACUUM INTO takes as long, but as a single statement it cannot be stopped.
 */
async function copyPages(path: string, part: string, stop: AbortSignal): Promise<void> {
  const source = new Sqlite(path, { readonly: true });
  try {
    source.exec('begin');
    // SQLite takes the transaction's snapshot at its first read, not at `begin`.
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

/** Writes the rows anew, in the order of their keys. One statement does it, which nothing can stop. */
function copyRows(path: string, part: string, stop: AbortSignal): void {
  requireGoing(stop);
  const source = new Sqlite(path, { readonly: true });
  try {
    // A file of an older version gets it in the copy. To one that has it SQLite would write, which it may not.
    if (source.pragma('auto_vacuum', { simple: true }) === 0) source.pragma('auto_vacuum = incremental');
    source.prepare('vacuum into ?').run(part);
  } finally {
    source.close();
  }
}

/** Turns the copy's log off. One file is easy to move, and can be read from a read-only disk. A gateway turns the log on again. */
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
