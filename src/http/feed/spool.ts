/** The folder in which handed-in files wait until they are applied. A file is complete on disk before its feed is queued. */
import { createHash } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { RefusalError, type PublicError } from '../edge/edge-error.ts';
import { atTurn } from '../fair/loop-turns.ts';

/** Bytes of a file at most. */
export const MAX_FILE_BYTES = 268_435_456;
/** A client that sends nothing for so long has left, in milliseconds. */
const STALL_MS = 30_000;
/** Bytes after which they are synced: one long sync at the end would hold up commits on the same disk. */
const SYNCED_BYTES = 4_194_304;
const OWNER_ONLY = 0o600;

/** `part`: not complete yet. `file`: complete. `rejected.csv`: the rejected rows of a feed that has ended. */
export type SpooledKind = 'part' | 'file' | 'rejected.csv';

/** Where a feed's file is. IDs are UUIDs, so the path never leaves the folder. */
export function spooledPath(folder: string, feedId: string, kind: SpooledKind): string {
  return join(folder, `${feedId}.${kind}`);
}

/** Whose body it is, and when to give it up before its end. */
export interface SpoolLimits {
  readonly supplierId: string;
  readonly closing: AbortSignal;
  readonly maxBytes?: number | undefined;
  readonly stallMs?: number | undefined;
}

/** A file in the spool. */
export interface Spooled {
  readonly bytes: number;
  /** SHA-256, in hexadecimal. */
  readonly sha256: string;
}

/**
 * Writes the body to the spool, and resolves once it is on disk. Throws a RefusalError, and leaves nothing, if the body is too long,
 * stalls or breaks off, or if the disk is full.
 */
export async function spoolBody(
  body: Readable,
  folder: string,
  feedId: string,
  limits: SpoolLimits,
): Promise<Spooled> {
  const part = spooledPath(folder, feedId, 'part');
  const whole = spooledPath(folder, feedId, 'file');
  try {
    const written = await writeFile(body, part, limits);
    await rename(part, whole);
    await syncFolder(folder);
    return written;
  } catch (error) {
    await rm(part, { force: true });
    await rm(whole, { force: true });
    throw toRefusal(error);
  }
}

async function writeFile(body: Readable, path: string, limits: SpoolLimits): Promise<Spooled> {
  const { supplierId, closing, maxBytes = MAX_FILE_BYTES, stallMs = STALL_MS } = limits;
  await using file = await open(path, 'wx', OWNER_ONLY);
  const hash = createHash('sha256');
  let bytes = 0;
  let unsynced = 0;
  // The connection stays open, so that a refusal can be answered on it.
  const pieces = body.iterator({ destroyOnReturn: false });
  for (;;) {
    const { done, value } = await orGiveUp(pieces.next(), closing, stallMs);
    if (done === true) break;
    const piece: unknown = value;
    if (!(piece instanceof Buffer)) throw new Error('A body consists of bytes.');
    bytes += piece.length;
    if (bytes > maxBytes) throw new RefusalError(tooLarge(maxBytes));
    // As with other large bodies, small requests are served between two pieces.
    await new Promise<void>((resolve) =>
      atTurn(supplierId, () => {
        hash.update(piece);
        resolve();
      }),
    );
    for (let at = 0; at < piece.length;) at += (await file.write(piece, at)).bytesWritten;
    unsynced += piece.length;
    if (unsynced < SYNCED_BYTES) continue;
    await file.datasync();
    unsynced = 0;
  }
  await file.sync();
  return { bytes, sha256: hash.digest('hex') };
}

/** Resolves with the next piece, or throws the refusal of a body that stalls or arrives while the gateway closes. */
async function orGiveUp<T>(next: Promise<T>, closing: AbortSignal, stallMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let onClose = () => {};
  const givenUp = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new RefusalError(stalled)), stallMs);
    onClose = () => reject(new RefusalError(isClosing));
    if (closing.aborted) onClose();
    else closing.addEventListener('abort', onClose, { once: true });
  });
  next.catch(() => undefined);
  try {
    return await Promise.race([next, givenUp]);
  } finally {
    clearTimeout(timer);
    closing.removeEventListener('abort', onClose);
  }
}

/** Resolves once renames into and out of the folder are on disk. */
export async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder);
  await handle.sync();
}

export function tooLarge(maxBytes: number): PublicError {
  return {
    status: 413,
    code: 'BODY_TOO_LARGE',
    message: `A file may have at most ${maxBytes} bytes. Split it, or send a delta.`,
  };
}

const stalled: PublicError = {
  status: 408,
  code: 'BODY_STALLED',
  message: 'The file stopped arriving. Nothing was stored; send it again.',
};
const isClosing: PublicError = {
  status: 503,
  code: 'UNAVAILABLE',
  message: 'The gateway is closing. Nothing was stored; send the file again.',
  retryAfter: 1,
};
const brokenOff: PublicError = {
  status: 400,
  code: 'BAD_REQUEST',
  message: 'The file broke off before its end. Nothing was stored; send it again.',
};
const diskFull: PublicError = {
  status: 503,
  code: 'STORE_UNAVAILABLE',
  message: 'The disk for incoming files is full. Nothing was stored; try again later.',
  retryAfter: 60,
};

/** Whether a file could not be written because its disk, or the quota on it, is full. */
export function isDiskFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes(codeOf(error));
}

function toRefusal(error: unknown): unknown {
  if (error instanceof RefusalError) return error;
  if (isDiskFull(error)) return new RefusalError(diskFull);
  if (['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'].includes(codeOf(error)))
    return new RefusalError(brokenOff);
  return error;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
