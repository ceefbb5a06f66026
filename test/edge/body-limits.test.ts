/** A body with more rows, values, levels or text than any legal call needs is counted and refused before anything is built from it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';
import { rawRequest, sendRaw } from '../support/raw-http.ts';

const BULK = '/timp/products/skus/inventory/bulk/';
const ONE = '/timp/products/skus/inventory/';

let gateway: Gateway;
let origin: string;
beforeAll(async () => {
  gateway = await openGateway('sqlite');
  origin = await gateway.listen();
});
afterAll(() => gateway.close());

async function post(path: string, payload: string) {
  const headers = { Authorization: `Token ${tokens.full}`, 'Content-Type': 'application/json' };
  const { status, body } = await sendRaw(origin, rawRequest(`POST ${path}`, headers, payload));
  return { status, body: JSON.parse(body) };
}
const objects = (count: number) => `[${'{},'.repeat(count - 1)}{}]`;
const graphql = (variables: string) => `{"query":"query A { __typename }","variables":${variables}}`;

describe('at the GraphQL door', () => {
  const updates = (count: number) => graphql(`{"input": {"updates" : ${objects(count)}}}`);
  test('rows past 10,000 are counted to the last, however many: 2.7 million are not coerced', async () => {
    for (const provided of [10_001, 2_700_000]) {
      const message = `A bulk call takes at most 10000 rows; this one has ${provided}. Split it.`;
      expect(await post('/graphql', updates(provided))).toEqual({
        status: 400,
        body: {
          errors: [
            {
              message,
              extensions: {
                code: 'BAD_USER_INPUT',
                limit: 10_000,
                provided,
                problems: [{ path: ['input', 'updates'], message }],
              },
            },
          ],
        },
      });
    }
    expect((await post('/graphql', updates(10_000))).status).toBe(200);
  });

  test.each([
    ['a list', `{"ids":${objects(10_001)}}`, 'A list may have at most 10000 elements', 10_001],
    [
      'values',
      `{"a":[${`${objects(9_999)},`.repeat(40)}1]}`,
      'A body may hold at most 400000 values',
      400_005,
    ],
    ['a text', `{"id":"${'x'.repeat(70_000)}"}`, 'A text may have at most 65536 bytes', 70_000],
  ])('%s past the limit is refused', async (_what, variables, message, provided) => {
    const { status, body } = await post('/graphql', graphql(variables));
    expect(status).toBe(400);
    expect(body.errors[0].message).toContain(`${message}; this one has ${provided}.`);
    expect(body.errors[0].extensions).toMatchObject({ code: 'BAD_USER_INPUT', provided });
  });

  test('a document past 64 KiB is refused, one of 64 KiB is not', async () => {
    const start = '{ __typename }';
    const sized = (bytes: number) => JSON.stringify({ query: start.padEnd(bytes) });
    expect((await post('/graphql', sized(65_536))).status).toBe(200);
    const { status, body } = await post('/graphql', sized(65_537));
    expect([status, body.errors[0].message]).toEqual([
      400,
      'A GraphQL document may have at most 65536 bytes; this one has 65537.',
    ]);
  });

  describe('an object that GraphQL would repeat in each of many messages is refused before it is coerced', () => {
    const flat = (count: number, value = '1', name = 'a') =>
      `{${Array.from({ length: count }, (_, i) => `"${name}${i}":${value}`).join()}}`;
    const mutation = 'mutation ($v: UpdateSkuInventoryInput!) { updateSkuInventory(input: $v) { outcome } }';
    const call = (input: string) => `{"query":"${mutation}","variables":{"v":${input}}}`;
    const x = (count: number) => 'x'.repeat(count);
    test.each([
      ['80,000 fields', flat(80_000), 80_000],
      ['301 fields, in a small body', flat(301), 301],
      ['60 objects of 60 objects of 60 fields', flat(60, flat(60, flat(60))), 219_660],
      ['the same in a field of the schema', `{"identifier":${flat(60, flat(60, flat(60)))}}`, 219_661],
      ['lists of objects', flat(60, `[${Array(10).fill(flat(60)).join()}]`), 36_660],
      ['one name, many times', `{${'"a":1,'.repeat(999)}"a":1}`, 1_000],
    ])('%s', async (_what, input, provided) => {
      const { status, body } = await post('/graphql', call(input));
      expect([status, body.errors[0].message]).toEqual([
        400,
        `An object may hold at most 300 values; one here has ${provided}. Send only the fields of the schema.`,
      ]);
      expect(body.errors[0].extensions).toEqual({ code: 'BAD_USER_INPUT', limit: 300, provided });
    });
    test.each([
      ['texts', flat(100, `"${x(60_000)}"`), 6_000_290],
      ['names', flat(100, '1', x(60_000)), 6_000_190],
      ['texts in lists', flat(50, `["${x(60_000)}"]`), 3_000_140],
    ])('long %s', async (_what, input, provided) => {
      const { status, body } = await post('/graphql', call(input));
      const message = `An object may hold at most 65536 bytes of text; one here has ${provided}. Shorten it.`;
      expect([status, body.errors[0].message]).toEqual([400, message]);
    });
    test('beside the variables, and in the address too', async () => {
      const message = expect.stringContaining('An object may hold at most 300 values; one here has 301.');
      for (const outer of [`"variables":${flat(301)}`, `"extensions":${flat(301)}`, flat(300).slice(1, -1)]) {
        const { status, body } = await post('/graphql', `{"query":"{ __typename }",${outer}}`);
        expect([status, body.errors[0].message]).toEqual([400, message]);
      }
      const headers = { Authorization: `Token ${tokens.full}` };
      for (const name of ['variables', 'extensions']) {
        const parameters = new URLSearchParams({ query: '{ __typename }', [name]: flat(301) });
        const answer = await sendRaw(origin, rawRequest(`GET /graphql?${parameters}`, headers, ''));
        expect([answer.status, JSON.parse(answer.body).errors[0].message]).toEqual([400, message]);
      }
    });
    test('but 300 fields pass, and are named as always', async () => {
      const { status, body } = await post('/graphql', call(flat(300)));
      expect([status, body.errors.length]).toEqual([400, 51]);
      expect(body.errors[0].message).toContain('Variable "$v" got invalid value { a0: 1, a1: 1');
    });
    test('and so do the largest rows and the most variables that a document has room for', async () => {
      const row = `{"identifier":${flat(5)},"expected":${flat(2)},${flat(5).slice(1)}`;
      const { body } = await post(
        '/graphql',
        graphql(`{"v":{"updates":[${`${row},`.repeat(9_999)}${row}]}}`),
      );
      expect(body).toEqual({ data: { __typename: 'Query' } });
      expect((await post('/graphql', graphql(flat(250)))).status).toBe(200);
    });
  });

  test('JSON past 900 levels is refused', async () => {
    const { status, body } = await post(
      '/graphql',
      graphql(`
        ${'['.repeat(4_000_000)}
      `),
    );
    expect([status, body.errors[0].message]).toEqual([400, 'The JSON may nest at most 900 levels.']);
  });
});

describe('at the legacy door', () => {
  test('items past 10,000 are counted to the last', async () => {
    const message = 'At most 10000 items in one call; this one has 2600000.';
    expect(await post(BULK, objects(2_600_000))).toEqual({
      status: 400,
      body: { non_field_errors: [message], message },
    });
  });

  test('values past the limit are refused', async () => {
    const row = (count: number) => `[{"sku_id":"EACH","more":${objects(count)}}]`;
    const message = 'A body may hold at most 400000 values; this one has 400004. Split it.';
    expect(await post(BULK, row(400_000))).toEqual({ status: 400, body: { detail: message, message } });
    const one = (count: number) => `{"sku_id":"EACH","quantity_in_stock":1,"more":${objects(count)}}`;
    expect((await post(ONE, one(9_000))).status).toBe(200);
    expect((await post(ONE, one(11_000))).status).toBe(400);
  });

  test('unknown fields are ignored, however many fit', async () => {
    const unknown = Array.from({ length: 9_000 }, (_, i) => `"a${i}":1`).join();
    const row = `{"sku_id":"EACH","quantity_in_stock":1,${unknown}}`;
    expect((await post(ONE, row)).status).toBe(200);
    expect((await post(BULK, `[${row}]`)).status).toBe(200);
  });

  test('deep JSON has the answer of before', async () => {
    const message = expect.stringContaining('Too deeply nested, at most 900 levels');
    for (const path of [ONE, BULK])
      expect(await post(path, '['.repeat(1_000_000))).toEqual({
        status: 400,
        body: { detail: message, message },
      });
  });
});

test('what is not declared as JSON is told that first', async () => {
  const headers = { Authorization: `Token ${tokens.full}`, 'Content-Type': 'text/plain' };
  for (const path of ['/graphql', BULK]) {
    const answer = await sendRaw(origin, rawRequest(`POST ${path}`, headers, objects(20_000)));
    expect(answer.status).toBe(415);
  }
});

test('a client that writes its whole body before it reads sees the 413', async () => {
  const payload = 'x'.repeat(12_000_000);
  for (const path of ['/graphql', ONE]) {
    const headers = { Authorization: `Token ${tokens.full}`, 'Content-Type': 'application/json' };
    const answer = await sendRaw(origin, rawRequest(`POST ${path}`, headers, payload));
    expect(answer.status).toBe(413);
  }
});
