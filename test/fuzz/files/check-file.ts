/** Reads a feed file, and says what it must never do. */
import { isDate } from '../../../src/domain/text.ts';
import {
  readInventoryFile,
  type FilePart,
  type FileRow,
} from '../../../src/feed/inventory/inventory-file.ts';
import { createRejectedRows } from '../../../src/feed/inventory/rejected-rows.ts';
import { FileFault } from '../../../src/feed/row.ts';

/** What a message may have: a line of words, and no more than a screen of it. */
const MESSAGE = /^\P{C}{1,2000}[.?!]$/su;
/** Words of a program's insides, which help nobody who sent a file. */
const INSIDES =
  /\bat .+:\d+:\d+|node:|node_modules|undefined(?! entity)|\[object|NaN\b|E[A-Z]{4,}:|TypeError|RangeError/;
const MAX_QUANTITY = 2_147_483_647;
const MAX_PART_ROWS = 1_001;

export interface FileOutcome {
  readonly rows: number;
  readonly rejected: number;
  /** Why the file could not be read to its end; null if it was. */
  readonly refused: string | null;
  readonly faults: readonly string[];
}

/** Reads the file to its end. `onPart` is called after each part. */
export async function checkFile(path: string, onPart: () => void): Promise<FileOutcome> {
  const faults = new Set<string>();
  let rows = 0;
  let rejected = 0;
  let refused: string | null = null;
  try {
    for await (const part of readInventoryFile(path)) {
      rows += part.rows.length;
      if (part.rows.length > MAX_PART_ROWS) faults.add(`a part of ${part.rows.length} rows`);
      for (const row of part.rows) faultsOfRow(row).forEach((fault) => faults.add(fault));
      rejected += writeRejected(part);
      onPart();
    }
  } catch (error) {
    if (!(error instanceof FileFault)) faults.add(`an error that is not ours: ${String(error)}`);
    else faultsOfText(error.message).forEach((fault) => faults.add(fault));
    refused = error instanceof Error ? error.message : String(error);
  }
  return { rows, rejected, refused, faults: [...faults] };
}

/** What is wrong with a message for the sender of a file. */
export function faultsOfText(text: string): string[] {
  const faults: string[] = [];
  if (!MESSAGE.test(text)) faults.push(`no plain message: ${JSON.stringify(text.slice(0, 300))}`);
  // Messages quote cells, which may hold anything.
  const own = text.replace(/"[^"]*"/g, '');
  if (INSIDES.test(own)) faults.push(`a message that tells of our insides: ${text.slice(0, 300)}`);
  return faults;
}

/** What no row may be. */
export function faultsOfRow({ row, read }: FileRow): string[] {
  const faults: string[] = [];
  if (!Number.isInteger(row.line) || row.line < 1) faults.push(`a row at line ${row.line}`);
  if ('code' in read) return [...faults, ...faultsOfText(read.reason)];
  const { identifiers, quantityInStock, quantityOnBackorder, backorderDate, asOf, version } = read.values;
  if (identifiers.length === 0) faults.push('a row that names no SKU');
  for (const quantity of [quantityInStock ?? 0, quantityOnBackorder ?? 0]) {
    if (!Number.isInteger(quantity) || quantity < 0 || quantity > MAX_QUANTITY)
      faults.push(`a quantity of ${quantity}`);
  }
  if (!Number.isSafeInteger(version ?? 0)) faults.push(`a version of ${version}`);
  if (!isDate(backorderDate ?? '2026-01-01')) faults.push(`a date of ${backorderDate}`);
  if (asOf !== undefined && !/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/.test(asOf))
    faults.push(`a time of ${asOf}`);
  return faults;
}

/** Writes the bad rows as an import does. Returns how many they are. */
function writeRejected({ head, rows }: FilePart): number {
  const { format } = createRejectedRows(head.header, head.delimiter);
  let count = 0;
  for (const { row, read } of rows) {
    if (!('code' in read)) continue;
    format({ row, code: read.code, reason: read.reason });
    count += 1;
  }
  return count;
}
