/** The shape of a text is measured right, wherever its chunks are cut. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonMeter, MAX_LEVELS, type JsonShape } from '../../src/http/body/json-shape.ts';

/** Measures the text in chunks of so many bytes. */
function shapeOf(text: string, chunkBytes = Infinity): JsonShape {
  const bytes = Buffer.from(text);
  const meter = new JsonMeter();
  for (let at = 0; at < bytes.length; at += chunkBytes) meter.measure(bytes.subarray(at, at + chunkBytes));
  return meter.shape;
}

interface Counts {
  readonly values: number;
  readonly longestList: number;
  readonly longestText: number;
}

/** What a recursion over the parsed value finds. */
function count(value: unknown): Counts {
  const inner = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const isList = Array.isArray(value);
  const counts = inner.map(([, child]) => count(child));
  const texts = [...(isList ? [] : inner.map(([key]) => key)), ...(typeof value === 'string' ? [value] : [])];
  return {
    values: counts.reduce((sum, { values }) => sum + values, 1),
    longestList: Math.max(isList ? inner.length : 0, ...counts.map(({ longestList }) => longestList)),
    longestText: Math.max(
      0,
      ...texts.map((text) => Buffer.byteLength(JSON.stringify(text)) - 2),
      ...counts.map(({ longestText }) => longestText),
    ),
  };
}

test('any JSON is measured as a parser finds it, with any white space, in chunks of any size', () => {
  const space = fc.constantFrom(undefined, 1, '\t', '\r\n');
  fc.assert(
    fc.property(fc.json(), space, fc.integer({ min: 1, max: 9 }), (json, indent, chunkBytes) => {
      const value: unknown = JSON.parse(json);
      const text = JSON.stringify(value, null, indent);
      const shape = shapeOf(text, chunkBytes);
      expect(shape).toMatchObject(count(value));
      expect(shape.outermost).toBe(Array.isArray(value) ? value.length : 0);
      expect(shapeOf(text)).toEqual(shape);
    }),
  );
});

test.each([
  ['', 0, 0],
  [' \n', 0, 0],
  ['[]', 1, 0],
  ['[ ]', 1, 0],
  ['[[],[],[]]', 4, 3],
  ['[1,2', 3, 2],
  ['{"a":[{"b":[1,2,3]},2]}', 8, 3],
  ['["\\"]],,","\\\\",3]', 4, 3],
  [']]]}1', 0, 0],
])('%s holds %i values, its longest list %i', (text, values, longestList) => {
  for (const chunkBytes of [1, 2, 3, 100])
    expect(shapeOf(text, chunkBytes)).toMatchObject({ values, longestList });
});

describe('depth', () => {
  const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
  test('is measured to its limit', () => {
    expect(shapeOf(nested(MAX_LEVELS)).isTooDeep).toBe(false);
    expect(shapeOf(nested(MAX_LEVELS + 1)).isTooDeep).toBe(true);
    expect(shapeOf('[]'.repeat(5_000)).isTooDeep).toBe(false);
  });
  test('beyond it nothing is read any more', () => {
    const text = `${nested(MAX_LEVELS + 1)}${',1'.repeat(100)}`;
    expect(shapeOf(text).values).toBe(MAX_LEVELS + 1);
    expect(shapeOf(text, 7)).toEqual(shapeOf(text));
  });
});

test('the places of the longest list and text are known', () => {
  const text = '{"a": [1], "updates": [1,2,3], "query": "abcdefghijkl"}';
  const { longestListAt, longestTextAt } = shapeOf(text, 5);
  expect([longestListAt, longestTextAt]).toEqual([text.indexOf('[1,'), text.indexOf('"abc')]);
});
