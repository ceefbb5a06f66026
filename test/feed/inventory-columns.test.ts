/** An inventory file's header and rows: what is read, what is mended, what is rejected and why. */
import { describe, expect, test } from 'vitest';
import type { Identifier } from '../../src/domain/identifier.ts';
import { createRowReader } from '../../src/feed/inventory/inventory-columns.ts';
import {
  isInventoryColumn,
  readInventoryHeader,
  withoutBlankEnd,
  type InventoryHeader,
} from '../../src/feed/inventory/inventory-header.ts';
import type { Cell, Row } from '../../src/feed/row.ts';

const toRow = (cells: readonly Cell[], line = 1): Row => ({ line, cells });
const headerOf = (names: string) => readInventoryHeader(toRow(names.split(',')));

function readCells(names: string, cells: readonly Cell[], mayBeShort = false) {
  return createRowReader(headerOf(names), { mayBeShort })(toRow(cells, 2));
}

/** What one cell sets, beside a SKU's ID. */
function readOne(name: string, cell: Cell) {
  const row = readCells(`sku_id,quantity_in_stock,${name}`, ['A', '', cell]);
  if (row === null || !('values' in row)) return row;
  const { identifiers, ...values } = row.values;
  return { ...values, codes: identifiers.slice(1).map((identifier: Identifier) => identifier.value) };
}
const reasonOf = (name: string, cell: Cell) => {
  const row = readOne(name, cell);
  return row !== null && 'reason' in row ? [row.code, row.reason] : row;
};

describe('the header', () => {
  const namesOf = ({ columns }: InventoryHeader) => columns.map(({ name }) => name);

  test('has its columns in any order, case and spelling, and names those that are ignored', () => {
    const header = headerOf(
      'Item ID,SKU id,QUANTITY_IN_STOCK, Quantity on Backorder ,backorderDate,Restrictions,EAN-13,version,As Of,,Note,rejected_line,Rejected Code,rejected_reason',
    );
    expect(namesOf(header)).toEqual([
      'sku_id',
      'quantity_in_stock',
      'quantity_on_backorder',
      'backorder_date',
      'restrictions',
      'ean13',
      'version',
      'as_of',
    ]);
    expect([header.width, header.ignored]).toEqual([14, ['Item ID', 'Note']]);
    expect(['sku id', 'UPCA', 'gtin_14', 'isbn'].every(isInventoryColumn)).toBe(true);
    expect(['item_id', '', 'sku'].some(isInventoryColumn)).toBe(false);
  });

  test.each([
    [
      'item_id,quantity_in_stock',
      'line 1: no column names the SKU. Give the first row the names of the columns, one of them sku_id, upca, ean13, gtin14 or isbn.',
    ],
    [
      'sku_id,title',
      'line 1: no column sets anything. Add one of quantity_in_stock, quantity_on_backorder, backorder_date or restrictions.',
    ],
    ['sku_id,SKU ID,restrictions', 'line 1: two columns are named sku_id. Rename or remove one of them.'],
    ['s\0k\0u\0_\0i\0d\0', expect.stringMatching(/Save the file as UTF-8\.$/)],
  ])('%j is refused', (names, message) => {
    expect(() => headerOf(names)).toThrow(expect.objectContaining({ name: 'FileFault', message }));
  });
});

test('a header of too many columns is refused, and blank cells behind its last name are not counted', () => {
  const wide = `sku_id,quantity_in_stock${','.repeat(2_000)}`;
  expect(readInventoryHeader(withoutBlankEnd(toRow(wide.split(',')))).width).toBe(2);
  expect(() => headerOf(`${wide},note`)).toThrow(/has 2003 columns, and a file may have 1024\./);
});

test('a misspelled or shortened name of a column that is missing is told apart', () => {
  expect(headerOf('sku_id,quantity_in_stok,restrictions,EAN,titel,sku,id').hints).toEqual([
    'Do you mean quantity_in_stock by "quantity_in_stok"?',
    'Do you mean ean13 by "EAN"?',
  ]);
  expect(headerOf('sku_id,qty_in_stock,restrictions').hints).toEqual([
    'Do you mean quantity_in_stock by "qty_in_stock"?',
  ]);
  expect(() => headerOf('skuid_x,quantiy in stock')).toThrow(
    'line 1: no column names the SKU. Give the first row the names of the columns, one of them sku_id, upca, ean13, gtin14 or isbn. Do you mean sku_id by "skuid_x"? Do you mean quantity_in_stock by "quantiy in stock"?',
  );
  expect(headerOf(`sku_id,restrictions,${'x'.repeat(1_000_000)}\u001b`)).toMatchObject({
    ignored: ['x'.repeat(40)],
    hints: [],
  });
});

describe('rows under the header', () => {
  const names = 'item_id,sku_id,quantity_in_stock,quantity_on_backorder,backorder_date';
  const annotations = [
    ['required', 'required', 'Required', 'desired', 'dependent'],
    ['string', 'string', 'integer', 'integer', 'date'],
  ];

  test('that annotate it are skipped, and so are blank rows', () => {
    const read = createRowReader(headerOf(names), { mayBeShort: false });
    const rows = [...annotations, ['', ' ', '', '', ''], ['', 'A', '5', '', '']].map((cells, i) =>
      read(toRow(cells, i + 2)),
    );
    expect(rows.map((row) => row?.line)).toEqual([undefined, undefined, undefined, 5]);
  });

  test('that only look like annotations further down are rows', () => {
    const read = createRowReader(headerOf(names), { mayBeShort: false });
    expect(read(toRow(['', 'string', '5', '', ''], 2))).toMatchObject({ values: { quantityInStock: 5 } });
    expect(read(toRow(annotations[1] ?? [], 3))).toMatchObject({ code: 'BAD_USER_INPUT' });
  });
});

describe('a row', () => {
  test('sets what its cells say, and leaves alone what is empty', () => {
    const names =
      'sku_id,isbn,quantity_in_stock,quantity_on_backorder,backorder_date,restrictions,version,as_of';
    const cells = [
      'A',
      '0-306-40615-2',
      '3',
      '4',
      '2026-12-24',
      'tmpunavail',
      '7',
      '2026-11-01T09:30:00+01:00',
    ];
    expect(readCells(names, cells)).toEqual({
      line: 2,
      values: {
        identifiers: [
          { kind: 'skuId', value: 'A', gtin: null },
          { kind: 'isbn', value: '0-306-40615-2', gtin: '09780306406157' },
        ],
        quantityInStock: 3,
        quantityOnBackorder: 4,
        backorderDate: '2026-12-24',
        restrictions: 'tmpunavail',
        version: 7,
        asOf: '2026-11-01T08:30:00.000Z',
      },
    });
    expect(readCells(names, ['A', '', ' ', '', '', '', '', ''])).toEqual({
      line: 2,
      values: { identifiers: [{ kind: 'skuId', value: 'A', gtin: null }] },
    });
  });

  test.each(['-', '–', 'none', "'-"])('has a date and a restriction lifted by %j', (cell) => {
    expect(readOne('restrictions', cell)).toEqual({ restrictions: null, codes: [] });
    expect(readOne('backorder_date', cell)).toEqual({ backorderDate: null, codes: [] });
  });

  test.each([
    ['12', 12],
    ['12.0', 12],
    ['12,00', 12],
    ['007', 7],
    ['2147483647', 2_147_483_647],
  ])('takes the quantity %j', (cell, quantity) => {
    expect(readOne('quantity_on_backorder', cell)).toMatchObject({ quantityOnBackorder: quantity });
    expect(readCells('sku_id,quantity_in_stock', ['A', cell])).toMatchObject({
      values: { quantityInStock: quantity },
    });
  });

  const range = 'a whole number from 0 to 2147483647';
  test.each([
    ['12.5', `give ${range}, in digits alone.`],
    ['-1', `give ${range}, in digits alone.`],
    ["'-1", `give ${range}, in digits alone.`, '-1'],
    ['-', `give ${range}, in digits alone.`],
    ['+1', `give ${range}, in digits alone.`],
    ['1,000', `it may have a thousands separator. Give ${range}, in digits alone.`],
    ['1.000', `it may have a thousands separator. Give ${range}, in digits alone.`],
    ['1 000', `it may have a thousands separator. Give ${range}, in digits alone.`],
    ["1'000'000.50", `it may have a thousands separator. Give ${range}, in digits alone.`],
    ['1.0E+05', `a spreadsheet shortened it. Give ${range}, in digits alone.`],
    ['2147483648', `it is too large. Give ${range}.`],
    ['#N/A', 'correct the formula, or enter the number.'],
    ['٣', `give ${range}, in digits alone.`],
  ])('with the quantity %j is rejected', (cell, advice, shown = cell) => {
    const row = readCells('sku_id,quantity_in_stock', ['A', cell]);
    expect(row).toMatchObject({
      line: 2,
      code: 'BAD_USER_INPUT',
      reason: `quantity_in_stock is "${shown}": ${advice}`,
    });
  });

  test.each([
    ['2026-12-24', '2026-12-24'],
    ['2026/12/4', '2026-12-04'],
    ['2026. 12. 24.', null],
    ['2026.12.24.', '2026-12-24'],
    ['2026-12-24T00:00:00.000', '2026-12-24'],
    ['2026-12-24 14:30', '2026-12-24'],
    ['24.12.2026', '2026-12-24'],
    ['4.1.27', '2027-01-04'],
    ['12/24/2026', '2026-12-24'],
    ['24/12/2026', '2026-12-24'],
    ['5/5/2026', '2026-05-05'],
    ['12/24/26', '2026-12-24'],
    ['2026-02-30', null],
    ['29.2.2028', '2028-02-29'],
    ['46380', null],
    ['soon', null],
    ['0026-12-24', null],
  ])('with the date %j has %j', (cell, date) => {
    expect(reasonOf('backorder_date', cell)).toEqual(
      date === null
        ? [
            'BAD_USER_INPUT',
            `backorder_date is "${cell}": give a date such as 2026-12-24, or - to remove the date.`,
          ]
        : { backorderDate: date, codes: [] },
    );
  });

  test.each([
    ['04/05/2026', '2026-04-05 or 2026-05-04'],
    ['24/12/26', '2026-12-24 or 2024-12-26'],
  ])('with the date %j, which people read differently, is rejected with all readings', (cell, readings) => {
    expect(reasonOf('backorder_date', cell)).toEqual([
      'BAD_USER_INPUT',
      `backorder_date is "${cell}": it can mean ${readings}. Write the date that is meant.`,
    ]);
  });

  test('with a date that no update may set is rejected', () => {
    expect(reasonOf('backorder_date', '31.12.1999')).toEqual([
      'BAD_USER_INPUT',
      'backorder_date is "31.12.1999": give a date from 2000-01-01 to 9999-12-31.',
    ]);
  });

  test.each([
    ['2026-11-01T09:30:00Z', '2026-11-01T09:30:00.000Z'],
    ['2026-11-01 09:30+02', '2026-11-01T07:30:00.000Z'],
    ['2026-11-01T09:30:00.5-0130', '2026-11-01T11:00:00.500Z'],
    ['2026-11-01 09:30:00.123456+01', '2026-11-01T08:30:00.123Z'],
    ['2026-02-30T09:30:00Z', null],
    ['2026-11-01T24:30:00Z', null],
    ['soon', null],
  ])('with as_of %j has %j', (cell, time) => {
    const advice = 'give a date and time with an offset or Z, such as 2026-11-01T09:30:00Z.';
    expect(reasonOf('as_of', cell)).toEqual(
      time === null ? ['BAD_USER_INPUT', `as_of is "${cell}": ${advice}`] : { asOf: time, codes: [] },
    );
  });

  test.each(['2026-11-01T09:30:00', '2026-11-01', '2026-11-01 09:30'])(
    'with as_of %j, as a date cell has it, is told that it has no offset',
    (cell) => {
      expect(reasonOf('as_of', cell)).toEqual([
        'BAD_USER_INPUT',
        `as_of is "${cell}": it has no offset, and a date cell cannot hold one. Write it as text, such as 2026-11-01T09:30:00+01:00.`,
      ]);
    },
  );

  test.each([
    ['upca', '36000291452', '36000291452', '00036000291452'],
    ['ean13', '4006381333931.0', '4006381333931', '04006381333931'],
    ['isbn', '306406152', '0306406152', '09780306406157'],
    ['isbn', '9.780306406157E+12', '9780306406157', '09780306406157'],
    ['isbn', '306406153', '306406153', null],
    ['upca', '012345678906', '012345678906', null],
  ])('with the %s %j has the code %j', (name, cell, value, gtin) => {
    const row = readCells(`${name},restrictions`, [cell, '']);
    expect(row).toMatchObject({ values: { identifiers: [{ kind: name, value, gtin }] } });
  });

  const lost = (name: string, code: string) => [
    'INVALID_IDENTIFIER',
    `${name} is no code: a spreadsheet shortened the code "${code}", and its last digits are lost. Format the column as text, enter the code again, and save the file.`,
  ];
  const idOf = (cell: string) => {
    const row = readCells('sku_id,restrictions', [cell, '']);
    return row !== null && 'reason' in row ? [row.code, row.reason] : row;
  };
  const codeOf = (name: string, cell: string) => {
    const row = readCells(`${name},restrictions`, [cell, '']);
    return row !== null && 'reason' in row ? [row.code, row.reason] : row;
  };
  test('with a code that a spreadsheet shortened is rejected with the cause', () => {
    expect(codeOf('ean13', '9.78E+12')).toEqual(lost('ean13', '9.78E+12'));
    expect(codeOf('isbn', '9,78031E+12')).toEqual(lost('isbn', '9,78031E+12'));
    const [code, reason] = lost('ean13', '9.78E+12');
    const enough = `${reason} Or empty the cell: the row's sku_id is enough.`;
    expect(reasonOf('ean13', '9.78E+12')).toEqual([code, enough]);
    expect(readCells('ean13,upca,restrictions', ['9.78E+12', '036000291452', ''])).toMatchObject({
      reason: expect.stringMatching(/Or empty the cell: the row's upca is enough\.$/),
    });
    expect(idOf('1.23457E+11')).toEqual(lost('sku_id', '1.23457E+11'));
    expect(idOf('12E3')).toMatchObject({ values: { identifiers: [{ value: '12E3' }] } });
  });

  test('with a bad name of its SKU is rejected', () => {
    const advice = 'give the code by which the supplier knows the SKU.';
    expect(idOf('-')).toEqual(['BAD_USER_INPUT', `sku_id is "-": ${advice}`]);
    expect(idOf('x'.repeat(257))).toEqual([
      'BAD_USER_INPUT',
      expect.stringMatching(/it has 257 characters\. Give at most 256\.$/),
    ]);
    expect(idOf('🧸'.repeat(256))).toMatchObject({ line: 2 });
    expect(idOf('a\ufffd')).toEqual([
      'BAD_USER_INPUT',
      expect.stringMatching(/a character is broken\. Save the file as UTF-8\.$/),
    ]);
    expect(idOf('a\0b')).toEqual([
      'BAD_USER_INPUT',
      expect.stringMatching(/it holds a NUL character: remove it\.$/),
    ]);
    expect(idOf('#N/A')).toEqual([
      'BAD_USER_INPUT',
      expect.stringMatching(/correct the formula, or enter the code\.$/),
    ]);
    const none = 'The row names no SKU. Give sku_id, upca, ean13, gtin14 or isbn.';
    expect(readCells('sku_id,upca,quantity_in_stock', ['', '-', '5'])).toMatchObject({ reason: none });
  });

  test('with a fault in a cell is rejected, unless the column is ignored', () => {
    const cell = { text: '#REF!', fault: 'is #REF!: correct the formula.' };
    const names = 'sku_id,quantity_in_stock,title';
    expect(readCells(names, ['A', '5', cell])).toMatchObject({ values: { quantityInStock: 5 } });
    expect(readCells(names, ['A', cell, ''])).toMatchObject({
      line: 2,
      code: 'BAD_USER_INPUT',
      reason: 'quantity_in_stock is #REF!: correct the formula.',
    });
  });

  test('names all its faults, under the graver code', () => {
    expect(readCells('ean13,quantity_in_stock', ['9.78E+12', 'x'])).toMatchObject({
      code: 'BAD_USER_INPUT',
      reason: expect.stringMatching(/^ean13 is no code: .* quantity_in_stock is "x": give /),
    });
  });

  test('has as many cells as the header; in a spreadsheet it may end earlier', () => {
    const names = 'sku_id,quantity_in_stock,restrictions';
    const advice = 'Put cells that hold a delimiter in quotes.';
    const reason = (count: number) => `The row has ${count} cells and the header 3. ${advice}`;
    expect(readCells(names, ['A', '1'])).toMatchObject({ reason: reason(2) });
    expect(readCells(names, ['A', '1'], true)).toMatchObject({ values: { quantityInStock: 1 } });
    expect(readCells(names, ['A', '1', '', '000'])).toMatchObject({ reason: reason(4) });
    expect(readCells(names, ['A', '1', '', ''])).toMatchObject({ values: { quantityInStock: 1 } });
  });
});

test('no cell takes quadratic time', () => {
  const names = 'sku_id,quantity_in_stock,ean13,isbn,backorder_date,as_of,restrictions';
  const start = process.threadCpuUsage();
  for (const unit of ['1', '1,', '1.', '1 ', "'", '0', ' ', ' x', '-', '1-', '\u00a0'])
    readCells(names, Array(7).fill(unit.repeat(100_000)));
  const { user } = process.threadCpuUsage(start);
  // In microseconds.
  expect(user).toBeLessThan(5_000_000);
});
