/** The rows of a workbook go through the columns of an inventory file as those of CSV do. */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createRowReader } from '../../../src/feed/inventory/inventory-columns.ts';
import { readInventoryHeader } from '../../../src/feed/inventory/inventory-header.ts';
import { readRows } from '../../support/feed/workbook-file.ts';

test('cells with text set their fields, and cells without one reject their row', async () => {
  const path = fileURLToPath(new URL('../../fixtures/feeds/openpyxl.xlsx', import.meta.url));
  const [first, ...rows] = await readRows(path);
  if (!first) throw new Error('The workbook is empty.');
  const header = readInventoryHeader(first);
  expect(header.ignored).toEqual(['note']);
  const read = rows.map(createRowReader(header, { mayBeShort: true }));
  expect(read).toMatchObject([
    {
      line: 2,
      reason: expect.stringMatching(
        /^as_of is "2026-03-01T12:30:00": it has no offset, and a date cell cannot/,
      ),
    },
    { line: 3 },
    { line: 4, values: { quantityInStock: 0, backorderDate: '2026-04-02' } },
    {
      line: 6,
      code: 'BAD_USER_INPUT',
      reason: expect.stringMatching(/^quantity_in_stock holds a formula that is not calculated: /),
    },
    { line: 7, reason: expect.stringContaining('isbn holds a number of more than 15 digits') },
    { line: 8, values: { identifiers: [{ value: '000042' }], quantityInStock: 42 } },
  ]);
});
