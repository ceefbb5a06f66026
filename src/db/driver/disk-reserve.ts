/** A file beside the database that holds room on the disk, so that a full disk never keeps the log from going into the database. */
import { randomFillSync } from 'node:crypto';
import { closeSync, openSync, statfsSync, statSync, truncateSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { UnavailableError } from '../../domain/unavailable.ts';
import { codeOf } from './store-error.ts';

/** What is held while nothing waits in the log: 4 MiB, or less on a small disk. */
const BASE_BYTES = 4 << 20;
/** A small disk's share, of all its room. */
const DISK_SHARE = 1 / 32;
const CHUNK_BYTES = 1 << 20;
/** What opening a database takes on a disk that has nothing left: the log's index. */
const OPENING_BYTES = 256 << 10;

export interface DiskReserve {
  /** What it holds while nothing waits in the log, in bytes. */
  readonly base: number;
  /** What it holds now, in bytes. */
  size(): number;
  /** Room on the disk beside it, in bytes. */
  free(): number;
  /** Makes it at least so large. False where the disk is full; what fits is kept. Throws UnavailableError where it cannot be written. */
  grow(bytes: number): boolean;
  /** Makes it at most so large. */
  shrink(bytes: number): void;
}

/** The reserve of the database at `path`. Nothing is written before it grows. */
export function createDiskReserve(path: string): DiskReserve {
  const file = `${path}-reserve`;
  const folder = dirname(path);
  const { blocks, bsize } = statfsSync(folder);
  const size = () => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return {
    base: Math.min(BASE_BYTES, Math.floor(blocks * bsize * DISK_SHARE)),
    size,
    free: () => {
      const disk = statfsSync(folder);
      return disk.bavail * disk.bsize;
    },
    grow: (bytes) => {
      const missing = bytes - size();
      return missing <= 0 || append(file, missing);
    },
    shrink: (bytes) => {
      if (size() > bytes) truncateSync(file, bytes);
    },
  };
}

/** Lets a database be opened on a full disk: gives a little of the reserve up, where there is nothing else. */
export function makeRoomToOpen(path: string): void {
  const reserve = createDiskReserve(path);
  if (reserve.free() < OPENING_BYTES) reserve.shrink(Math.max(0, reserve.size() - OPENING_BYTES));
}

function append(file: string, bytes: number): boolean {
  // Random, for some file systems keep zeros in no room at all.
  const chunk = randomFillSync(Buffer.allocUnsafe(Math.min(bytes, CHUNK_BYTES)));
  try {
    const descriptor = openSync(file, 'a', 0o600);
    try {
      for (let left = bytes; left > 0;) left -= writeSync(descriptor, chunk, 0, Math.min(left, chunk.length));
    } finally {
      closeSync(descriptor);
    }
    return true;
  } catch (error) {
    if (['ENOSPC', 'EDQUOT'].includes(codeOf(error))) return false;
    throw new UnavailableError('STORE_UNAVAILABLE', error);
  }
}
