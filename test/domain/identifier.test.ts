/** What callers rely on when they name a SKU: one GTIN for all spellings, and a reason for every refusal. */
import * as fc from 'fast-check';
import * as isbn3 from 'isbn3';
import { describe, expect, test } from 'vitest';
import { codeKinds, explainCode, identifierKinds, parseIdentifier } from '../../src/domain/identifier.ts';
import type { CodeKind, IdentifierKind } from '../../src/domain/identifier.ts';

const canonicalize = (kind: IdentifierKind, value: string) => parseIdentifier(kind, value).gtin;
const explain = (kind: IdentifierKind, value: string) => explainCode(parseIdentifier(kind, value));
const put = (code: string, at: number, part: string) =>
  code.slice(0, at) + part + code.slice(at + part.length);

/** Tries a thousand samples, the same in every run. */
const always = <T>(samples: fc.Arbitrary<T>, holds: (sample: T) => void) =>
  fc.assert(fc.property(samples, holds), { seed: 2108, numRuns: 1000 });

/** Ends the digits with the one check digit that is accepted. */
function complete(kind: CodeKind, body: string): string {
  const codes = Array.from('0123456789X', (digit) => body + digit);
  const accepted = codes.filter((code) => canonicalize(kind, code));
  expect(accepted).toHaveLength(1);
  return accepted.join('');
}

const oneOf = (chars: string) => fc.constantFrom(...chars.split(''));
const text = (unit: fc.Arbitrary<string>, minLength: number, maxLength: number) =>
  fc.string({ unit, minLength, maxLength });
const digits = (count: number) => text(oneOf('0123456789'), count, count);
const someDigits = (count: number) => digits(count).filter((body) => /[1-9]/.test(body));
const codeKind = fc.constantFrom(...codeKinds);
const gtinKind = fc.constantFrom('upca', 'ean13', 'gtin14');
const gtin12 = someDigits(11).map((body) => complete('upca', body));
const gap = text(oneOf('- \u2010\u2011\u2013\u2014\u2212\u00a0\u2009\u202f\u00ad'), 0, 2);
/** Strings that look like a code often enough to reach every rule. */
const codeLike = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  text(oneOf('0123456789Xx- '), 0, 20),
  fc.integer({ min: 7, max: 15 }).chain(digits),
  fc.tuple(fc.constantFrom('978', '979', '0978', '0979', '1978'), digits(10)).map((parts) => parts.join('')),
);

describe('a spelling has one canonical GTIN', () => {
  test.each([
    ['upca', '036000291452', '00036000291452'],
    ['upca', '36000291452', '00036000291452'],
    ['ean13', '4006381333931', '04006381333931'],
    ['gtin14', '10036000291459', '10036000291459'],
    ['ean13', '73513537', '00000073513537'],
    ['isbn', '0-306-40615-2', '09780306406157'],
    ['isbn', '978-0-306-40615-7', '09780306406157'],
    ['isbn', '0-8044-2957-X', '09780804429573'],
    ['isbn', '0-8044-2957-x', '09780804429573'],
    ['isbn', '979-10-90636-07-1', '09791090636071'],
    ['isbn', '09780306406157', '09780306406157'],
    ['ean13', '978-0-306-40615-7', '09780306406157'],
  ] as const)('%s %s is %s', (kind, value, gtin) => {
    expect(canonicalize(kind, value)).toBe(gtin);
    expect(explain(kind, value)).toBeNull();
  });

  test('dashes, spaces and leading zeros change nothing, in any kind of GTIN', () => {
    const length = fc.integer({ min: 8, max: 14 });
    const gaps = fc.array(gap, { minLength: 14, maxLength: 14 });
    always(fc.tuple(gtin12, gtinKind, length, gaps), ([code, kind, shortest, between]) => {
      const short = code.replace(/^0+/, '').padStart(shortest, '0');
      const spelled = Array.from(short, (digit, at) => `${digit}${between[at]}`).join('');
      expect(canonicalize(kind, spelled)).toBe(code.padStart(14, '0'));
    });
  });

  test('a case pack never has the GTIN of the item inside', () => {
    always(fc.tuple(gtin12, oneOf('123456789'), gtinKind), ([inner, indicator, kind]) => {
      const pack = complete(kind, `${indicator}0${inner.slice(0, -1)}`);
      expect(canonicalize(kind, pack)).toBe(pack);
      expect(pack).not.toBe(canonicalize(kind, inner));
    });
  });

  test('an ISBN converts as isbn3 converts it, from ten digits and from thirteen', () => {
    const prefix = fc.constantFrom('978', '978', '978', '9791', '9798');
    always(fc.tuple(prefix, digits(9)), ([start, rest]) => {
      const isbn13 = complete('isbn', (start + rest).slice(0, 12));
      const oracle = isbn3.parse(isbn13);
      fc.pre(oracle !== null); // isbn3 refuses the ranges that no publisher has yet
      const spellings = [isbn13, oracle.isbn13h, oracle.isbn10 ?? isbn13, oracle.isbn10h ?? isbn13];
      expect(new Set(spellings.map((isbn) => canonicalize('isbn', isbn)))).toEqual(new Set([`0${isbn13}`]));
    });
  });
});

describe('a mistake is caught', () => {
  test('one wrong digit in a GTIN, wherever it is', () => {
    always(fc.tuple(gtin12, gtinKind, fc.nat(11), oneOf('0123456789')), ([code, kind, at, wrong]) => {
      fc.pre(code[at] !== wrong);
      expect(canonicalize(kind, put(code, at, wrong))).toBeNull();
    });
  });

  test('one wrong digit or two swapped neighbours in a ten-digit ISBN', () => {
    always(fc.tuple(someDigits(9), fc.nat(8), oneOf('0123456789')), ([body, at, wrong]) => {
      const isbn = complete('isbn', body);
      const [left = '', right = ''] = isbn.slice(at, at + 2).split('');
      fc.pre(left !== wrong && left !== right);
      expect(canonicalize('isbn', put(isbn, at, wrong))).toBeNull();
      expect(canonicalize('isbn', put(isbn, at, right + left))).toBeNull();
    });
  });

  test.each([
    ['upca', '036000291453', '2'],
    ['ean13', '4006381333930', '1'],
    ['gtin14', '10036000291452', '9'],
    ['isbn', '0-8044-2957-3', 'X'],
    ['isbn', '0-306-40615-X', '2'],
    ['isbn', '978-0-306-40615-2', '7'],
  ] as const)('%s %s: the check digit should be %s', (kind, value, expectedCheckDigit) => {
    const reason = expect.stringContaining(`call for ${expectedCheckDigit}:`);
    expect(explain(kind, value)).toEqual({ reason, expectedCheckDigit });
  });

  test.each([
    ['characters', 'upca', '03600029145A', 'only digits'],
    ['characters: digits that are not ASCII', 'ean13', '٤٠٠٦٣٨١٣٣٣٩٣١', 'only digits'],
    ['characters: a byte order mark', 'upca', '\ufeff036000291452', 'even if invisible'],
    ['characters: X outside an ISBN', 'ean13', '080442957X', 'only digits'],
    ['characters: X before the end', 'isbn', '0X04429570', 'X only as the last'],
    ['characters: X in thirteen', 'isbn', '978080442957X', 'X only as the last'],
    ['characters before length', 'upca', 'A', 'only digits'],
    ['length before check digit: too short', 'upca', '1234567', 'A UPC-A has 12 digits (8 to 14 are read'],
    ['length: too long', 'ean13', '004006381333931', 'An EAN-13 has 13 digits (8 to 14 are read'],
    ['length: dashes alone', 'gtin14', '--', 'A GTIN-14 has 14 digits (8 to 14 are read'],
    ['length: an ISBN without its leading zero', 'isbn', '306406152', 'An ISBN has 10 or 13 digits, but'],
    ['length: a UPC-A as ISBN', 'isbn', '036000291452', 'An ISBN has 10 or 13 digits, but'],
    ['prefix: an EAN as ISBN', 'isbn', '4006381333931', '978 or 979'],
    ['prefix: a case of books as ISBN', 'isbn', '19780306406154', '978 or 979'],
    ['prefix before check digit', 'isbn', '4006381333930', '978 or 979'],
    ['zeros', 'upca', '000000000000', 'Zeros'],
    ['zeros with another check digit', 'gtin14', '00000000000007', 'Zeros'],
    ['zeros as ISBN', 'isbn', '0-00-000000-0', 'Zeros'],
  ] as const)('%s (%s %j)', (_fault, kind, value, sentence) => {
    const reason = expect.stringContaining(sentence);
    expect(explain(kind, value)).toEqual({ reason, expectedCheckDigit: null });
  });

  test('a code has either a GTIN of 14 digits or a fault of one sentence, and parsing never throws', () => {
    always(fc.tuple(codeKind, codeLike), ([kind, value]) => {
      const gtin = canonicalize(kind, value);
      const fault = explain(kind, value);
      expect(gtin === null).toBe(fault !== null);
      expect(gtin ?? fault?.reason).toMatch(/^(\d{14}|[A-Z][^.]+\.)$/);
    });
  });

  test('the expected check digit makes the code valid', () => {
    always(fc.tuple(codeKind, codeLike), ([kind, value]) => {
      const expected = explain(kind, value)?.expectedCheckDigit ?? null;
      fc.pre(expected !== null);
      expect(canonicalize(kind, value.replace(/[\dXx](?=[^\dXx]*$)/, expected))).not.toBeNull();
    });
  });

  test('a reason never repeats what the caller sent', () => {
    for (const kind of codeKinds) expect(explain(kind, '<script>')?.reason).not.toContain('script');
    expect(explain('upca', '9'.repeat(1_000_000))?.reason.length).toBeLessThan(200);
  });
});

describe('what is kept as spelled', () => {
  test('a skuId is not read as a code', () => {
    const identifier = parseIdentifier('skuId', ' 0-306 40615-2 ');
    expect(identifier).toEqual({ kind: 'skuId', value: '0-306 40615-2', gtin: null });
    expect(explainCode(identifier)).toBeNull();
  });

  test('a code keeps its dashes', () => {
    expect(parseIdentifier('isbn', '0-306-40615-2 ').value).toBe('0-306-40615-2');
  });

  test("the white space around it goes, just what Python's str.strip() takes", () => {
    const chars = (first: number, last: number) =>
      Array.from({ length: last - first + 1 }, (_, at) => String.fromCharCode(first + at));
    const narrow = '\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680';
    const wide = `${chars(0x2000, 0x200a).join('')}\u2028\u2029\u202f\u205f\u3000`;
    const strip = (value: string) => parseIdentifier('skuId', value).value;
    const taken = chars(0, 0xffff).filter((char) => strip(`${char}${char}a b${char}`) === 'a b');
    expect(taken.join('')).toBe(narrow + wide);
    expect(strip(narrow + wide)).toBe('');
  });

  test('a million hostile characters take no more than a moment', () => {
    const hostile = [' ', '-', '9', '9-', '0', '\u{1f600}'].map((part) => `a${part.repeat(1_000_000)}a`);
    const started = performance.now();
    for (const value of hostile) for (const kind of identifierKinds) parseIdentifier(kind, value);
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  test('the kinds keep their order of precedence', () => {
    expect(identifierKinds).toEqual(['skuId', 'upca', 'ean13', 'gtin14', 'isbn']);
  });
});
