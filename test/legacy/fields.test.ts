/** The fields of a legacy update: the recorded requests and answers come from DRF 3.14, departures are listed. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { MAX_ECHO } from '../../src/http/legacy/drf/fields.ts';
import { identifierFields, parseLegacyUpdate, toMessage } from '../../src/http/legacy/fields.ts';
import { elementsOf, parseJson, type Json } from '../../src/http/legacy/drf/json.ts';
import { restrictions } from '../../src/domain/sku.ts';

function readFixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8'));
}

function read(body: string | Buffer): Json {
  const json = parseJson(Buffer.from(body));
  if ('error' in json) throw new Error(json.error);
  return json;
}

/** What a body comes to, in the wire's words: what is set, or the errors. */
function judge(body: string | Buffer) {
  return describeOutcome(parseLegacyUpdate(read(body)));
}

function describeOutcome(parsed: ReturnType<typeof parseLegacyUpdate>) {
  if ('errors' in parsed) return parsed.errors;
  const { identifier, ...changes } = parsed.update;
  return {
    [identifier.field]: identifier.value,
    ...('quantityInStock' in changes && { quantity_in_stock: changes.quantityInStock }),
    ...('quantityOnBackorder' in changes && { quantity_on_backorder: changes.quantityOnBackorder }),
    ...('restrictions' in changes && { restrictions: changes.restrictions }),
    ...('backorderDate' in changes && { backorder_date: changes.backorderDate }),
  };
}

/** As judge, of a body made of these fields; JSON text where a value's spelling matters. */
function judgeFields(fields: Record<string, unknown>) {
  return judge(JSON.stringify(fields));
}

/** The identifier as a 404 repeats it. */
function quoteOf(body: string): string {
  const parsed = parseLegacyUpdate(read(body));
  return 'errors' in parsed ? toMessage(parsed.errors) : parsed.update.identifier.repr();
}

const nothingToUpdate = {
  non_field_errors: [
    'Nothing to update: give at least one of quantity_in_stock, quantity_on_backorder, restrictions.',
  ],
};
const noIdentifier = {
  non_field_errors: ['Name the SKU: give one of sku_id, upca, ean13, gtin14, isbn.'],
};

describe('the recorded requests', () => {
  const Case = z.object({
    group: z.string(),
    name: z.string(),
    request_base64: z.base64(),
    body: z.string(),
    accepted: z.record(z.string(), z.unknown()).optional(),
  });
  const groups = ['parse', 'top-level', 'object', 'integer', 'choice', 'char'];
  const cases = z
    .array(Case)
    .parse(readFixture('legacy-cases.json'))
    .filter(({ group }) => groups.includes(group));

  /** By name: what DRF answered otherwise, and what is answered here on purpose. */
  const departures = new Map<string, unknown>([
    ['empty body', noIdentifier],
    ['{} (no identifier, no field)', noIdentifier],
    ['key case differs', nothingToUpdate],
    ['choice "\\ud800"', { restrictions: ['"\\ud800" is not a valid choice.'] }],
  ]);

  function bodyOf(request: string): Buffer {
    const bytes = Buffer.from(request, 'base64');
    return bytes.subarray(bytes.indexOf('\r\n\r\n') + 4);
  }

  test('are all there, and so are the departures', () => {
    expect(cases).toHaveLength(93);
    const names = cases.map(({ group, name }) => (departures.has(name) ? name : `${group} ${name}`));
    expect([...departures.keys()].filter((name) => !names.includes(name))).toEqual([]);
  });

  /** What the door makes of it, the catalog holding one SKU: what is set, or the body of the refusal. */
  function answer(request: Buffer): unknown {
    const json = parseJson(request);
    if ('error' in json) return { detail: `JSON parse error - ${json.error}` };
    const parsed = parseLegacyUpdate(json);
    if ('errors' in parsed || parsed.update.identifier.value === 'xkuOwSQ3utl')
      return describeOutcome(parsed);
    const quoted = parsed.update.identifier.repr();
    const valid = identifierFields.join(', ');
    return { message: `No sku found with sku identifier: ${quoted}; Valid identifiers: ${valid}` };
  }

  test.each(cases)('$group $name', ({ group, name, request_base64, body, accepted }) => {
    const departure = departures.get(name) ?? departures.get(`${group} ${name}`);
    expect(answer(bodyOf(request_base64))).toEqual(departure ?? accepted ?? JSON.parse(body));
  });
});

describe('an identifier', () => {
  test.each([
    ['"a"', 'a', `{'sku_id': 'a'}`],
    ['" a b\\t"', 'a b', `{'sku_id': ' a b\\t'}`],
    [`"O'Brien"`, `O'Brien`, `{'sku_id': "O'Brien"}`],
    ['123', '123', `{'sku_id': 123}`],
    ['123.0', '123.0', `{'sku_id': 123.0}`],
    ['12345678901234567890', '12345678901234567890', `{'sku_id': 12345678901234567890}`],
  ])('of %s is %s, and is quoted as it was sent', (sent, value, quoted) => {
    const body = `{"sku_id": ${sent}, "quantity_in_stock": 1}`;
    expect(judge(body)).toEqual({ sku_id: value, quantity_in_stock: 1 });
    expect(quoteOf(body)).toBe(quoted);
  });

  test('of many escapes is quoted whole, of a megabyte of blanks is cut', () => {
    const worst = '\u{e0001}'.repeat(256);
    expect(quoteOf(JSON.stringify({ sku_id: worst, quantity_in_stock: 1 }))).toBe(
      `{'sku_id': '${'\\U000e0001'.repeat(256)}'}`,
    );
    const padded = JSON.stringify({ sku_id: `${' '.repeat(1_000_000)}a`, quantity_in_stock: 1 });
    expect(quoteOf(padded)).toHaveLength(MAX_ECHO + 1);
  });

  test('of several is the first in order, and the others must be valid', () => {
    const body = '{"isbn": "i", "upca": 12.0, "gtin14": "g", "quantity_in_stock": 1}';
    expect(judge(body)).toEqual({ upca: '12.0', quantity_in_stock: 1 });
    expect(quoteOf(body)).toBe("{'upca': 12.0}");
    expect(judgeFields({ sku_id: 'a', isbn: '', quantity_in_stock: 1 })).toEqual({
      isbn: ['This field may not be blank.'],
    });
  });
});

test.each(['null', '""'])('a restriction of %s is lifted', (sent) => {
  expect(judge(`{"sku_id": "a", "restrictions": ${sent}}`)).toEqual({ sku_id: 'a', restrictions: null });
});

test.each(restrictions)('a restriction may be %s', (sent) => {
  expect(judgeFields({ sku_id: 'a', restrictions: sent })).toEqual({ sku_id: 'a', restrictions: sent });
});

test('a quantity of -0 is 0 to everyone who compares', () => {
  const parsed = parseLegacyUpdate(read('{"sku_id": "a", "quantity_in_stock": -0.0}'));
  expect('update' in parsed && Object.is(parsed.update.quantityInStock, 0)).toBe(true);
});

describe('set, null and absent are three things', () => {
  const refused = (field: string) => ({ [field]: ['This field may not be null.'] });

  test.each([
    ['quantity_in_stock', 5, refused('quantity_in_stock')],
    ['quantity_on_backorder', 5, refused('quantity_on_backorder')],
    ['restrictions', 'discontd', { sku_id: 'a', quantity_in_stock: 1, restrictions: null }],
    ['backorder_date', '2026-11-30', { sku_id: 'a', quantity_in_stock: 1, backorder_date: null }],
  ])('%s', (field, value, lifted) => {
    const other = field === 'quantity_in_stock' ? 'quantity_on_backorder' : 'quantity_in_stock';
    const rest = { sku_id: 'a', [other]: 1 };
    expect(judgeFields({ ...rest, [field]: value })).toEqual({ ...rest, [field]: value });
    expect(judgeFields({ ...rest, [field]: null })).toEqual(lifted);
    expect(judgeFields(rest)).toEqual(rest);
  });

  test.each(identifierFields)('%s', (field) => {
    expect(judgeFields({ [field]: 'a', quantity_in_stock: 1 })).toEqual({
      [field]: 'a',
      quantity_in_stock: 1,
    });
    expect(judgeFields({ quantity_in_stock: 1 })).toEqual(noIdentifier);
    expect(judgeFields({ [field]: null, quantity_in_stock: 1 })).toEqual({
      [field]: ['This field may not be null.'],
    });
  });
});

describe('what a body must say', () => {
  test('a SKU, named first of all', () => {
    expect(judge('')).toEqual(noIdentifier);
    expect(judge('{}')).toEqual(noIdentifier);
    expect(judge('{"SKU_ID": "a", "__proto__": {"sku_id": "a"}, "quantity_in_stock": 1}')).toEqual(
      noIdentifier,
    );
  });

  test('something to set', () => {
    expect(judge('{"sku_id": "a"}')).toEqual(nothingToUpdate);
    expect(judge('{"sku_id": "a", "quantity": 1}')).toEqual(nothingToUpdate);
  });

  test('valid fields before both, all of them reported in order', () => {
    const body = JSON.stringify({
      backorder_date: 'x',
      restrictions: 'x',
      quantity_on_backorder: -1,
      isbn: '',
      quantity_in_stock: 'x',
      sku_id: null,
    });
    expect(JSON.stringify(judge(body))).toBe(
      JSON.stringify({
        sku_id: ['This field may not be null.'],
        isbn: ['This field may not be blank.'],
        quantity_in_stock: ['A valid integer is required.'],
        quantity_on_backorder: ['Ensure this value is greater than or equal to 0.'],
        restrictions: ['"x" is not a valid choice.'],
        backorder_date: ['Date has wrong format. Use one of these formats instead: YYYY-MM-DD.'],
      }),
    );
    expect(judge('{"quantity_in_stock": -1}')).not.toHaveProperty('non_field_errors');
  });

  test.each([
    ['null', 'No data provided'],
    ['[]', 'Invalid data. Expected a dictionary, but got list.'],
    ['"x"', 'Invalid data. Expected a dictionary, but got str.'],
    ['false', 'Invalid data. Expected a dictionary, but got bool.'],
    ['3', 'Invalid data. Expected a dictionary, but got int.'],
    ['3.0', 'Invalid data. Expected a dictionary, but got float.'],
  ])('an object, not %s', (body, error) => {
    expect(judge(body)).toEqual({ non_field_errors: [error] });
  });
});

test('a row of a bulk body is judged by the same rules', () => {
  const rows = elementsOf(
    read('[{"upca": 1.0, "quantity_in_stock": "2"}, "x", {}, 1.0, {"sku_id": "a", "restrictions": 2.0}]'),
  );
  expect(rows?.map((row) => describeOutcome(parseLegacyUpdate(row)))).toEqual([
    { upca: '1.0', quantity_in_stock: 2 },
    { non_field_errors: ['Invalid data. Expected a dictionary, but got str.'] },
    noIdentifier,
    { non_field_errors: ['Invalid data. Expected a dictionary, but got float.'] },
    { restrictions: ['"2.0" is not a valid choice.'] },
  ]);
});

describe('the message', () => {
  test('names the field of each sentence', () => {
    expect(toMessage({ quantity_in_stock: ['A valid integer is required.'] })).toBe(
      'quantity_in_stock: A valid integer is required.',
    );
    expect(toMessage({ sku_id: ['One.', 'Two.'], upca: ['Three.'] })).toBe('sku_id: One. Two. upca: Three.');
  });

  test('of no field is the sentence alone', () => {
    expect(toMessage(noIdentifier)).toBe('Name the SKU: give one of sku_id, upca, ean13, gtin14, isbn.');
  });
});
