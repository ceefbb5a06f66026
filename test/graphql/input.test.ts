/** Malformed GraphQL input: every problem at once, each with its path; nothing of it reaches a store. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openGateway, type Gateway } from '../support/gateway.ts';

const UPDATE =
  'mutation ($input: UpdateSkuInventoryInput!) { updateSkuInventory(input: $input) { outcome } }';
const SKU = 'query ($by: SkuIdentifierInput!) { sku(by: $by) { skuId } }';

let gateway: Gateway;
beforeAll(async () => {
  gateway = await openGateway('sqlite');
});
afterAll(() => gateway.close());

const good = { identifier: { skuId: 'shared' }, quantityInStock: 98 };
const nothing =
  'There is nothing to set: give quantityInStock, quantityOnBackorder, restrictions or backorderDate.';
const noNull = 'This must not be null. Leave it out to keep the quantity as it is.';

describe('BAD_USER_INPUT lists the problem with its path', () => {
  test.each<[string, object, (string | number)[], string]>([
    [
      'a blank identifier',
      { identifier: { skuId: ' \t' } },
      ['identifier', 'skuId'],
      'This must not be blank.',
    ],
    ['an empty code', { identifier: { isbn: '' } }, ['identifier', 'isbn'], 'This must not be blank.'],
    // Blank to Python and to the store, though not to JavaScript.
    [
      'a control character alone',
      { identifier: { upca: '\x85\x1c' } },
      ['identifier', 'upca'],
      'This must not be blank.',
    ],
    [
      'an identifier of 257 characters',
      { identifier: { skuId: '😀'.repeat(257) } },
      ['identifier', 'skuId'],
      'This must have no more than 256 characters.',
    ],
    [
      'a NUL',
      { identifier: { ean13: 'a\0' } },
      ['identifier', 'ean13'],
      'This must not contain null characters.',
    ],
    [
      'a lone surrogate',
      { identifier: { gtin14: '\ud800' } },
      ['identifier', 'gtin14'],
      'This must not contain lone surrogates.',
    ],
    ['a negative quantity', { quantityInStock: -1 }, ['quantityInStock'], 'This must be at least 0.'],
    ['a null quantity', { quantityInStock: null }, ['quantityInStock'], noNull],
    [
      'a negative backorder',
      { quantityOnBackorder: -1 },
      ['quantityOnBackorder'],
      'This must be at least 0.',
    ],
    ['a null backorder', { quantityOnBackorder: null }, ['quantityOnBackorder'], noNull],
    ['nothing to set', { quantityInStock: undefined }, [], nothing],
  ])('%s', async (_case, values, path, message) => {
    const { status, body } = await gateway.graphql(UPDATE, { input: { ...good, ...values } });
    expect([status, body.data]).toEqual([200, null]);
    expect(body.errors).toHaveLength(1);
    const [{ extensions, message: text, path: field }] = body.errors;
    expect(extensions).toEqual({ code: 'BAD_USER_INPUT', problems: [{ path: ['input', ...path], message }] });
    expect(text).toBe(`${['input', ...path].join('.')}: ${message}`);
    expect(field).toEqual(['updateSkuInventory']);
  });

  test('and all of them in one answer, even beside nothing to set', async () => {
    const { body } = await gateway.graphql(UPDATE, {
      input: { identifier: { skuId: ' ' }, quantityInStock: -5, quantityOnBackorder: null },
    });
    expect(body.errors).toHaveLength(1);
    expect(body.errors[0].extensions).toEqual({
      code: 'BAD_USER_INPUT',
      problems: [
        { path: ['input', 'identifier', 'skuId'], message: 'This must not be blank.' },
        { path: ['input', 'quantityInStock'], message: 'This must be at least 0.' },
        { path: ['input', 'quantityOnBackorder'], message: noNull },
      ],
    });
    const { body: beside } = await gateway.graphql(UPDATE, { input: { identifier: { upca: '' } } });
    expect(beside.errors[0].extensions.problems).toEqual([
      { path: ['input', 'identifier', 'upca'], message: 'This must not be blank.' },
      { path: ['input'], message: nothing },
    ]);
  });

  test('for the argument of sku alike', async () => {
    const { body } = await gateway.graphql(SKU, { by: { isbn: '  ' } });
    expect(body.data).toEqual({ sku: null });
    expect(body.errors[0].extensions).toEqual({
      code: 'BAD_USER_INPUT',
      problems: [{ path: ['by', 'isbn'], message: 'This must not be blank.' }],
    });
  });

  test('256 characters are not too many, whatever their size in bytes', async () => {
    const { body } = await gateway.graphql(SKU, { by: { skuId: '😀'.repeat(256) } });
    expect(body).toEqual({ data: { sku: null } });
  });
});

describe('an identifier is exactly one of the five', () => {
  test.each<[string, object]>([
    ['none', {}],
    ['two', { skuId: 'shared', upca: '036000291452' }],
    ['null', { skuId: null }],
    ['one and null', { skuId: 'shared', upca: null }],
    ['an unknown one', { asin: 'B000' }],
    ['a number', { upca: 36_000_291_452 }],
  ])('%s in variables is refused', async (_case, identifier) => {
    const queries = [
      await gateway.graphql(UPDATE, { input: { ...good, identifier } }),
      await gateway.graphql(SKU, { by: identifier }),
    ];
    for (const { status, body } of queries) {
      expect([status, body.data]).toEqual([400, undefined]);
      expect(body.errors[0].extensions.code).toBe('BAD_USER_INPUT');
    }
  });

  test.each(['{}', '{ skuId: "a", upca: "b" }', '{ skuId: null }'])(
    '%s in the document is refused',
    async (by) => {
      const { body } = await gateway.graphql(`{ sku(by: ${by}) { skuId } }`);
      expect(body.data).toBeUndefined();
      expect(body.errors[0].extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
      expect(body.errors[0].message).toContain('exactly one field must be specified');
    },
  );

  test('a variable inside it may not be null', async () => {
    const query = 'query ($id: String) { sku(by: { skuId: $id }) { skuId } }';
    const { body } = await gateway.graphql(query, { id: null });
    expect(body.data).toEqual({ sku: null });
    expect(body.errors[0].extensions.code).toBe('BAD_USER_INPUT');
  });
});

describe('what does not fit its type is refused', () => {
  test.each<[string, object]>([
    ['an unknown restriction', { restrictions: 'NONE' }],
    ["a restriction's wire value", { restrictions: 'discontd' }],
    ['a quantity in a string', { quantityInStock: '3' }],
    ['a fraction', { quantityInStock: 3.5 }],
    ['a quantity beyond 32 bits', { quantityInStock: 2_147_483_648 }],
    ['a day that is not in the calendar', { backorderDate: '2026-02-30' }],
    ['a date before 2000', { backorderDate: '1999-12-31' }],
    ['a time as a date', { backorderDate: '2026-11-30T00:00:00Z' }],
    ['a number as a date', { backorderDate: 20_261_130 }],
    ['an unknown field', { quantity: 3 }],
    ['no identifier', { identifier: undefined }],
  ])('%s', async (_case, values) => {
    const { status, body } = await gateway.graphql(UPDATE, { input: { ...good, ...values } });
    expect([status, body.data]).toEqual([400, undefined]);
    expect(body.errors[0].extensions.code).toBe('BAD_USER_INPUT');
  });
});

test('nothing of all that was refused is stored', async () => {
  expect(await gateway.store.db.selectFrom('inventory_change').selectAll().execute()).toEqual([]);
});
