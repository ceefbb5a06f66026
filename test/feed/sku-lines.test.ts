/** The table of the lines that name SKUs says what a Map would. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { SkuLines } from '../../src/feed/inventory/sku-lines.ts';
import { range } from '../support/range.ts';

test('it knows every line of a large file, and no other SKU', () => {
  const lines = new SkuLines();
  const count = 300_000;
  for (const n of range(count)) lines.set(`SKU-${n}`, n);
  expect(range(count).filter((n) => lines.get(`SKU-${n}`) !== n)).toEqual([]);
  expect(range(count).filter((n) => lines.has(`sku-${n}`))).toEqual([]);
});

test('it is a Map', () => {
  const ids = fc.string({ maxLength: 3 });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(ids, fc.integer({ min: 1, max: 2 ** 32 - 1 }))),
      ids,
      (entries, another) => {
        const [lines, map] = [new SkuLines(), new Map(entries)];
        for (const [skuId, line] of entries) lines.set(skuId, line);
        for (const skuId of [...map.keys(), another]) expect(lines.get(skuId)).toBe(map.get(skuId));
      },
    ),
  );
});
