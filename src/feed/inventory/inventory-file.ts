/** Opens an inventory file of either format, and reads its header and rows. */
import { open, stat } from 'node:fs/promises';
import { readCsv } from '../csv/read-csv.ts';
import { findEncoding } from '../csv/encoding.ts';
import { createRowReader, isBlank, type InventoryRow } from './inventory-columns.ts';
import { isInventoryColumn, readInventoryHeader, withoutBlankEnd } from './inventory-header.ts';
import { FileFault, type Row } from '../row.ts';
import { readXlsx } from '../xlsx/read-xlsx.ts';

const PIECE_BYTES = 65_536;
/** How a ZIP archive begins, and how an old or encrypted Office file does. */
const workbookMarks = ['504b0304', 'd0cf11e0'];

/** What the file says before its first row. */
export interface FileHead {
  readonly header: Row;
  /** Columns that are not read, by the beginnings of their names. */
  readonly ignored: readonly string[];
  /** What some of them may mean, in sentences. */
  readonly hints: readonly string[];
  /** What separates its cells; a workbook has none, and gets a comma. */
  readonly delimiter: string;
}

/** A row as it stands in the file, and what it asks for. */
export interface FileRow {
  readonly row: Row;
  readonly read: InventoryRow;
}

export interface FilePart {
  readonly head: FileHead;
  /** At most about 1,000. */
  readonly rows: readonly FileRow[];
}

/**
 * Reads the file from its beginning, part by part. Throws a FileFault where it cannot be read, which may be after some parts; the
 * message is for its sender. `sheet`: the name of a workbook's sheet, otherwise the first that is not hidden.
 */
export async function* readInventoryFile(
  path: string,
  { sheet }: { readonly sheet?: string | undefined } = {},
): AsyncGenerator<FilePart, void> {
  const isWorkbook = await beginsAsWorkbook(path);
  if (sheet !== undefined && !isWorkbook)
    throw new FileFault('A CSV file has no sheets. Leave the name of the sheet out.');
  let delimiter = ',';
  const parts = isWorkbook
    ? readXlsx(path, { sheet })
    : readCsv(piecesOf(path), {
        isColumn: isInventoryColumn,
        encoding: await findEncoding(piecesOf(path)),
        onDelimiter: (found) => (delimiter = found),
      });
  let head: FileHead | undefined;
  let readRow: ReturnType<typeof createRowReader> | undefined;
  for await (const part of parts) {
    const rows: FileRow[] = [];
    for (const row of part) {
      if (!head || !readRow) {
        if (isBlank(row)) continue;
        const names = withoutBlankEnd(row);
        const header = readInventoryHeader(names);
        head = { header: names, ignored: header.ignored, hints: header.hints, delimiter };
        readRow = createRowReader(header, { mayBeShort: isWorkbook });
        continue;
      }
      const read = readRow(row);
      if (read) rows.push({ row, read });
    }
    if (head) yield { head, rows };
  }
  if (!head) throw new FileFault('The file is empty. Give the first row the names of the columns.');
}

/** Reads the same file each time that it is called. Throws a FileFault if the file was changed since the first time. */
export function createFileReader(
  path: string,
  options: { readonly sheet?: string | undefined },
): () => AsyncGenerator<FilePart, void> {
  let first: string | undefined;
  return async function* readAgain() {
    const { ino, size, mtimeMs } = await stat(path);
    const state = [ino, size, mtimeMs].join();
    first ??= state;
    if (state !== first) throw new FileFault('The file was changed while it was read. Import it again.');
    yield* readInventoryFile(path, options);
  };
}

async function beginsAsWorkbook(path: string): Promise<boolean> {
  await using file = await open(path);
  const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0);
  return workbookMarks.includes(buffer.toString('hex'));
}

async function* piecesOf(path: string): AsyncGenerator<Uint8Array, void> {
  await using file = await open(path);
  for (;;) {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(PIECE_BYTES));
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}
