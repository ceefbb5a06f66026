/** Writes changes to an archive: compressed NDJSON, in files that appear only when they are whole and on disk. */
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import type { InventoryChange } from '../../domain/change.ts';
import { toRecord } from '../../webhook/change-record.ts';
import { createReadWindows } from '../change/change-windows.ts';
import { OWNER_ONLY } from '../driver/private-file.ts';
import { codeOf } from '../driver/store-error.ts';
import { syncFolder } from '../driver/sync-folder.ts';
import type { Store } from '../store/store.ts';
import { listFiles, makeSupplierFolder, nameOfFile, PART, type ArchiveFile } from './archive-files.ts';
import { readArchiveFile, type ArchivedChange } from './read-archive.ts';

/** Changes that one statement reads. On SQLite it blocks the thread, with the writing of their lines for a few ms. */
const PAGE_CHANGES = 200;
/** A file ends at so many changes, or compressed bytes. */
const FILE_CHANGES = 500_000;
const FILE_BYTES = 64 << 20;
/** Bytes after which they are synced: one long sync at the end would hold up commits on the same disk. */
const SYNCED_BYTES = 4 << 20;

export interface ArchiveOptions {
  /** Ends the work between two pages. The file under way is left out. */
  readonly stop: AbortSignal;
  /** How long to wait after each page, for the others who use the thread and the store, in milliseconds. Default: 0. */
  readonly pauseMs?: number;
  /** Changes in a file at most. */
  readonly fileChanges?: number;
}

/** Where a supplier's log begins and ends now. */
interface Log {
  readonly supplierId: string;
  readonly prunedPosition: number;
  readonly lastPosition: number;
}

/**
 * Archives what the folder does not have of the supplier's changes, up to and including the position `upTo`. Resolves to the position
 * up to which they are on disk then. Throws if the folder's changes are not those before the store's, or if it cannot be written.
 */
export type ArchiveChanges = (
  archive: string,
  supplierId: string,
  upTo: number,
  options: ArchiveOptions,
) => Promise<number>;

/** Only one process at a time may archive into a folder (archive-store.ts). */
export function createArchiveChanges(store: Store): ArchiveChanges {
  const { changesWindow } = createReadWindows(store);
  const readPage = async (supplierId: string, position: number, limit: number) =>
    (await changesWindow(supplierId, position, {}, { limit, maxScan: limit })).changes;
  return async (archive, supplierId, upTo, options) => {
    const log = await loadLog(store, supplierId);
    const folder = await makeSupplierFolder(archive, supplierId);
    const newest = (await listFiles(folder)).at(-1);
    if (newest) await requireSameLog(folder, newest, log, (at) => readPage(supplierId, at - 1, 1));
    const target = Math.min(upTo, log.lastPosition);
    let reached = newest?.last ?? log.prunedPosition;
    while (reached < target) {
      const { fileChanges = FILE_CHANGES } = options;
      const last = Math.min(target, reached + fileChanges);
      const read = (at: number) => readPage(supplierId, at, Math.min(PAGE_CHANGES, last - at));
      reached = await writeFile(folder, reached, last, read, options);
    }
    return reached;
  };
}

async function loadLog({ db }: Store, supplierId: string): Promise<Log> {
  const row = await db
    .selectFrom('supplier')
    .select(['last_position', 'pruned_position'])
    .where('supplier_id', '=', supplierId)
    .executeTakeFirst();
  return {
    supplierId,
    prunedPosition: row?.pruned_position ?? 0,
    lastPosition: row?.last_position ?? 0,
  };
}

/**
 * Throws unless the store's log goes on behind the archive's last change. A restored store, another one, or a new supplier under the
 * name of a deleted one has other changes at these positions.
 */
async function requireSameLog(
  folder: string,
  newest: ArchiveFile,
  { supplierId, prunedPosition, lastPosition }: Log,
  readAt: (position: number) => Promise<readonly InventoryChange[]>,
): Promise<void> {
  const { last } = newest;
  if (last < prunedPosition)
    throw new Error(
      `The changes ${last + 1} to ${prunedPosition} of ${supplierId} were taken away, and ${folder} does not have them. Move the folder away: the archive then begins anew.`,
    );
  if (last === prunedPosition) return;
  let archived: ArchivedChange | undefined;
  if (last <= lastPosition) for await (const change of readArchiveFile(newest, supplierId)) archived = change;
  const [stored] = await readAt(last);
  const isSame =
    stored !== undefined &&
    (['position', 'skuId', 'version', 'changedAt'] as const).every(
      (field) => stored[field] === archived?.[field],
    );
  if (!isSame)
    throw new Error(
      `${folder} ends with change ${last}, which is not the store's. The store was restored, or the folder is another one's. Move the folder away: the archive then begins anew.`,
    );
}

/** Writes the changes behind `position` up to `last` to one file, or fewer if it gets too long. Resolves to the last one's position. */
async function writeFile(
  folder: string,
  position: number,
  last: number,
  readPage: (position: number) => Promise<readonly InventoryChange[]>,
  { stop, pauseMs = 0 }: ArchiveOptions,
): Promise<number> {
  const part = join(folder, PART);
  let reached = position;
  let bytes = 0;
  async function* lines() {
    while (reached < last && bytes < FILE_BYTES) {
      if (pauseMs > 0) await pause(pauseMs);
      stop.throwIfAborted();
      const changes = await readPage(reached);
      requireDense(changes, reached);
      yield changes.map(toLine).join('');
      reached += changes.length;
    }
  }
  try {
    await using file = await open(part, 'w', OWNER_ONLY);
    await pipeline(Readable.from(lines(), { highWaterMark: 1 }), createGzip(), async (pieces) => {
      for await (const piece of pieces) bytes += await append(file, piece as Buffer, bytes);
    });
    await file.sync();
  } catch (error) {
    await rm(part, { force: true });
    if (['ENOSPC', 'EDQUOT'].includes(codeOf(error)))
      throw new Error(`There is no room for ${part} on its disk.`, { cause: error });
    throw error;
  }
  await rename(part, join(folder, nameOfFile(position + 1, reached)));
  await syncFolder(folder);
  return reached;
}

async function append(file: FileHandle, piece: Buffer, before: number): Promise<number> {
  for (let at = 0; at < piece.length;) at += (await file.write(piece, at)).bytesWritten;
  const isDue = Math.floor((before + piece.length) / SYNCED_BYTES) > Math.floor(before / SYNCED_BYTES);
  if (isDue) await file.datasync();
  return piece.length;
}

/** Another process may have taken changes away since, or the store may have lost some. */
function requireDense(changes: readonly InventoryChange[], position: number): void {
  const isDense = changes.length > 0 && changes.every((change, i) => change.position === position + 1 + i);
  if (!isDense) throw new Error(`The store does not have change ${position + 1} any more.`);
}

/** The record that webhooks send, with whose it is and its position as a number. */
function toLine(change: InventoryChange): string {
  const { supplierId: supplier, position } = change;
  const text = JSON.stringify({ supplier, position, ...toRecord(change) });
  // Some readers of lines, such as Node's and Python's, end one at these characters too.
  return `${text.replace(/[\u0085\u2028\u2029]/g, escape)}\n`;
}

const escape = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
