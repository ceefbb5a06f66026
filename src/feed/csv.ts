/** Reads the rows of a CSV file in bounded memory. */
import type { Readable } from 'node:stream';
import { CsvError, parse, type Parser } from 'csv-parse';
import { findDelimiter } from './delimiter.ts';

/** Rows of one piece, which is saved in one transaction. */
const CHUNK_ROWS = 1_000;
/** Longest row, in bytes. A quote that is never closed would make the rest of the file one row. */
const MAX_ROW_BYTES = 1_048_576;

export interface CsvRow {
  /** The line of the file where the row starts; the first is 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** Rows in the order of the file. The last piece also says why the rest of the file cannot be read, if it cannot. */
export interface CsvPiece {
  readonly rows: CsvRow[];
  readonly fault: string | null;
}

/**
 * Reads CSV (RFC 4180, with any line ends) in pieces of at most CHUNK_ROWS rows; skips empty lines. Commas, semicolons or tabs
 * separate the cells: the first line decides, by which of them it has a cell `needed`.
 */
export async function* readCsv(source: Readable, needed: string): AsyncGenerator<CsvPiece, void> {
  const rows: CsvRow[] = [];
  let position = { line: 1 };
  let fault: string | null = null;
  try {
    const { delimiter, pieces } = await findDelimiter(source, needed);
    const { parser, next } = createParser(delimiter, rows);
    position = next;
    for await (const bytes of pieces) {
      await feed(parser, bytes);
      while (rows.length > CHUNK_ROWS) yield { rows: rows.splice(0, CHUNK_ROWS), fault };
    }
    await feed(parser, null);
  } catch (error) {
    fault = describeFault(error, position.line);
  }
  while (rows.length > CHUNK_ROWS) yield { rows: rows.splice(0, CHUNK_ROWS), fault: null };
  yield { rows, fault };
}

/** A parser that adds its rows to `rows`. `next.line` is the line where its next row starts. */
function createParser(delimiter: string, rows: CsvRow[]) {
  let lines = 0;
  const parser = parse({
    bom: true,
    delimiter,
    max_record_size: MAX_ROW_BYTES,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    skip_empty_lines: true,
    // Rows are taken here and not from the parser's stream, because an error discards what that stream still holds.
    on_record: (cells: string[], { empty_lines: emptyLines }) => {
      rows.push({ line: lines + emptyLines + 1, cells });
      // The parser's own count takes a CRLF inside quotes for two lines.
      lines += 1 + countLineEnds(cells);
      return null;
    },
  });
  // `feed` receives errors too. Without a listener an error would end the process.
  parser.on('error', () => undefined);
  return {
    parser,
    next: {
      get line() {
        return lines + parser.info.empty_lines + 1;
      },
    },
  };
}

/** Resolves when the parser has consumed the bytes; null is the end. Rejects with the parser's error. */
function feed(parser: Parser, bytes: unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null) => (error ? reject(error) : resolve());
    if (bytes === null) parser.end(done);
    else parser.write(bytes, done);
  });
}

function countLineEnds(cells: readonly string[]): number {
  let count = 0;
  for (const cell of cells) count += cell.match(/\r\n?|\n/g)?.length ?? 0;
  return count;
}

const csvFaults: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote is opened and never closed',
  CSV_MAX_RECORD_SIZE: `the row is longer than ${MAX_ROW_BYTES} bytes: a quote may be opened and never closed`,
  CSV_INVALID_CLOSING_QUOTE: 'text follows a closing quote: a quote inside a quoted cell is written twice',
  INVALID_OPENING_QUOTE:
    'a quote stands inside a cell: such a cell is put in quotes, and its own written twice',
};

/** What is wrong with the file, as one line. Throws every error that is not the file's fault. */
function describeFault(error: unknown, line: number): string {
  if (error instanceof CsvError) {
    return `line ${line}: ${csvFaults[error.code] ?? error.message}. From here on nothing is read.`;
  }
  // The system's errors about a file have a code.
  if (error instanceof Error && 'code' in error) return `The file cannot be read: ${error.message}.`;
  throw error;
}
