/** Our CSV scanner splits any text as csv-parse does, in bounded memory and time. */
import { CsvError } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import { array, assert, constantFrom, integer, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CsvScanner, type CsvRow } from '../../src/feed/csv/csv-scanner.ts';
import { FileFault } from '../../src/feed/row.ts';

interface Outcome {
  readonly cells: readonly (readonly string[])[];
  readonly fault: string | null;
}

/** Splits the text, given in parts of `size` characters. */
function scan(text: string, size: number, delimiter = ','): Outcome & { readonly lines: readonly number[] } {
  const rows: CsvRow[] = [];
  let fault: string | null = null;
  const scanner = new CsvScanner(delimiter);
  try {
    for (let at = 0; at < text.length; at += size) scanner.add(text.slice(at, at + size), rows);
    scanner.end(rows);
  } catch (error) {
    if (!(error instanceof FileFault)) throw error;
    fault = error.message;
  }
  return { cells: rows.map(({ cells }) => cells), lines: rows.map(({ line }) => line), fault };
}

/** Milliseconds of this thread's processor time: other programs may have the processor meanwhile. */
function timeOf(run: () => void): number {
  const start = process.threadCpuUsage();
  run();
  const { user, system } = process.threadCpuUsage(start);
  return (user + system) / 1_000;
}

const faults: Readonly<Record<string, RegExp>> = {
  CSV_QUOTE_NOT_CLOSED: /: a quote is opened and never closed\./,
  CSV_INVALID_CLOSING_QUOTE: /: text follows a closing quote:/,
  INVALID_OPENING_QUOTE: /: a quote stands inside a cell:/,
};

/** As csv-parse splits the text, with the code of its error. */
function parseOther(text: string, delimiter: string): Outcome {
  const cells: string[][] = [];
  try {
    parse(text, {
      delimiter,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      skip_empty_lines: true,
      on_record: (row: string[]) => {
        cells.push(row);
        return null;
      },
    });
    return { cells, fault: null };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return { cells, fault: error.code };
  }
}

describe('any text', () => {
  // Without NUL, which csv-parse takes for the end of the text after a quote.
  const text = array(constantFrom('"', '"', ',', ';', '\r', '\n', '\r\n', '""', 'a', ' ', 'é', '🧸'), {
    maxLength: 30,
  }).map((parts) => parts.join(''));

  test('is split as csv-parse splits it, wherever its parts end', () => {
    assert(
      property(text, constantFrom(',', ';'), integer({ min: 1, max: 8 }), (whole, delimiter, size) => {
        const { cells, fault } = scan(whole, size, delimiter);
        const other = parseOther(whole, delimiter);
        expect(cells).toEqual(other.cells);
        if (other.fault === null) expect(fault).toBeNull();
        else expect(fault).toMatch(faults[other.fault] ?? /never/);
      }),
      { numRuns: 5_000 },
    );
  });

  test('has the same rows and the same faults in one part and in many', () => {
    assert(
      property(text, integer({ min: 1, max: 8 }), (whole, size) => {
        expect(scan(whole, size)).toEqual(scan(whole, 1_000));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('a row', () => {
  const limit = 1_048_576;
  const tooLong = `line 2: the row is longer than ${limit} characters: a quote may be opened and never closed. From here on nothing is read.`;
  const tooMany = 'line 2: the row has more than 16384 cells. From here on nothing is read.';
  test.each<[name: string, row: string, fault: string | null]>([
    ['may have a million characters', 'x'.repeat(limit - 1), null],
    ['may not have more', 'x'.repeat(limit + 1), tooLong],
    ['may not have more in quotes', `"${'\n'.repeat(limit)}"`, tooLong],
    ['may have as many cells as a spreadsheet', ','.repeat(16_383), null],
    ['may not have more cells', ','.repeat(16_384), tooMany],
    ['may not have more quoted cells', '"",'.repeat(16_384), tooMany],
  ])('%s', (_name, row, fault) => {
    for (const size of [8_192, 100_000_000]) {
      const { cells, fault: found } = scan(`a\n${row}\nb`, size);
      expect(found).toBe(fault);
      expect(cells).toHaveLength(fault === null ? 3 : 1);
    }
  });

  test('that is long is looked at a few times only, however small its parts are', () => {
    const milliseconds = timeOf(() => {
      expect(scan(`"${'x'.repeat(400_000)}`, 4).fault).toMatch(/never closed/);
      expect(scan('""'.repeat(200_000), 4).cells.length).toBe(1);
    });
    // Looking at all of it again for each of its parts would take quadratic time.
    expect(milliseconds).toBeLessThan(5_000);
  });

  test('of any width costs the same: a file of ragged rows is read as fast', () => {
    const milliseconds = timeOf(() =>
      expect(scan(`a,b\n${'a\n'.repeat(200_000)}`, 8_192).cells.length).toBe(200_001),
    );
    // Making an error for each row, as csv-parse does, takes some 2,000.
    expect(milliseconds).toBeLessThan(1_000);
  });
});
