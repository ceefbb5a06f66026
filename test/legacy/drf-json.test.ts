/** Bodies as CPython 3.11 and DRF 3.14 read them; `json-errors.json` holds the answers: [base64 body, error, repr]. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { MAX_DEPTH, MAX_INT_DIGITS, scanPythonJson } from '../../src/http/legacy/drf/json-scanner.ts';
import { elementsOf, memberOf, parseJson } from '../../src/http/legacy/drf/json.ts';
import { repr } from '../../src/http/legacy/drf/repr.ts';

const Recorded = z.array(z.tuple([z.base64(), z.string().nullable(), z.string().nullable()]));
const recorded = Recorded.parse(
  JSON.parse(readFileSync(new URL('../fixtures/json-errors.json', import.meta.url), 'utf8')),
);

function read(text: string | Buffer) {
  return parseJson(Buffer.from(text));
}

/** The error, or the repr of what was read. */
function outcome(json: ReturnType<typeof parseJson>): string {
  return 'error' in json ? json.error : repr(json.asPython());
}

function valueOf(text: string): unknown {
  const json = read(text);
  if ('error' in json) throw new Error(json.error);
  return json.value;
}

describe('the recorded answers of CPython', () => {
  test('are many', () => {
    expect(recorded.length).toBeGreaterThan(400);
  });

  test.each(recorded)('%#: %s', (body, error, python) => {
    expect(outcome(read(Buffer.from(body, 'base64')))).toBe(error ?? python);
  });
});

describe('the two readers', () => {
  test('accept and refuse the same texts', () => {
    const texts = recorded.map(([body]) => Buffer.from(body, 'base64').toString());
    const isRefused = (result: object) => 'error' in result;
    expect(texts.map((text) => isRefused(scanPythonJson(text)))).toEqual(
      texts.map((text) => isRefused(parseJson(Buffer.from(text.length > 0 ? text : ' ')))),
    );
  });

  test('agree on every value', () => {
    const text =
      '{"a": [1, -2.5, "x\\u00e9\\ud83d\\ude00", null, true, false, {}, []], "b": {"c": {"d": [[]]}}}';
    const json = read(text);
    expect('error' in json ? json.error : json.asPython()).toEqual(
      new Map<string, unknown>([
        ['a', [1n, -2.5, 'xé😀', null, true, false, new Map(), []]],
        ['b', new Map([['c', new Map([['d', [[]]]])]])],
      ]),
    );
    expect(valueOf(text)).toEqual({
      a: [1, -2.5, 'xé😀', null, true, false, {}, []],
      b: { c: { d: [[]] } },
    });
  });

  test('keep an int apart from a float, and its last digit', () => {
    expect(outcome(read('[3, 3.0, 9007199254740993, -0, -0.0, 1e400]'))).toBe(
      '[3, 3.0, 9007199254740993, 0, -0.0, inf]',
    );
  });

  test('let the last of a repeated key win', () => {
    expect(valueOf('{"a": 1, "b": 2, "a": 3}')).toEqual({ a: 3, b: 2 });
    expect(outcome(read('{"a": 1, "b": 2, "a": 3}'))).toBe("{'a': 3, 'b': 2}");
  });

  test('take __proto__ for a key like any other', () => {
    const value = valueOf('{"__proto__": {"admin": true}}');
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(value).not.toHaveProperty('admin');
    expect(outcome(read('{"__proto__": {"admin": true}}'))).toBe("{'__proto__': {'admin': True}}");
  });
});

test('an empty body is an empty object', () => {
  expect(valueOf('')).toEqual({});
  expect(outcome(read(''))).toBe('{}');
});

test('a blank body is none', () => {
  expect(outcome(read(' '))).toBe('Expecting value: line 1 column 2 (char 1)');
});

describe('nesting', () => {
  test.each([
    ['arrays', '[', ']'],
    ['objects', '{"a":', '}'],
  ])('of %s is read to the limit and refused beyond it', (_, open, close) => {
    const nest = (levels: number) => `${open.repeat(levels - 1)}[]${close.repeat(levels - 1)}`;
    expect(outcome(read(nest(MAX_DEPTH)))).toContain('[]');
    expect(outcome(read(nest(MAX_DEPTH + 1)))).toMatch(
      /^Too deeply nested, at most 900 levels: line 1 column/,
    );
  });

  test.each([
    ['open arrays', '['.repeat(500_000)],
    ['closed arrays', '['.repeat(250_000) + ']'.repeat(250_000)],
    ['open objects', '{"a":'.repeat(200_000)],
    ['behind an escaped quote', `["\\"",${'['.repeat(1000)}${']'.repeat(1000)}]`],
    ['a value that a repeated key hides', `{"a":${'['.repeat(1000)}${']'.repeat(1000)},"a":1}`],
  ])('beyond all reason is refused: %s', (_, text) => {
    expect(outcome(read(text))).toMatch(/^Too deeply nested/);
  });

  test('is not seen in brackets inside a string', () => {
    expect(valueOf(`["\\"${'[{'.repeat(5000)}"]`)).toHaveLength(1);
  });

  test('does not count what stands side by side', () => {
    expect(valueOf(`[${Array(5000).fill('{"a":[]}').join()}]`)).toHaveLength(5000);
  });
});

describe('an int of too many digits', () => {
  const words = 'Exceeds the limit (4300 digits) for integer string conversion: value has 4301 digits';
  const long = '7'.repeat(MAX_INT_DIGITS + 1);

  test.each([long, `-${long}`, `{"a":[${long}]}`])('is refused', (text) => {
    expect(outcome(read(text))).toBe(`${words}; use sys.set_int_max_str_digits() to increase the limit`);
  });

  test('is refused before a later fault, after an earlier one', () => {
    expect(outcome(read(`[${long},NaN`))).toContain(words);
    expect(outcome(read(`[NaN,${long}`))).toBe("Out of range float values are not JSON compliant: 'NaN'");
  });

  test('is fine as a float or in a string', () => {
    expect(valueOf(`["${long}", ${long}.0]`)).toEqual([long, Infinity]);
  });
});

describe('a large body', () => {
  const million = 1_000_000;

  test.each([
    ['digits', '1'.repeat(million), /value has 1000000 digits/],
    ['runs of digits', `"${`${'1'.repeat(MAX_INT_DIGITS)}x`.repeat(232)}`, /^Unterminated string/],
    ['backslashes', `"${'\\\\'.repeat(million / 2)}`, /^Unterminated string/],
    ['blank lines', '\n'.repeat(million), /^Expecting value: line 1000001 column 1 \(char 1000000\)$/],
    [
      'characters beyond 16 bits',
      `"${'😀'.repeat(250_000)}" x`,
      /^Extra data: line 1 column 250004 \(char 250003\)$/,
    ],
    ['minus signs', '-'.repeat(million), /^Expecting value: line 1 column 1 /],
  ])('of %s is refused in good time', { timeout: 1000 }, (_, text, error) => {
    expect(outcome(read(text))).toMatch(error);
  });
});

describe('a part of a body', () => {
  test('is a member of an object, as JSON and as Python', () => {
    const json = read('{"a": {"b": 1.0}, "n": null}');
    if ('error' in json) throw new Error(json.error);
    const a = memberOf(json, 'a');
    const b = a && memberOf(a, 'b');
    expect(b?.value).toBe(1);
    expect(b && repr(b.asPython())).toBe('1.0');
    expect(memberOf(json, 'n')?.value).toBeNull();
    expect(memberOf(json, 'absent')).toBeUndefined();
    expect(memberOf(json, 'toString')).toBeUndefined();
  });

  test('is an element of an array, as JSON and as Python', () => {
    const json = read('[1.0, null, {"a": 2}]');
    if ('error' in json) throw new Error(json.error);
    const elements = elementsOf(json) ?? [];
    expect(elements.map((element) => element.value)).toEqual([1, null, { a: 2 }]);
    expect(elements.map((element) => repr(element.asPython()))).toEqual(['1.0', 'None', "{'a': 2}"]);
  });

  test('does not exist in anything else', () => {
    for (const text of ['{}', '"text"', '1', 'null']) {
      const json = read(text);
      expect('error' in json ? json.error : elementsOf(json)).toBeUndefined();
    }
    for (const text of ['[1]', '"text"', '1', 'null']) {
      const json = read(text);
      expect('error' in json ? json.error : memberOf(json, '0')).toBeUndefined();
    }
  });
});
