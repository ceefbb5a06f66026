/** Reads the files of an archive as a stream, so that none is held in memory. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { codeOf } from '../driver/store-error.ts';
import type { ArchiveFile } from './archive-files.ts';

/** What is looked at of a line. */
export interface ArchivedChange {
  readonly supplier: string;
  readonly position: number;
  readonly skuId: string;
  readonly version: number;
  readonly changedAt: string;
}

/** The changes of the file, in order. Throws if it is damaged, or if it has others than its name says. */
export async function* readArchiveFile(
  { path, first, last }: ArchiveFile,
  supplierId: string,
): AsyncGenerator<ArchivedChange, void> {
  let next = first;
  for await (const line of linesOf(path)) {
    const change = parseLine(line);
    if (change?.supplier !== supplierId || change.position !== next)
      throw new Error(`${path} has something else where change ${next} of ${supplierId} should be.`);
    yield change;
    next += 1;
  }
  if (next !== last + 1) throw new Error(`${path} ends before change ${next}.`);
}

async function* linesOf(path: string): AsyncGenerator<string, void> {
  const unpacked = createGunzip();
  // An error of the file becomes one of the stream that is read.
  pipeline(createReadStream(path), unpacked, () => undefined);
  try {
    yield* createInterface({ input: unpacked, crlfDelay: Infinity });
  } catch (error) {
    throw describe(path, error);
  } finally {
    unpacked.destroy();
  }
}

function describe(path: string, failure: unknown): unknown {
  return codeOf(failure).startsWith('Z_') ? new Error(`${path} is damaged.`, { cause: failure }) : failure;
}

/** Null for a line that is no change. */
function parseLine(line: string): ArchivedChange | null {
  try {
    const value: unknown = JSON.parse(line);
    // Each field is compared with what is expected, whatever it is.
    return typeof value === 'object' ? (value as ArchivedChange) : null;
  } catch {
    return null;
  }
}
