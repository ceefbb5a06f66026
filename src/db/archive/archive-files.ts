/** The files of an archive: where they are, and whether those that are there follow one another. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../driver/make-folder.ts';
import { codeOf } from '../driver/store-error.ts';

/** A file with the changes of one supplier between two positions, both included. */
export interface ArchiveFile {
  readonly path: string;
  readonly first: number;
  readonly last: number;
}

/** The changes stand in these files by position, so a list by name is in their order. */
const NAME = /^changes-(\d{12,})-(\d{12,})\.ndjson\.gz$/;
const DIGITS = 12;
/** The file that is being written. It is no file of the archive, and the next run writes it anew. */
export const PART = 'next.ndjson.gz.part';
const format = (position: number) => position.toLocaleString('en-US');

/** The folder of a supplier's files. A supplier may be called `..`, so leading dots are written as `%2E`. */
export function supplierFolder(archive: string, supplierId: string): string {
  return join(
    archive,
    supplierId.replace(/^\.+/, (dots) => '%2E'.repeat(dots.length)),
  );
}

/** The supplier whose folder has this name. */
export function supplierOf(folder: string): string {
  return folder.replaceAll('%2E', '.');
}

export function nameOfFile(first: number, last: number): string {
  return `changes-${pad(first)}-${pad(last)}.ndjson.gz`;
}

const pad = (position: number) => String(position).padStart(DIGITS, '0');

/** Makes the folder of a supplier's files. Throws if the disk takes another supplier's name for the same. */
export async function makeSupplierFolder(archive: string, supplierId: string): Promise<string> {
  const folder = supplierFolder(archive, supplierId);
  makeFolder(folder);
  const name = folder.slice(join(archive, '/').length);
  if (!(await readdir(archive)).includes(name))
    throw new Error(`${archive} does not tell ${name} from another folder. Archive to a disk that does.`);
  return folder;
}

/** The files in the folder, oldest changes first. Throws if changes are missing between them, or if another file is there. */
export async function listFiles(folder: string): Promise<ArchiveFile[]> {
  const files = (await namesIn(folder))
    .filter((name) => name !== PART && !name.startsWith('.'))
    .map((name) => parseName(folder, name))
    .toSorted((a, b) => a.first - b.first);
  for (const [i, { path, first }] of files.entries()) {
    const before = files[i - 1];
    if (!before || first === before.last + 1) continue;
    throw new Error(
      first > before.last
        ? `${folder} lacks the changes ${format(before.last + 1)} to ${format(first - 1)}. Bring their files back, or archive into another folder.`
        : `${path} and ${before.path} have changes in common. Move the wrong one away.`,
    );
  }
  return files;
}

/** The position up to which the folder has the supplier's changes on disk; 0 if it has none. Throws as `listFiles`. */
export async function archivedUpTo(archive: string, supplierId: string): Promise<number> {
  return (await listFiles(supplierFolder(archive, supplierId))).at(-1)?.last ?? 0;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

function parseName(folder: string, name: string): ArchiveFile {
  const path = join(folder, name);
  const [first = 0, last = 0] = NAME.exec(name)?.slice(1).map(Number) ?? [];
  if (first === 0 || last < first) throw new Error(`${path} is no file of an archive. Move it away.`);
  return { path, first, last };
}
