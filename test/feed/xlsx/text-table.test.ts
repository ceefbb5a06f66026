/** The table of shared texts gives back each text, also across its pages. */
import { expect, test } from 'vitest';
import { TextTable } from '../../../src/feed/xlsx/text-table.ts';

test('texts of all lengths, on several pages', () => {
  const table = new TextTable();
  const texts = Array.from({ length: 5_000 }, (_, i) => '界é😀x'[i % 4]?.repeat((i * 37) % 900) ?? '');
  // The longest that a cell can have.
  texts.push('', '界'.repeat(32_767), '', 'last');
  for (const text of texts) table.add(text);
  expect(table.bytes).toBeGreaterThan(3_000_000);
  expect(table.count).toBe(texts.length);
  expect(texts.map((_, i) => table.get(i))).toEqual(texts.map((text) => text.toWellFormed()));
});

test.each([-1, 0, 0.5, 1, Number.NaN])('there is no text %d in an empty table', (index) => {
  expect(new TextTable().get(index)).toBeUndefined();
});

test('a page that is filled to its last byte', () => {
  const table = new TextTable();
  const full = 'x'.repeat(1_048_576);
  for (const text of ['', full, '', full, 'y']) table.add(text);
  expect([0, 1, 2, 3, 4].map((i) => table.get(i))).toEqual(['', full, '', full, 'y']);
});
