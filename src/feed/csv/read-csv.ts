/** Reads the rows of a CSV file in bounded memory. */
import { CsvScanner, type CsvRow } from './csv-scanner.ts';
import { findDelimiter } from './delimiter.ts';
import { decode, type Encoding } from './encoding.ts';

/** Rows of one piece, which is saved in one transaction. */
const CHUNK_ROWS = 1_000;
/** Fewer rows than CHUNK_ROWS are given away once they come from so many characters: long rows would fill the memory. */
const MAX_HELD_LENGTH = 1_048_576;

export interface CsvOptions {
  /** Whether a cell of the header names a column. The delimiter that gives the header the most of them is the file's. */
  readonly isColumn: (cell: string) => boolean;
  /** As `findEncoding` found it. If left out, a byte order mark decides, and a file without one is read as UTF-8. */
  readonly encoding?: Encoding | undefined;
  /** Called once, before the first rows. A file that is written for the same person can use the same delimiter. */
  readonly onDelimiter?: ((delimiter: string) => void) | undefined;
}

/**
 * Reads CSV in pieces of at most CHUNK_ROWS rows; skips empty lines. Throws a FileFault where the file cannot be read further, or
 * the source's own error. Before that it gives the rows that come before. A cell keeps the text around it in memory, some
 * kilobytes, as long as it is kept itself.
 */
export async function* readCsv(
  source: AsyncIterable<Uint8Array>,
  { isColumn, encoding, onDelimiter }: CsvOptions,
): AsyncGenerator<CsvRow[], void> {
  const rows: CsvRow[] = [];
  let scanner: CsvScanner | undefined;
  let failure: unknown = null;
  let held = 0;
  try {
    for await (const { delimiter, text } of findDelimiter(decode(source, encoding ?? null), isColumn)) {
      if (!scanner) onDelimiter?.(delimiter);
      scanner ??= new CsvScanner(delimiter);
      scanner.add(text, rows);
      held += text.length;
      while (rows.length > CHUNK_ROWS) yield rows.splice(0, CHUNK_ROWS);
      if (held > MAX_HELD_LENGTH && rows.length > 0) yield rows.splice(0);
      if (rows.length === 0) held = 0;
    }
    scanner?.end(rows);
  } catch (error) {
    failure = error;
  }
  while (rows.length > 0) yield rows.splice(0, CHUNK_ROWS);
  if (failure !== null) throw failure;
}
