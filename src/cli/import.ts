/** `stockgate import`, and what every import needs: rows out of a CSV file, and a tally of what is wrong with them. */
import type { Readable } from 'node:stream';
import { CsvError, parse, type Parser } from 'csv-parse';
import type { SaveCounts } from '../db/catalog.ts';
import { UsageError, type Command, type Io } from './command.ts';
import { format, plural } from './counts.ts';

/** Characters of a bad cell that a message repeats. */
const MAX_QUOTED_LENGTH = 40;
/** Rows handed over at once, and saved in one transaction. */
const CHUNK_ROWS = 1_000;
/** Longest row, in bytes: a quote that is never closed would swallow the rest of the file. */
const MAX_ROW_BYTES = 1_048_576;
/** Refused rows reported by line, and as many warnings; the rest is only counted. */
const MAX_REPORTED = 1_000;

export const importCommand: Command = {
  help: `Usage: stockgate import skus FILE.csv --supplier NAME [--database URL]

Takes a supplier's catalog in. Rows are matched by sku_id: what is new is created, what differs is updated, and what the
file does not list stays. Changed quantities and restrictions go into the history. It can be run again at any time.

FILE.csv is UTF-8 with commas and a first line that names the columns, in any order and case:
  sku_id                 needed; the supplier's own code, up to 256 characters
  item_id, title         up to 1,000 characters
  condition              new, used or refurb
  upca, ean13,           as printed, with or without hyphens; a code with a wrong check digit is taken in with a
  gtin14, isbn           warning, and found only as it is spelled
  quantity_in_stock, quantity_on_backorder
                         0 to 2147483647; an empty cell leaves the quantity as it is
  restrictions           discontd, tmpunavail, or empty for none
Other columns are ignored. A column that is not there stays as it is; an empty cell clears it.

  --supplier NAME    whose catalog it is; a supplier of a new name is created
  --database URL     sqlite:PATH or postgres://USER@HOST/NAME (default sqlite:./data/stockgate.db)

A bad row is reported as "line N: reason" and left out; the good ones go in. The exit code is 1 if any was left out.
`,
  run: async ([what, ...args], io) => {
    if (what !== 'skus') throw new UsageError('Give what to import: skus FILE.csv.');
    const { importSkus } = await import('./import-skus.ts');
    return importSkus(args, io);
  },
};

export interface CsvRow {
  /** The line of the file where the row starts; the first is 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** Rows that follow each other; on the last piece also why the file cannot be read on, if it cannot. */
export interface CsvPiece {
  readonly rows: CsvRow[];
  readonly fault: string | null;
}

/** Reads CSV (RFC 4180, and any line ends) in pieces of at most CHUNK_ROWS; empty lines are skipped. */
export async function* readCsv(source: Readable): AsyncGenerator<CsvPiece, void> {
  const rows: CsvRow[] = [];
  let lines = 0;
  const parser = parse({
    bom: true,
    max_record_size: MAX_ROW_BYTES,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    skip_empty_lines: true,
    // Rows are taken here and not from the parser's own stream: an error would throw away what that still holds.
    on_record: (cells: string[], { empty_lines: emptyLines }) => {
      rows.push({ line: lines + emptyLines + 1, cells });
      // The parser's own count takes a CRLF inside quotes for two lines.
      lines += 1 + countLineEnds(cells);
      return null;
    },
  });
  // `feed` hears of an error too; without a listener it would end the process.
  parser.on('error', () => undefined);
  let fault: string | null = null;
  try {
    for await (const bytes of source) {
      await feed(parser, bytes);
      while (rows.length > CHUNK_ROWS) yield { rows: rows.splice(0, CHUNK_ROWS), fault };
    }
    await feed(parser, null);
  } catch (error) {
    fault = describeFault(error, lines + parser.info.empty_lines + 1);
  }
  while (rows.length > CHUNK_ROWS) yield { rows: rows.splice(0, CHUNK_ROWS), fault: null };
  yield { rows, fault };
}

/** Resolves when the parser has worked the bytes off; null is the end. Rejects with its error. */
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

/** What is wrong with the file, as one line. Throws what is not the file's fault. */
function describeFault(error: unknown, line: number): string {
  if (error instanceof CsvError) {
    return `line ${line}: ${csvFaults[error.code] ?? error.message}. From here on nothing is read.`;
  }
  // What the system says of a file that it cannot read has a code.
  if (error instanceof Error && 'code' in error) return `The file cannot be read: ${error.message}.`;
  throw error;
}

/** A tally of what is wrong with rows. */
export interface Findings {
  readonly refused: number;
  refuse(line: number, reason: string): void;
  warn(line: number, reason: string): void;
  /** Reports how many were counted only. */
  finish(): void;
}

/** Reports the first findings as `line N: ...`, and counts all. */
export function createFindings(report: (line: string) => void): Findings {
  let refused = 0;
  let warned = 0;
  return {
    get refused() {
      return refused;
    },
    refuse: (line, reason) => {
      if (++refused <= MAX_REPORTED) report(`line ${line}: ${reason}`);
    },
    warn: (line, reason) => {
      if (++warned <= MAX_REPORTED) report(`line ${line}: warning: ${reason}`);
    },
    finish: () => {
      if (refused > MAX_REPORTED) report(`... and ${format(refused - MAX_REPORTED)} more rows refused`);
      if (warned > MAX_REPORTED) report(`... and ${format(warned - MAX_REPORTED)} more warnings`);
    },
  };
}

/** What an import did. */
export interface ImportSummary extends SaveCounts {
  /** Bad rows, left out. */
  readonly refused: number;
  /** Why the import ended before the file did, as one line; null when it did not. What comes before that is in. */
  readonly fault: string | null;
}

/** Says to a person what happens; its functions take lines without their ends. */
export function createTerminal({ err, interactive }: Io) {
  // Progress stays on the last line, which the next text takes over.
  const start = interactive ? '\r\x1b[K' : '';
  const startMs = performance.now();
  const report = (line: string) => err(`${start}${line}\n`);
  return {
    report,
    onProgress: (rows: number) => {
      const elapsedMs = Math.max(1, performance.now() - startMs);
      const rate = Math.round((rows / elapsedMs) * 1000);
      if (interactive) err(`${start}${format(rows)} rows, ${format(rate)} a second`);
    },
    /** `1,234 SKUs: 1,000 created, 200 updated, 34 unchanged, 2 rows refused` */
    finish: ({ created, updated, unchanged, refused, fault }: ImportSummary) => {
      const parts = `${format(created)} created, ${format(updated)} updated, ${format(unchanged)} unchanged`;
      if (fault !== null) report(fault);
      report(`${plural(created + updated + unchanged, 'SKU')}: ${parts}, ${plural(refused, 'row')} refused`);
    },
  };
}

/** A cell for a message: its beginning, without what could steer a terminal. */
export function quote(cell: string): string {
  return `"${cell.slice(0, MAX_QUOTED_LENGTH).replace(/\p{C}/gu, '?')}"`;
}
