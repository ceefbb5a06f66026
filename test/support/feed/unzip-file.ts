/** Takes ZIP archives apart that are known to be whole, such as the kept workbooks. */
import { inflateRawSync } from 'node:zlib';

export interface Unzipped {
  readonly name: string;
  readonly content: Buffer;
}

const END_BYTES = 22;
const STORED = 0;

/** The entries in the order of the archive's directory. */
export function unzipFile(bytes: Buffer): Unzipped[] {
  const end = bytes.length - END_BYTES;
  if (bytes.toString('latin1', end, end + 4) !== 'PK\x05\x06')
    throw new Error('The archive has no plain end.');
  const entries: Unzipped[] = [];
  let at = bytes.readUInt32LE(end + 16);
  while (entries.length < bytes.readUInt16LE(end + 10)) {
    const nameLength = bytes.readUInt16LE(at + 28);
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    const local = bytes.readUInt32LE(at + 42);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const packed = bytes.subarray(start, start + bytes.readUInt32LE(at + 20));
    const isStored = bytes.readUInt16LE(at + 10) === STORED;
    entries.push({ name, content: isStored ? packed : inflateRawSync(packed) });
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return entries;
}
