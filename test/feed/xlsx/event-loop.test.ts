/** A large sheet leaves the event loop its turns. */
import { expect, test } from 'vitest';
import { readBytes, sheetXml, textsXml, workbookFile } from '../../support/feed/workbook-file.ts';

const ROWS = 10_000;
/** XML between two turns. At 10 MB a second it is a hundredth of a second. */
const MAX_BYTES_IN_A_TURN = 100_000;

test('other work gets a turn in each slice of the XML', async () => {
  const range = Array.from({ length: ROWS }, (_, i) => i);
  const parts = {
    'xl/sharedStrings.xml': textsXml(...range.map((i) => `<t>Product number ${i}</t>`)),
    'xl/worksheets/sheet1.xml': sheetXml(
      range.map((i) => `<row r="${i + 1}"><c r="A${i + 1}" t="s"><v>${i}</v></c></row>`).join(''),
    ),
  };
  const bytes = workbookFile(parts);
  let turns = 0;
  let isReading = true;
  const count = () => {
    turns++;
    if (isReading) setImmediate(count);
  };
  setImmediate(count);
  const rows = await readBytes(bytes);
  isReading = false;
  expect(rows.at(-1)).toEqual({ line: ROWS, cells: [`Product number ${ROWS - 1}`] });
  const size = Object.values(parts).reduce((sum, part) => sum + part.length, 0);
  expect(size / turns).toBeLessThan(MAX_BYTES_IN_A_TURN);
});
