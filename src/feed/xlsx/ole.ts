/** Lists what a file in Microsoft's compound file format (OLE) contains. */
import type { FileHandle } from 'node:fs/promises';

/** Sectors of the directory that are looked at. It has four names in 512 bytes. */
const MAX_SECTORS = 64;
const HEADER_BYTES = 512;
const NAME_ENTRY_BYTES = 128;
/** Sectors of the allocation table that the header lists itself. They describe files of up to 7 MB, or 450 MB with large sectors. */
const HEADER_TABLES = 109;

/** The names in the directory; those of the first sectors alone where the file is damaged or large. */
export async function listOleNames(file: FileHandle): Promise<string[]> {
  const header = await readAt(file, 0, HEADER_BYTES);
  if (header.length < HEADER_BYTES) return [];
  const shift = header.readUInt16LE(30) === 12 ? 12 : 9;
  const size = 1 << shift;
  const readSector = (sector: number, offset = 0, length = size) =>
    readAt(file, (sector + 1) * size + offset, length);
  const names: string[] = [];
  let sector = header.readUInt32LE(48);
  for (let read = 0; read < MAX_SECTORS; read++) {
    const bytes = await readSector(sector);
    if (bytes.length < size) break;
    for (let at = 0; at < size; at += NAME_ENTRY_BYTES) names.push(readName(bytes, at));
    // The allocation table holds the number of the sector that follows.
    const table = Math.floor((sector * 4) / size);
    if (table >= HEADER_TABLES) break;
    const next = await readSector(header.readUInt32LE(76 + table * 4), (sector * 4) % size, 4);
    if (next.length < 4) break;
    sector = next.readUInt32LE(0);
  }
  return names;
}

/** Fewer bytes where the file ends before. */
async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/** A name of up to 31 UTF-16 units; its length in bytes, with the NUL at its end, follows. */
function readName(bytes: Buffer, at: number): string {
  const length = Math.min(bytes.readUInt16LE(at + 64), 64);
  return bytes.toString('utf16le', at, at + Math.max(0, length - 2));
}
