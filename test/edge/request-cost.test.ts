/** A request costs what it takes: rows, aliased mutations, bytes and reads, paid before the work where they are known. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';
import { range } from '../support/range.ts';

describe('what a request costs', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await openGateway('sqlite', undefined, { ratePerSecond: 2_000 });
  });
  afterAll(() => gateway.close());

  const mutation = (n: number) =>
    `updateSkuInventory(input: { identifier: { skuId: "EACH" }, quantityInStock: ${n} }) { outcome }`;
  const aliased = (count: number) => range(count).map((n) => `m${n}: ${mutation(n)}`);
  const ask = async (query: string, variables: object = {}, headers: Record<string, string> = {}) => {
    const response = await gateway.server.inject({
      method: 'POST',
      url: '/graphql',
      headers: {
        authorization: `Bearer ${tokens.full}`,
        'content-type': 'application/json',
        'x-include-cost': 'true',
        ...headers,
      },
      payload: JSON.stringify({ query, variables }),
    });
    return { headers: response.headers, body: response.json() };
  };
  const costOf = async (query: string, variables?: object) =>
    (await ask(query, variables)).body.extensions.cost;

  test('20 aliased mutations cost 20, the first time and each time after', async () => {
    const query = `mutation { ${aliased(20).join(' ')} }`;
    expect(await costOf(query)).toBe(20);
    expect(await costOf(query)).toBe(20);
    expect(await costOf(`mutation { ${mutation(7)} }`)).toBe(1);
  });

  test('20 aliased reads cost 20', async () => {
    const reads = range(20).map((n) => `s${n}: sku(by: { skuId: "EACH" }) { skuId }`);
    expect(await costOf(`{ ${reads.join(' ')} }`)).toBe(20);
  });

  test('rows cost one each, in variables and in the document, and those that are malformed too', async () => {
    const bulk = `mutation ($u: [BulkSkuInventoryUpdateInput!]!) {
      bulkUpdateSkuInventory(input: { updates: $u }) { appliedCount } }`;
    const rows = (count: number, row: object) => ({ u: range(count).map(() => row) });
    const good = { identifier: { skuId: 'EACH' }, quantityInStock: 1 };
    expect(await costOf(bulk, rows(60, good))).toBe(60);
    expect(await costOf(bulk, rows(300, good))).toBe(300);
    expect(await costOf(bulk, rows(300, {}))).toBe(300);
    const inDocument = range(30).map(() => '{ identifier: { skuId: "EACH" }, quantityInStock: 1 }');
    expect(
      await costOf(
        `mutation { bulkUpdateSkuInventory(input: { updates: [${inDocument.join()}] }) { appliedCount } }`,
      ),
    ).toBe(30);
  });

  test('an answer with errors says what it cost too', async () => {
    expect(await costOf('{ skus(after: "nonsense") { nodes { skuId } } }')).toBeGreaterThanOrEqual(1);
    expect(await costOf('{ sku(by: { skuId: "" }) { skuId } }')).toBe(1);
    expect(await costOf('{ nothing }')).toBe(1);
  });

  test('bytes of a body cost, also where it is refused; items of pages do', async () => {
    const padded = { query: '{ __typename }', variables: { a: range(10).map(() => 'x'.repeat(32_768)) } };
    expect(await costOf(padded.query, padded.variables)).toBeGreaterThanOrEqual(1 + 20);
    expect(await costOf('{ skus(first: 100) { nodes { skuId } } }')).toBeGreaterThanOrEqual(1 + 10);
  });

  test('is not told unless it is asked for', async () => {
    const { body } = await ask('{ __typename }', {}, { 'x-include-cost': 'no' });
    expect(body).toEqual({ data: { __typename: 'Query' } });
  });

  test('every answer to a known caller says where its token stands, at both doors', async () => {
    const state = /^"token";r=(\d+);t=\d+$/;
    const answers = [
      (await ask('{ __typename }')).headers,
      (await ask('{ nothing }')).headers,
      (await gateway.legacy({ sku_id: 'EACH', quantity_in_stock: 1 })).headers,
      (await gateway.legacy('{')).headers,
      (await gateway.legacy({}, { authorization: `Token ${tokens.view}` })).headers,
    ];
    for (const headers of answers) {
      expect(headers['ratelimit-policy']).toBe('"token";q=20000;w=10, "supplier";q=80000;w=10');
      expect(headers['ratelimit']).toMatch(state);
    }
    expect((await gateway.legacy({}, { authorization: 'Token unknown' })).headers).not.toHaveProperty(
      'ratelimit',
    );
  });
});

test('rows are paid before they are taken: of many bulk calls that are let in at once, those are refused that cannot pay', async () => {
  const gateway = await openGateway('sqlite', undefined, { ratePerSecond: 200 });
  const headers = { authorization: `Token ${tokens.full}`, 'content-type': 'application/json' };
  const payload = JSON.stringify(range(1_000).map((n) => ({ sku_id: 'EACH', quantity_in_stock: n })));
  const url = '/timp/products/skus/inventory/bulk/';
  const answers = await Promise.all(
    range(10).map(() => gateway.server.inject({ method: 'POST', url, headers, payload })),
  );
  const refused = answers.filter(({ statusCode }) => statusCode === 429);
  expect(answers.filter(({ statusCode }) => statusCode === 200).length).toBeLessThanOrEqual(2);
  expect(refused.length).toBeGreaterThanOrEqual(8);
  expect(Number(refused[0]?.headers['retry-after'])).toBeGreaterThan(0);
  await gateway.close();
});
