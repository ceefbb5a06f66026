/** Reads the entries of an untrusted ZIP archive, in bounded memory. */
import type { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { createInflateRaw, crc32 } from 'node:zlib';
import { openPromise, type Entry, type ZipFile } from 'yauzl';
import { format } from '../counts.ts';
import { quote } from '../findings.ts';
import { FileFault } from '../row.ts';
import { damaged } from './faults.ts';
import { MAX_DIRECTORY_BYTES, MAX_ENTRIES, MAX_UNPACKED_BYTES } from './limits.ts';

/** Unpacked bytes after which other work gets its turn. */
const SLICE_BYTES = 65_536;
const DEFLATED = 8;

export interface Archive {
  /** The names of its entries, in lower case: the parts of a workbook have names without case. */
  readonly names: ReadonlySet<string>;
  /** Unpacks an entry. Throws at its end where its checksum is wrong. */
  read(name: string, maxBytes: number): AsyncGenerator<Buffer, void>;
  close(): void;
}

/** Opens an archive, and reads its directory. Throws a FileFault where it is none, or exceeds a limit. */
export async function openArchive(path: string): Promise<Archive> {
  const zip = await openPromise(path, { autoClose: false, validateEntrySizes: true }).catch(refuse);
  // Errors that no call is waiting for. Without a listener they would end the process.
  zip.on('error', () => undefined);
  try {
    const entries = await readDirectory(zip);
    let left = MAX_UNPACKED_BYTES;
    return {
      names: new Set(entries.keys()),
      read: (name, maxBytes) => {
        const entry = findEntry(entries, name, Math.min(left, maxBytes));
        left -= entry.uncompressedSize;
        return unpack(zip, entry);
      },
      close: () => zip.close(),
    };
  } catch (error) {
    zip.close();
    return refuse(error);
  }
}

/** The system's errors about a file pass. All others are the archive's fault. */
function refuse(error: unknown): never {
  const isOfSystem = error instanceof Error && 'syscall' in error;
  throw error instanceof FileFault || isOfSystem ? error : damaged('its archive', error);
}

async function readDirectory(zip: ZipFile): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  let bytes = 0;
  if (zip.entryCount > MAX_ENTRIES) throw tooMany();
  for await (const entry of zip.eachEntry()) {
    bytes += 46 + entry.fileNameLength + entry.extraFieldLength + entry.fileCommentLength;
    if (bytes > MAX_DIRECTORY_BYTES || entries.size === MAX_ENTRIES) throw tooMany();
    const name = entry.fileName.toLowerCase();
    // Another program could take the other one, and show a person something else.
    if (entries.has(name)) throw damaged('its archive has two entries of the same name');
    entries.set(name, entry);
  }
  return entries;
}

function tooMany(): FileFault {
  return new FileFault(
    `The workbook has more than ${format(MAX_ENTRIES)} parts. Copy the sheet into a new workbook, and send that.`,
  );
}

function findEntry(entries: ReadonlyMap<string, Entry>, name: string, maxBytes: number): Entry {
  const entry = entries.get(name);
  if (!entry) throw damaged(`it has no part ${quote(name)}`);
  if (entry.isEncrypted())
    throw new FileFault('The archive is encrypted. Save the workbook without a password, and send that.');
  if (!entry.canDecodeFileData()) throw damaged('its archive is packed in an unusual way');
  if (entry.uncompressedSize > maxBytes)
    throw new FileFault(
      `The workbook's part ${quote(name)} unpacks to ${format(entry.uncompressedSize)} bytes, which is too much. Send fewer rows in a file, or CSV.`,
    );
  return entry;
}

async function* unpack(zip: ZipFile, entry: Entry): AsyncGenerator<Buffer, void> {
  let size = 0;
  let crc = 0;
  let slice = 0;
  const packed = await zip.openReadStreamPromise(entry, { decodeFileData: false }).catch(refuse);
  const bytes = entry.compressionMethod === DEFLATED ? inflate(packed) : packed;
  try {
    for await (const chunk of bytes as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > entry.uncompressedSize) break;
      crc = crc32(chunk, crc);
      yield chunk;
      slice += chunk.length;
      if (slice < SLICE_BYTES) continue;
      slice = 0;
      await setImmediate();
    }
  } catch (error) {
    refuse(error);
  } finally {
    bytes.destroy();
    packed.destroy();
  }
  if (size !== entry.uncompressedSize || crc !== entry.crc32)
    throw damaged('a part of it differs from its checksum');
}

function inflate(packed: Readable): Readable {
  const bytes = createInflateRaw();
  packed.on('error', (error) => bytes.destroy(error));
  return packed.pipe(bytes);
}
