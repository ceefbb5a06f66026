/** No file can harm its reader: 300 mutants of the kept feed files. `npm run fuzz-files` reads 5,000, or as many as you ask. */
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { faultsOfRow, faultsOfText } from './check-file.ts';
import { fuzzFiles } from './fuzz-files.ts';
import { mutantOf } from './mutants.ts';

const FILES = 300;
/** Fixed, so that every checkout reads the same files. */
const SEED = 1;

test('300 changed files give rows or a clear error, in bounded time and memory', async () => {
  const { failures, counts } = await fuzzFiles(SEED, Array(FILES).keys());
  expect(failures).toEqual([]);
  // Otherwise this would test only the refusals, or only small changes.
  expect(counts.withRows).toBeGreaterThan(FILES / 5);
  expect(counts.refused).toBeGreaterThan(FILES / 5);
});

test('a mutant is the same for the same seed and index, and another for another', () => {
  const mutants = [1, 2].flatMap((seed) =>
    [7, 8].map((index) => mutantOf(seed, index).bytes.toString('hex')),
  );
  expect(mutants[0]).toBe(mutantOf(1, 7).bytes.toString('hex'));
  expect(new Set(mutants).size).toBe(4);
});

describe('control: what must not be is caught', () => {
  test('a reader that ends, that hangs, and that takes memory', async () => {
    const program = fileURLToPath(new URL('../../fixtures/odd-file-reader.ts', import.meta.url));
    const indexes = [0, 1, 2, 3].map((deed) =>
      Array.from({ length: 100 }, (_, index) => index).find(
        (index) => mutantOf(SEED, index).bytes.length % 4 === deed,
      ),
    );
    const some = indexes.filter((index) => index !== undefined);
    const { failures } = await fuzzFiles(SEED, some, { silenceMs: 5_000, program });
    expect(failures.flatMap(({ faults }) => faults)).toEqual([
      'it ended the process (7)',
      'it hangs: no word for 5 s',
      'it took 101 MiB',
    ]);
  });

  test.each([
    'ENOENT: no such file or directory, open.',
    'TypeError: x is not a function.',
    'line 3: sku_id is undefined.',
    'at readCell (file.ts:10:5).',
    'two\nlines.',
    'no full stop',
    '',
    `${'long '.repeat(500)}.`,
  ])('message %#', (text) => {
    expect(faultsOfText(text)).toHaveLength(1);
  });

  test('but not a message of ours, whatever it quotes', () => {
    expect(faultsOfText('line 3: sku_id is "undefined at x:1:2": give another.')).toEqual([]);
    expect(faultsOfText('The workbook is damaged (its sheet: undefined entity). Send another.')).toEqual([]);
  });

  const identifier = { kind: 'skuId', value: 'A', gtin: null } as const;
  test.each([
    { identifiers: [] },
    { quantityInStock: -1 },
    { quantityOnBackorder: 2_147_483_648 },
    { quantityInStock: NaN },
    { version: 0.5 },
    { backorderDate: '275760-09-13' },
    { backorderDate: '1999-12-31' },
    { asOf: '2026-11-01T09:30:00Z' },
  ])('the values %j', (values) => {
    const row = { line: 2, cells: [] };
    const withId = { identifiers: [identifier], ...values };
    expect(faultsOfRow({ row, read: { line: 2, values: withId } })).toHaveLength(1);
    expect(faultsOfRow({ row, read: { line: 2, values: { identifiers: [identifier] } } })).toEqual([]);
  });
});
