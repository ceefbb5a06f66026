/** Each kind of cell is read as the text that a person would have typed. */
import { describe, expect, test } from 'vitest';
import type { Cell } from '../../../src/feed/row.ts';
import {
  readBytes,
  sheetXml,
  stylesXml,
  textsXml,
  workbookFile,
  workbookXml,
} from '../../support/feed/workbook-file.ts';

const shared = [
  '<t>plain</t>',
  '<r><rPr><b/></rPr><t xml:space="preserve">rich </t></r><r><t>text</t></r>',
  '<t>課きく</t><rPh sb="0" eb="1"><t>カ</t></rPh><phoneticPr fontId="1"/>',
  '<t xml:space="preserve"> around </t>',
  '<t>a_x000D_b_x005F_x000D_c_x0g0D_&amp;&lt;&#x1F600;</t>',
  '<t><![CDATA[<b>&amp;</b>]]></t>',
  '',
  `<t>${'x'.repeat(32_768)}</t>`,
];
const formats = [0, 14, 22, 20, 'yyyy-mm-dd;@', '[$-407]d. mmmm yyyy h:mm', '[h]:mm:ss', '00000', '0.00E+00'];
const more = [
  '#,##0.00 \\d;[Red]\\-0',
  '&quot;day&quot; 0',
  'mm:ss',
  'General',
  'mmm yy',
  '0 _d*y',
  '@',
  '[Red]0',
];

/** Reads the cells of one row. */
async function read(cells: string, workbook = ''): Promise<readonly Cell[] | undefined> {
  const rows = await readBytes(
    workbookFile({
      'xl/worksheets/sheet1.xml': sheetXml(`<row r="1">${cells}</row>`),
      // After the sheet in the archive.
      'xl/sharedStrings.xml': textsXml(...shared),
      'xl/styles.xml': stylesXml(...formats, ...more),
      'xl/workbook.xml': workbookXml('<sheet name="One" sheetId="1" r:id="rId1"/>', workbook),
    }),
  );
  return rows[0]?.cells;
}

const number = (value: string, style = 0) => `<c s="${style}"><v>${value}</v></c>`;
const text = (type: string, value: string) => `<c t="${type}"><v>${value}</v></c>`;
const fault = (shown: string, reason: string) => ({ text: shown, fault: expect.stringContaining(reason) });

test('shared texts', async () => {
  expect(await read([0, 1, 2, 3, 4, 5, 6, '', 0, 7].map((i) => text('s', String(i))).join(''))).toEqual([
    ...[
      'plain',
      'rich text',
      '課きく',
      ' around ',
      'a\rb_x000D_c_x0g0D_&<😀',
      '<b>&amp;</b>',
      '',
      '',
      'plain',
    ],
    fault('', 'has more than 32767 characters'),
  ]);
});

test('texts in the cell', async () => {
  const inline = shared.map((content) => `<c t="inlineStr"><is>${content}</is></c>`);
  expect(await read(inline.join(''))).toEqual([
    ...['plain', 'rich text', '課きく', ' around ', 'a\rb_x000D_c_x0g0D_&<😀', '<b>&amp;</b>', ''],
    fault('', 'has more than 32767 characters'),
  ]);
});

test.each([
  ['12', '12'],
  ['12.0', '12'],
  ['007', '7'],
  ['-0', '0'],
  ['-3', '-3'],
  ['1.5', '1.5'],
  ['.5', '0.5'],
  [' 5 ', '5'],
  ['9.780306406157E+12', '9780306406157'],
  ['99999999999999E0', '99999999999999'],
  ['999999999999999', '999999999999999'],
  ['0.30000000000000004', '0.3'],
  ['2.9999999999999996', '3'],
  ['', undefined],
])('the number %j', async (value, expected) => {
  expect((await read(number(value)))?.[0]).toBe(expected);
});

test.each(['1e15', '12345678901234567', 'Infinity', 'NaN', '1,5', '0x10', '1e999', '12 000'])(
  'the number %j has no text',
  async (value) => {
    expect(await read(number(value))).toEqual([
      { text: expect.anything(), fault: expect.stringMatching(/^holds a number .*again\.$/) },
    ]);
  },
);

// The same day in each calendar.
describe.each([
  ['1900', '', 46_082],
  ['1904', ' date1904="1"', 46_082 - 1_462],
])('days since %s', (_name, calendar, day) => {
  test.each([
    [1, day, '2026-03-01'],
    [1, day + 0.75, '2026-03-01'],
    [4, day, '2026-03-01'],
    [2, day + 0.5, '2026-03-01T12:00:00'],
    [2, day, '2026-03-01T00:00:00'],
    [5, day + 1 / 86_400 + 0.25 / 86_400, '2026-03-01T00:00:01.250'],
    [3, 0.75, '18:00:00'],
    [3, day + 0.75, '2026-03-01T18:00:00'],
    [6, 1.5, '36:00:00'],
    [11, 0.5, '12:00:00'],
    [13, day, '2026-03-01'],
  ])('format %i, %d', async (style, serial, expected) => {
    expect(await read(number(String(serial), style), calendar)).toEqual([expected]);
  });
});

test('the days around the one that Excel invented', async () => {
  expect(await read([1, 59, 61, 2_958_465].map((day) => number(String(day), 1)).join(''))).toEqual([
    ...['1900-01-01', '1900-02-28', '1900-03-01', '9999-12-31'],
  ]);
  const bad = [0, 60, -1, 2_958_466, 1e300];
  expect(await read(bad.map((day) => number(String(day), 1)).join(''))).toEqual(
    bad.map((day) => fault(String(day), 'is formatted as a date or a time')),
  );
});

test('formats that are no dates', async () => {
  const styles = [8, 9, 10, 12, 14, 15, 16, 99];
  expect(await read(styles.map((style) => number('46082', style)).join(''))).toEqual(
    styles.map(() => '46082'),
  );
  expect(await read(number('123', 7) + number('-123', 7) + number('1234567', 7))).toEqual([
    '00123',
    '-123',
    '1234567',
  ]);
});

test('dates that are written out', async () => {
  const cells = ['2026-03-01', '2026-03-01T12:30:00'].map((value) => `<c t="d"><v>${value}</v></c>`);
  expect(await read(`${cells.join('')}<c t="d" s="1"><v>2026-03-01T00:00:00</v></c>`)).toEqual([
    ...['2026-03-01', '2026-03-01T12:30:00', '2026-03-01'],
  ]);
});

test('truth values, errors and texts of formulas', async () => {
  expect(await read(text('b', '1') + text('b', '0') + text('str', 'a_x0041_') + text('e', '#REF!'))).toEqual([
    ...['TRUE', 'FALSE', 'aA'],
    fault('#REF!', 'holds the error #REF!'),
  ]);
  expect(await read(text('e', '&lt;script&gt;'))).toEqual([fault('#VALUE!', 'holds the error of a formula')]);
});

describe('a formula', () => {
  const sum = '<f>A1+1</f>';

  test('has its value of the last calculation', async () => {
    const cells = `<c>${sum}<v>3</v></c><c t="str">${sum}<v>x</v></c><c t="str">${sum}<v></v></c><c t="b">${sum}<v>1</v></c>`;
    expect(await read(cells)).toEqual(['3', 'x', '', 'TRUE']);
  });

  test('rejects its row where it was never calculated', async () => {
    const cells = `<c>${sum}</c><c>${sum}<v></v></c><c t="str">${sum}</c><c><f t="shared" si="0"/></c>`;
    const reason = 'holds a formula that is not calculated';
    expect(await read(cells)).toEqual([
      ...[fault('=A1+1', reason), fault('=A1+1', reason), fault('=A1+1', reason)],
      fault('', reason),
    ]);
  });

  test('rejects its row where the program left the calculation to the next one', async () => {
    const calc = '/><calcPr fullCalcOnLoad="1"';
    expect(await read(`<c>${sum}<v>0</v></c><c><v>1</v></c>`, calc)).toEqual([
      fault('=A1+1', 'holds a formula that is not calculated'),
      '1',
    ]);
  });
});
