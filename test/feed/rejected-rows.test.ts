/** What is written of rejected rows reads back as the same cells, and no spreadsheet runs it. */
import { Readable } from 'node:stream';
import { array, assert, asyncProperty, constantFrom, oneof, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCsv } from '../../src/feed/csv/read-csv.ts';
import type { CsvRow } from '../../src/feed/csv/csv-scanner.ts';
import { findEncoding } from '../../src/feed/csv/encoding.ts';
import { escapeFormula, unescapeFormula } from '../../src/feed/csv/formula-escape.ts';
import { createRowReader, isBlank } from '../../src/feed/inventory/inventory-columns.ts';
import { isInventoryColumn, readInventoryHeader } from '../../src/feed/inventory/inventory-header.ts';
import { createRejectedRows, isRejectedColumn } from '../../src/feed/inventory/rejected-rows.ts';
import type { Row } from '../../src/feed/row.ts';

const FORMULA = /^[=+\-@\t\r]/;
const toRow = (cells: Row['cells'], line = 1): Row => ({ line, cells });
const rejection = { code: 'BAD_USER_INPUT', reason: 'It is bad, "very" bad.' };

async function readRows(text: string): Promise<CsvRow[]> {
  const bytes = Buffer.from(text);
  const rows: CsvRow[] = [];
  const encoding = await findEncoding(Readable.from([bytes]));
  for await (const piece of readCsv(Readable.from([bytes]), { isColumn: isInventoryColumn, encoding }))
    rows.push(...piece);
  return rows;
}

/** A text, often one that means something to a spreadsheet or to CSV. */
const cell = string({
  unit: oneof(
    constantFrom("'", '=', '+', '-', '@', '\t', '\r', '\n', '"', ',', ';', '\0', '5', ' '),
    string(),
  ),
  maxLength: 5,
});

describe('formulas', () => {
  test('are escaped, and what is escaped is read as it was', () => {
    assert(
      property(cell, (text) => {
        expect(escapeFormula(text)).not.toMatch(FORMULA);
        expect(unescapeFormula(escapeFormula(text))).toBe(text);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ['=1+1', "'=1+1"],
    ['-', "'-"],
    ['-5', "'-5"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ["'=1", "''=1"],
    ["'tis", "'tis"],
    ["O'Brien", "O'Brien"],
    ['5', '5'],
    ['', ''],
  ])('%j is written %j', (text, written) => {
    expect(escapeFormula(text)).toBe(written);
  });
});

describe('rejected rows', () => {
  test('are the columns of the input and three more, for Excel', () => {
    const { head, format } = createRejectedRows(toRow(['sku_id', 'quantity_in_stock']));
    expect(head).toBe('\ufeffsku_id,quantity_in_stock,rejected_line,rejected_code,rejected_reason\r\n');
    const row = toRow(['A', '-5'], 7);
    expect(format({ ...rejection, row })).toBe('A,\'-5,7,BAD_USER_INPUT,"It is bad, ""very"" bad."\r\n');
  });

  test('of a file that was rejected before have the three columns once', () => {
    const names = ['rejected_line', 'sku_id', 'Rejected Code', 'rejected_reason', 'restrictions'];
    const { head, format } = createRejectedRows(toRow(names), ';');
    expect(head).toBe('\ufeffsku_id;restrictions;rejected_line;rejected_code;rejected_reason\r\n');
    const row = toRow(['2', 'A', 'OLD', 'old', 'x'], 9);
    expect(format({ ...rejection, row, reason: 'new' })).toBe('A;x;9;BAD_USER_INPUT;new\r\n');
  });

  test('have a delimiter that the import finds', () => {
    expect(createRejectedRows(toRow(['sku_id', 'isbn']), '\t').head).toMatch(/^\ufeffsku_id\tisbn\t/);
    expect(createRejectedRows(toRow(['sku_id', 'isbn']), '|').head).toMatch(/^\ufeffsku_id,isbn,/);
  });

  test('that are too short are filled, and those that are too long are rejected again', async () => {
    const header = toRow(['sku_id', 'quantity_in_stock']);
    const { head, format } = createRejectedRows(header);
    const short = format({ ...rejection, row: toRow(['A']) });
    const long = format({ ...rejection, row: toRow(['A', '1', '000', '', '']) });
    const [names, ...rows] = await readRows(head + short + long);
    const read = createRowReader(readInventoryHeader(names ?? toRow([])), { mayBeShort: false });
    expect(rows.map(read)).toMatchObject([
      { values: { identifiers: [{ value: 'A' }] } },
      { code: 'BAD_USER_INPUT', reason: expect.stringMatching(/^The row has 6 cells and the header 5\./) },
    ]);
  });

  test('that are rejected again are not escaped twice', () => {
    const { format } = createRejectedRows(toRow(['sku_id', 'quantity_in_stock']));
    const row = toRow(["'=A", "'-5"], 2);
    expect(format({ ...rejection, row, reason: '' })).toBe("'=A,'-5,2,BAD_USER_INPUT,\r\n");
  });

  test('show what a faulty cell shows', () => {
    const { format } = createRejectedRows(toRow(['sku_id', 'quantity_in_stock']));
    const row = toRow(['A', { text: '=B1', fault: 'is a formula without a value.' }], 2);
    expect(format({ ...rejection, row, reason: '' })).toBe("A,'=B1,2,BAD_USER_INPUT,\r\n");
    const empty = toRow(['A', { text: '', fault: 'has too many characters.' }], 2);
    expect(format({ ...rejection, row: empty, reason: '' })).toBe('A,#N/A,2,BAD_USER_INPUT,\r\n');
  });

  test('are read back as the same cells, and as the same values or faults', async () => {
    const names = ['sku_id', 'quantity_in_stock', 'restrictions', 'Note; "x"', '=1'];
    // A blank row is skipped, and never rejected.
    const row = array(cell, { minLength: names.length, maxLength: names.length }).filter(
      (cells) => !isBlank(toRow(cells)),
    );
    await assert(
      asyncProperty(array(row), constantFrom(',', ';', '\t'), async (originals, delimiter) => {
        const header = toRow(names);
        const { head, format } = createRejectedRows(header, delimiter);
        const written = originals.map((cells, i) => format({ ...rejection, row: toRow(cells, i + 2) }));
        const [first, ...back] = await readRows(head + written.join(''));
        expect(first?.cells.slice(0, 5).map(unescapeFormula)).toEqual(names);
        expect(first?.cells.slice(5).every(isRejectedColumn)).toBe(true);
        expect(back.map(({ cells }) => cells.slice(0, 5).map(unescapeFormula))).toEqual(
          originals.map((cells) => cells.map(unescapeFormula)),
        );
        expect(back.flatMap(({ cells }) => cells).filter((text) => FORMULA.test(text))).toEqual([]);
        const reader = (own: Row) => createRowReader(readInventoryHeader(own), { mayBeShort: false });
        const [read, readBack] = [reader(header), reader(first ?? header)];
        const strip = (result: ReturnType<typeof read>) => result && { ...result, line: 0 };
        expect(back.map((other) => strip(readBack(other)))).toEqual(
          originals.map((cells) => strip(read(toRow(cells)))),
        );
      }),
      { numRuns: 300 },
    );
  });
});
