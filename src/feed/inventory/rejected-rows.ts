/** Writes the rejected rows of a file as CSV that can be corrected and imported again. */
import type { Cell, Row } from '../row.ts';
import { toCsvLine, UTF8_MARK } from '../csv/write-csv.ts';

const REJECTED_COLUMNS = ['rejected_line', 'rejected_code', 'rejected_reason'];
/** Delimiters that the import finds by the header alone. */
const FOUND_DELIMITERS = [',', ';', '\t'];

export interface RejectedRow {
  readonly row: Row;
  readonly code: string;
  readonly reason: string;
}

export interface RejectedRowsFormat {
  /** The beginning of the file: a byte order mark and the header. */
  readonly head: string;
  /** A row with its line end. */
  format(rejected: RejectedRow): string;
}

/** Whether the column says why a row was rejected. Imports ignore it. */
export function isRejectedColumn(name: string): boolean {
  return /^rejected[\s_-]?(?:line|code|reason)$/i.test(name.trim());
}

/**
 * The format for a file with this header: its columns, then the line, the code and the reason. `delimiter` is the file's own, so
 * that the spreadsheet of its sender finds the columns.
 */
export function createRejectedRows({ cells: names }: Row, delimiter = ','): RejectedRowsFormat {
  const separator = FOUND_DELIMITERS.includes(delimiter) ? delimiter : ',';
  const toLine = (cells: readonly string[]) => toCsvLine(cells, separator);
  // A file that was rejected before has these columns already.
  const kept = names.flatMap((name, index) => (isRejectedColumn(textOf(name)) ? [] : [index]));
  return {
    head: UTF8_MARK + toLine([...kept.map((index) => textOf(names[index])), ...REJECTED_COLUMNS]),
    format: ({ row: { line, cells }, code, reason }) => {
      // A row that is too long stays too long: cut off, it could be taken for another.
      const surplus = cells.slice(names.length, 1 + cells.findLastIndex((cell) => cell !== '')).map(textOf);
      return toLine([...kept.map((index) => textOf(cells[index])), String(line), code, reason, ...surplus]);
    },
  };
}

/** A faulty cell must not become an empty one, which the import would accept. */
function textOf(cell: Cell | undefined): string {
  return typeof cell === 'object' ? cell.text || '#N/A' : (cell ?? '');
}
