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

/** Values and text of the largest object, found by a recursion. `text` counts from the third level on, as `values` within `values` do. */
function largest(
  value: unknown,
  level = 1,
): { values: number; text: number; object: number; objectText: number } {
  const isList = Array.isArray(value);
  const own = (text: string) => (level > 3 ? Buffer.byteLength(JSON.stringify(text)) - 2 : 0);
  if (typeof value === 'string') return { values: 0, text: own(value), object: 0, objectText: 0 };
  if (typeof value !== 'object' || value === null) return { values: 0, text: 0, object: 0, objectText: 0 };
  const keys = isList ? [] : Object.keys(value);
  const inner = Object.values(value).map((child) => largest(child, level + 1));
  const shown = isList ? inner.slice(0, 10) : inner;
  const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
  const values = shown.length + (level > 2 ? sum(shown.map((child) => child.values)) : 0);
  const keyText = level > 2 ? sum(keys.map((key) => Buffer.byteLength(JSON.stringify(key)) - 2)) : 0;
  const text = level > 2 ? keyText + sum(shown.map((child) => child.text)) : 0;
  return {
    values,
    text,
    object: Math.max(isList ? 0 : values, ...inner.map(({ object }) => object)),
    objectText: Math.max(isList ? 0 : text, ...inner.map(({ objectText }) => objectText)),
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
      const { object: largestObject, objectText: longestObjectText } = largest(value);
      expect(shape).toMatchObject({ largestObject, longestObjectText });
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

test.each([
  ['{"a":{"b":{"c":{"d":[1,2]},"e":1}}}', 5, 3],
  ['{"a":{"b":{"c":[1,2,3,4,5,6,7,8,9,10,11,{"x":{}}]}}}', 11, 1],
  ['{"a":{"b":1,"c":{},"d":[{"long":"text"}]}}', 3, 8],
  ['{"a":"text","b":{"c":"text"}}', 2, 0],
])(
  '%s: its largest object holds %i values and %i bytes of text',
  (text, largestObject, longestObjectText) => {
    for (const chunkBytes of [1, 2, 3, 100])
      expect(shapeOf(text, chunkBytes)).toMatchObject({ largestObject, longestObjectText });
  },
);

test('the places of the longest list and text are known', () => {
  const text = '{"a": [1], "updates": [1,2,3], "query": "abcdefghijkl"}';
  const { longestListAt, longestTextAt } = shapeOf(text, 5);
  expect([longestListAt, longestTextAt]).toEqual([text.indexOf('[1,'), text.indexOf('"abc')]);
});
