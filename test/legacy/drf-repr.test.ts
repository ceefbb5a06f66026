/** Values written down as CPython 3.11 writes them. `repr-strings.json` holds its answers: [string, repr]. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { escapeSurrogates, repr, str, typeName, type PythonValue } from '../../src/http/legacy/drf/repr.ts';

const recorded = z
  .array(z.tuple([z.string(), z.string()]))
  .parse(JSON.parse(readFileSync(new URL('../fixtures/repr-strings.json', import.meta.url), 'utf8')));

describe('repr of a string', () => {
  test('is what CPython answered, for every recorded string', () => {
    expect(recorded.length).toBeGreaterThan(100);
    expect(recorded.map(([text]) => [text, repr(text)])).toEqual(recorded);
  });

  test.each([
    ['xkuOwSQ3utl', "'xkuOwSQ3utl'"],
    ["O'Brien", `"O'Brien"`],
    ['5" nail', `'5" nail'`],
    [`5' 6"`, `'5\\' 6"'`],
    ['a\\b', "'a\\\\b'"],
    ['\t\n\r\v\0\x7f', "'\\t\\n\\r\\x0b\\x00\\x7f'"],
    ['a b\xa0\u2003\u3000', "'a b\\xa0\\u2003\\u3000'"],
    ['\xad\u200b\ufeff\u2028', "'\\xad\\u200b\\ufeff\\u2028'"],
    ['\ud800', "'\\ud800'"],
    ['\udc00\ud800', "'\\udc00\\ud800'"],
    ['é☃😀', "'é☃😀'"],
    ['\u{e0001}\u{10ffff}', "'\\U000e0001\\U0010ffff'"],
  ])('%j is %s', (text, expected) => {
    expect(repr(text)).toBe(expected);
  });
});

test.each<[PythonValue, string]>([
  [null, 'None'],
  [true, 'True'],
  [false, 'False'],
  [0n, '0'],
  [-7n, '-7'],
  [12345678901234567890n, '12345678901234567890'],
  [0, '0.0'],
  [-0, '-0.0'],
  [3, '3.0'],
  [1.5, '1.5'],
  [0.1 + 0.2, '0.30000000000000004'],
  [-1e15, '-1000000000000000.0'],
  [9999999999999998, '9999999999999998.0'],
  [1e16, '1e+16'],
  [-1.5e16, '-1.5e+16'],
  [1e22, '1e+22'],
  [1e100, '1e+100'],
  [0.0001, '0.0001'],
  [0.00012345, '0.00012345'],
  [0.00001, '1e-05'],
  [1.25e-7, '1.25e-07'],
  [5e-324, '5e-324'],
  [Infinity, 'inf'],
  [-Infinity, '-inf'],
  [[], '[]'],
  [new Map(), '{}'],
  [['discontd', 1n, [null]], "['discontd', 1, [None]]"],
  [
    new Map([
      ['b', 1n],
      ['1', 2n],
    ]),
    "{'b': 1, '1': 2}",
  ],
  [new Map([["it's", [new Map([['"', 1.0]])]]]), `{"it's": [{'"': 1.0}]}`],
])('repr of %o is %s', (value, expected) => {
  expect(repr(value)).toBe(expected);
});

test('str is repr, but a string is itself', () => {
  expect(str("O'Brien\n")).toBe("O'Brien\n");
  expect(str(["O'Brien\n"])).toBe(`["O'Brien\\n"]`);
  expect(str(1)).toBe('1.0');
  expect(str(null)).toBe('None');
});

test('every value has the name of its Python type', () => {
  const values: PythonValue[] = [null, true, 'x', 1n, 1, [], new Map()];
  expect(values.map(typeName)).toEqual(['NoneType', 'bool', 'str', 'int', 'float', 'list', 'dict']);
});

test('a lone surrogate is written down, a pair and anything else stays', () => {
  expect(escapeSurrogates('a\ud800b\udfff😀\n')).toBe('a\\ud800b\\udfff😀\n');
  expect(escapeSurrogates('😀\n')).toBe('😀\n');
});
