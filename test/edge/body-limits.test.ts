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
  origin = await gateway.server.listen({ port: 0, host: '127.0.0.1' });
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
