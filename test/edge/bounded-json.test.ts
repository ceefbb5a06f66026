/** Large answers are written in pieces as JSON.stringify writes them, and given up past their limit. */
import { assert, jsonValue, property } from 'fast-check';
import { expect, test } from 'vitest';
import { stringifyBounded } from '../../src/http/heavy/bounded-json.ts';

test('it writes what JSON.stringify writes', () => {
  assert(
    property(jsonValue({ maxDepth: 8 }), (value) => {
      expect(stringifyBounded(value)?.toString()).toBe(JSON.stringify(value));
    }),
  );
  expect(stringifyBounded({ a: undefined, b: [undefined, '\u00e9\ud800'], c: new Date(0) })?.toString()).toBe(
    JSON.stringify({ a: undefined, b: [undefined, '\u00e9\ud800'], c: new Date(0) }),
  );
});

test('past its limit there is no answer, and no string as long as the whole', () => {
  const rows = Array.from({ length: 1_000 }, () => ({ reason: 'x'.repeat(1_000) }));
  expect(stringifyBounded({ data: { rows } }, 900_000)).toBeUndefined();
  expect(stringifyBounded({ data: { rows } }, 1_100_000)?.length).toBeGreaterThan(1_000_000);
  // A hundred times what one string can hold.
  const shared = 'x'.repeat(1_000_000);
  const many = Array.from({ length: 50_000 }, () => shared);
  expect(stringifyBounded({ data: { many } })).toBeUndefined();
});
