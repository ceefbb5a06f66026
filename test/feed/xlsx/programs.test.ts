/** Workbooks that other programs wrote are read as the people who see them there read them. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { findPython, requireProgram } from '../../support/machine/programs.ts';
import { readRows } from '../../support/feed/workbook-file.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/feeds/${name}`, import.meta.url));
const uncalculated = (text: string) => ({
  text,
  fault: 'holds a formula that is not calculated: open the file in a spreadsheet program and save it.',
});
const error = (text: string) => ({ text, fault: `holds the error ${text}: replace it with a value.` });

const openpyxl = [
  {
    line: 1,
    cells: [
      ...['SKU ID', 'quantity_in_stock', 'quantity on backorder', 'backorder_date', 'restrictions', 'as_of'],
      ...['isbn', 'note'],
    ],
  },
  {
    line: 2,
    cells: ['A-1', '12', '0', '', '', '2026-03-01T12:30:00', '9780306406157', 'Teekanne, groß'],
  },
  { line: 3, cells: ['007', '3', '5', '2026-04-01', 'discontinued', '', '0306406152', 'TRUE'] },
  { line: 4, cells: ['B&B <3>', '0', '', '2026-04-02T00:00:00', '', '', '', 'two\nlines'] },
  { line: 6, cells: ['日本語', uncalculated('=B2+B3'), '1000', '08:15:00', '', '', '', error('#N/A')] },
  {
    line: 7,
    cells: [
      ...['1001', '0.3', '-1', '1900-01-01', 'FALSE', ''],
      { text: '1234567890123460', fault: expect.stringContaining('more than 15 digits') },
      '😀',
    ],
  },
  { line: 8, cells: ['000042', '42'] },
];

describe('a workbook of', () => {
  test('openpyxl', async () => {
    expect(await readRows(fixture('openpyxl.xlsx'))).toEqual(openpyxl);
    expect(await readRows(fixture('openpyxl.xlsx'), { sheet: 'notes' })).toEqual([
      { line: 1, cells: ['This sheet is hidden'] },
    ]);
  });

  // The second one has its texts in the cells, and counts its days from 1904 on.
  test.each(['xlsxwriter.xlsx', 'xlsxwriter-memory.xlsx'])('XlsxWriter: %s', async (name) => {
    expect(await readRows(fixture(name))).toEqual([
      {
        line: 1,
        cells: ['sku_id', 'quantity_in_stock', 'quantity_on_backorder', 'backorder_date', 'as_of', 'note'],
      },
      { line: 2, cells: ['A-1', '12', '0', '2026-03-01', '2026-03-01T18:05:07', 'plain bold plain'] },
      { line: 3, cells: ['007', '1234567', '7', '', '', ' space around \r '] },
      // XlsxWriter writes 0 where it is given no value, and asks for calculation when the file is opened.
      { line: 4, cells: ['_x0041_ is no escape', uncalculated('=1+1'), '', '', '', 'TRUE'] },
      { line: 7, cells: ['last', '1e-7'] },
    ]);
  });

  test('LibreOffice', async () => {
    expect(await readRows(fixture('libreoffice.xlsx'))).toEqual([
      { line: 1, cells: ['sku_id', 'quantity_in_stock', 'backorder_date', 'note'] },
      { line: 2, cells: ['A-1', '12', '2026-03-01', 'Größe M\nsecond line'] },
      { line: 3, cells: ['007', '24', '', 'TRUE'] },
      { line: 6, cells: ['9780306406157', error('#N/A')] },
      { line: 7, cells: ['X-12', error('#DIV/0!')] },
    ]);
  });
});

describe('what is no XLSX workbook gets a message of its own', () => {
  test.each([
    ['libreoffice.xls', 'The file is an old workbook (.xls). Save it as .xlsx or CSV, and send that.'],
    ['libreoffice.ods', 'The file is an OpenDocument file (.ods). Save it as .xlsx or CSV, and send that.'],
    ['encrypted.xlsx', 'The workbook is encrypted. Save it without a password, and send that.'],
    [
      'make.sh',
      'The file is not an .xlsx workbook, whatever its name says. Save it as .xlsx, and send that.',
    ],
  ])('%s', async (name, message) => {
    await expect(readRows(fixture(name))).rejects.toThrow(message);
  });
});

test('the openpyxl of this machine writes what the kept file has', async (context) => {
  const python = requireProgram(context, "Python's openpyxl", findPython('openpyxl'));
  const folder = mkdtempSync(join(tmpdir(), 'stockgate-openpyxl-'));
  try {
    const path = join(folder, 'stock.xlsx');
    execFileSync(python, [fixture('openpyxl-workbook.py'), path]);
    expect(await readRows(path)).toEqual(openpyxl);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
