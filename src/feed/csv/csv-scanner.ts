/** Splits CSV text into rows (RFC 4180, with any line ends). */
import { FileFault, type Row } from '../row.ts';

/** Longest row, in characters. A quote that is never closed would make the rest of the file one row. */
const MAX_ROW_LENGTH = 1_048_576;
/** Most cells of a row: as many as a spreadsheet has columns. */
const MAX_CELLS = 16_384;

const QUOTE = 0x22;
const CR = 0x0d;
const LF = 0x0a;

export interface CsvRow extends Row {
  readonly cells: readonly string[];
}

/** Splits text that arrives in pieces. Skips empty lines. */
export class CsvScanner {
  readonly #delimiter: number;
  /** The text that was not split yet. It begins with a row. */
  #text = '';
  /** Characters of `#text` that a look at it needs. Looking at a long row again for each piece of it would take quadratic time. */
  #enough = 0;
  #isEnd = false;
  /** Where the scanner is in `#text`. */
  #at = 0;
  #line = 1;

  constructor(delimiter: string) {
    this.#delimiter = delimiter.charCodeAt(0);
  }

  /** Adds the rows that the text completes to `rows`. Throws a FileFault where the text cannot be read, with the rows before it added. */
  add(text: string, rows: CsvRow[]): void {
    this.#text += text;
    if (this.#text.length >= this.#enough) this.#scan(rows);
  }

  /** As `add`, at the end of the file. */
  end(rows: CsvRow[]): void {
    this.#isEnd = true;
    this.#scan(rows);
  }

  #scan(rows: CsvRow[]): void {
    const { length } = this.#text;
    let start = 0;
    while (start < length) {
      const line = this.#line;
      const cells: string[] = [];
      this.#at = start;
      const isComplete = this.#readRow(cells, line);
      if ((isComplete ? this.#at : length) - start > MAX_ROW_LENGTH) throw tooLong(line);
      if (!isComplete) {
        this.#line = line;
        break;
      }
      if (cells.length > 0) rows.push({ line, cells });
      start = this.#at;
    }
    this.#text = this.#text.slice(start);
    this.#enough = Math.min(2 * this.#text.length, MAX_ROW_LENGTH + 1);
  }

  /** Reads the row at `#at` and its line end. Gives false where the text ends before it. */
  #readRow(cells: string[], line: number): boolean {
    const text = this.#text;
    const start = this.#at;
    for (;;) {
      const isQuoted = text.charCodeAt(this.#at) === QUOTE;
      const cell = isQuoted ? this.#readQuotedCell(line) : this.#readCell(line);
      if (cell === null) return false;
      // Without this an empty line would be a row with an empty cell.
      const isEmptyLine = cells.length === 0 && this.#at === start && this.#endsRow();
      if (!isEmptyLine) cells.push(cell);
      if (cells.length > MAX_CELLS) throw faultAt(line, `the row has more than ${MAX_CELLS} cells`);
      if (this.#endsRow()) return this.#readLineEnd();
      this.#at++;
    }
  }

  /** Reads up to the delimiter or the line end; null where the text ends before it. */
  #readCell(line: number): string | null {
    const text = this.#text;
    const { length } = text;
    const start = this.#at;
    let at = start;
    for (; at < length; at++) {
      const code = text.charCodeAt(at);
      if (code === this.#delimiter || code === LF || code === CR) break;
      if (code === QUOTE) {
        const advice = 'such a cell is put in quotes, and its own written twice';
        throw faultAt(line, `a quote stands inside a cell: ${advice}`);
      }
    }
    this.#at = at;
    return at === length && !this.#isEnd ? null : text.slice(start, at);
  }

  #readQuotedCell(line: number): string | null {
    const text = this.#text;
    const start = this.#at + 1;
    let hasQuotes = false;
    let close = text.indexOf('"', start);
    while (close >= 0 && text.charCodeAt(close + 1) === QUOTE) {
      hasQuotes = true;
      close = text.indexOf('"', close + 2);
    }
    if (close < 0 && this.#isEnd) throw faultAt(line, 'a quote is opened and never closed');
    // The next character may be a quote too.
    if (close < 0 || (close + 1 === text.length && !this.#isEnd)) return null;
    this.#at = close + 1;
    if (text.charCodeAt(this.#at) !== this.#delimiter && !this.#endsRow()) {
      const advice = 'a quote inside a quoted cell is written twice';
      throw faultAt(line, `text follows a closing quote: ${advice}`);
    }
    const cell = text.slice(start, close);
    this.#line += countLineEnds(cell);
    return hasQuotes ? cell.replaceAll('""', '"') : cell;
  }

  #endsRow(): boolean {
    if (this.#at >= this.#text.length) return true;
    const code = this.#text.charCodeAt(this.#at);
    return code === LF || code === CR;
  }

  /** Gives false where it is not known yet whether an LF belongs to a CR. */
  #readLineEnd(): boolean {
    const next = this.#at + 1;
    const isCr = this.#text.charCodeAt(this.#at) === CR;
    if (isCr && next === this.#text.length && !this.#isEnd) return false;
    this.#at = isCr && this.#text.charCodeAt(next) === LF ? next + 1 : next;
    this.#line++;
    return true;
  }
}

function countLineEnds(cell: string): number {
  return /[\r\n]/.test(cell) ? (cell.match(/\r\n?|\n/g)?.length ?? 0) : 0;
}

function tooLong(line: number): FileFault {
  return faultAt(
    line,
    `the row is longer than ${MAX_ROW_LENGTH} characters: a quote may be opened and never closed`,
  );
}

function faultAt(line: number, fault: string): FileFault {
  return new FileFault(`line ${line}: ${fault}. From here on nothing is read.`);
}
