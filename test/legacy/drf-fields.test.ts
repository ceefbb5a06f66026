/** One field after DRF 3.14's rules. `integer-strings.json` holds its answers: [string, value, error]. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  MAX_ECHO,
  readChar,
  readChoice,
  readDate,
  readInteger,
  type Field,
} from '../../src/http/legacy/drf/fields.ts';
import { parseJson, type Json } from '../../src/http/legacy/drf/json.ts';

/** A field as it is spelled in a body. */
function send(text: string): Json {
  const json = parseJson(Buffer.from(text));
  if ('error' in json) throw new Error(json.error);
  return json;
}

/** The value, or the errors. */
function outcome(field: Field<unknown>): unknown {
  return 'errors' in field ? field.errors : field.value;
}

const nullRefused = 'This field may not be null.';

describe('an integer', () => {
  const url = new URL('../fixtures/integer-strings.json', import.meta.url);
  const recorded = z
    .array(z.tuple([z.string(), z.number().nullable(), z.string().nullable()]))
    .parse(JSON.parse(readFileSync(url, 'utf8')));

  test('in any recorded string is read as DRF reads it', () => {
    expect(recorded.length).toBeGreaterThan(1000);
    expect(recorded.map(([text]) => [text, outcome(readInteger(send(JSON.stringify(text))))])).toEqual(
      recorded.map(([text, value, error]) => [text, error === null ? value : [error]]),
    );
  });

  const invalid = 'A valid integer is required.';
  const tooLarge = 'Ensure this value is less than or equal to 2147483647.';
  const tooSmall = 'Ensure this value is greater than or equal to 0.';
  const tooLong = 'String value too large.';

  test.each([
    ['0', 0],
    ['-0', 0],
    ['-0.0', 0],
    ['1e2', 100],
    ['2147483647.0', 2147483647],
    ['"3.0\\u001c"', 3],
    ['"\\u00853\\u2003"', 3],
    ['"\\ud835\\udfd8\\ud835\\udfe1\\ud835\\udfff"', 99],
    ['"-0"', 0],
    [`"${'0'.repeat(999)}7"`, 7],
    [`"${'\\ud835\\udfd8'.repeat(999)}7"`, 7],
  ])('%.40s is %i', (sent, value) => {
    expect(readInteger(send(sent))).toEqual({ value });
  });

  test.each([
    ['null', nullRefused],
    ['2147483647.5', invalid],
    ['1e16', invalid],
    ['-1e16', invalid],
    ['1e400', invalid],
    ['1e-7', invalid],
    ['true', invalid],
    ['[3]', invalid],
    ['{"3": 3}', invalid],
    ['"\\u001c3"', invalid],
    ['"3.0\\ufeff"', invalid],
    ['"1__0"', invalid],
    ['"\\ud800"', invalid],
    [`"${'.'.repeat(1000)}"`, invalid],
    ['2147483648', tooLarge],
    ['9007199254740993', tooLarge],
    ['9999999999999998.0', tooLarge],
    ['10000000000000000', tooLarge],
    [`1${'0'.repeat(400)}`, tooLarge],
    ['-1', tooSmall],
    ['-10000000000000000', tooSmall],
    [`"${'\\ud835\\udfd8'.repeat(1000)}7"`, tooLong],
    [`"${'9'.repeat(1_000_000)}"`, tooLong],
  ])('%.40s is refused', (sent, error) => {
    expect(readInteger(send(sent))).toEqual({ errors: [error] });
  });
});

describe('a text', () => {
  const tooLong = 'Ensure this field has no more than 256 characters.';
  const blank = 'This field may not be blank.';

  test.each([
    ['" a b\\t"', 'a b'],
    ['"\\u001c\\u0085a\\u2003"', 'a'],
    ['"\\ufeffa"', '\ufeffa'],
    ['"e\\u0301"', 'e\u0301'],
    ['-0', '0'],
    ['-0.0', '-0.0'],
    ['123.0', '123.0'],
    ['9007199254740993', '9007199254740993'],
    ['1e22', '1e+22'],
    ['1e400', 'inf'],
    [`" ${'😀'.repeat(256)} "`, '😀'.repeat(256)],
  ])('%.40s is %j', (sent, value) => {
    expect(readChar(send(sent))).toEqual({ value });
  });

  test.each([
    ['null', [nullRefused]],
    ['true', ['Not a valid string.']],
    ['{}', ['Not a valid string.']],
    ['[]', ['Not a valid string.']],
    ['""', [blank]],
    ['" \\t\\u001f\\u0085\\u3000"', [blank]],
    [`"${'a'.repeat(257)}"`, [tooLong]],
    [`"${'😀'.repeat(257)}"`, [tooLong]],
    ['1'.repeat(257), [tooLong]],
    ['"a\\u0000"', ['Null characters are not allowed.']],
    ['"\\ude00\\ud800"', ['Surrogate characters are not allowed: U+DE00.']],
    [
      `"${'a'.repeat(300)}\\u0000\\ud800"`,
      [tooLong, 'Null characters are not allowed.', 'Surrogate characters are not allowed: U+D800.'],
    ],
  ])('%.40s is refused for every reason there is', (sent, errors) => {
    expect(readChar(send(sent))).toEqual({ errors });
  });
});

describe('a choice', () => {
  const choices = ['discontd', 'tmpunavail'] as const;

  test.each(choices)('of %s is taken', (choice) => {
    expect(readChoice(send(`"${choice}"`), choices)).toEqual({ value: choice });
  });

  test('of null is refused', () => {
    expect(readChoice(send('null'), choices)).toEqual({ errors: [nullRefused] });
  });

  test.each([
    ['""', ''],
    ['"Tmpunavail"', 'Tmpunavail'],
    ['"tmpunavail "', 'tmpunavail '],
    ['"a\\n\\"b"', 'a\n"b'],
    ['false', 'False'],
    ['1', '1'],
    ['1.0', '1.0'],
    ['1e400', 'inf'],
    ['[]', '[]'],
    ['{"b": 1, "1": -0, "c": -0.0, "b": 3}', "{'b': 3, '1': 0, 'c': -0.0}"],
    ['["\\ud800", null]', "['\\ud800', None]"],
    ['"\\ud800 \\ud83d\\ude00 \\udc00"', '\\ud800 😀 \\udc00'],
  ])('of %s is refused and repeated, in text that can be encoded', (sent, echo) => {
    expect(readChoice(send(sent), choices)).toEqual({ errors: [`"${echo}" is not a valid choice.`] });
  });

  test.each([
    ['text', JSON.stringify('x'.repeat(1_000_000))],
    ['pairs, cut between them', JSON.stringify(`x${'😀'.repeat(200_000)}`)],
    ['lone surrogates', JSON.stringify('\ud800'.repeat(100_000))],
    ['list', `[${Array(200_000).fill('"a"').join()}]`],
    ['nesting', `${'['.repeat(800)}"${'a'.repeat(5000)}"${']'.repeat(800)}`],
  ])('of endless %s is repeated in part', (_, sent) => {
    const error = String(outcome(readChoice(send(sent), choices)));
    const echo = error.slice(1, error.indexOf('…'));
    expect(error).toBe(`"${echo}…" is not a valid choice.`);
    expect(MAX_ECHO - echo.length).toBeOneOf([0, 1]);
    expect(error.isWellFormed()).toBe(true);
  });
});

describe('a date', () => {
  test.each(['2000-01-01', '2024-02-29', '2026-11-30', '9999-12-31'])('%s', (text) => {
    expect(outcome(readDate(send(JSON.stringify(text))))).toBe(text);
  });

  test.each([
    '"2026-02-30"',
    '"2026-11-31"',
    '"1999-12-31"',
    '"2026-1-5"',
    '"30.11.2026"',
    '"2026-11-30T00:00:00Z"',
    '" 2026-11-30"',
    '""',
    '20261130',
    'true',
    '[]',
    '{}',
  ])('is not %s, in the words of DRF', (text) => {
    expect(outcome(readDate(send(text)))).toEqual([
      'Date has wrong format. Use one of these formats instead: YYYY-MM-DD.',
    ]);
  });

  test('is not null', () => {
    expect(outcome(readDate(send('null')))).toEqual([nullRefused]);
  });
});
