/** A misspelled field is ignored, as Django REST framework does; the header X-Ignored-Fields says so, and the body does not change. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';

let gateway: Gateway;
beforeAll(async () => {
  gateway = await openGateway('sqlite');
});
afterAll(() => gateway.close());

const sound = { sku_id: 'EACH', quantity_in_stock: 1 };

async function ignored(body: object, path = '') {
  const response = await gateway.server.inject({
    method: 'POST',
    url: `/timp/products/skus/inventory/${path}`,
    headers: { authorization: `Token ${tokens.full}`, 'content-type': 'application/json' },
    payload: JSON.stringify(body),
  });
  return { status: response.statusCode, body: response.json(), header: response.headers['x-ignored-fields'] };
}

test('an unknown field is named, and the answer is as without it', async () => {
  const { body, status } = await ignored(sound);
  expect(await ignored({ ...sound, quantity_on_back_order: 5, note: 'x' })).toEqual({
    body,
    status,
    header: 'quantity_on_back_order, note',
  });
});

test('a refusal names it too', async () => {
  expect(await ignored({ sku_id: 'EACH', quantity_in_stok: 1 })).toMatchObject({
    status: 400,
    header: 'quantity_in_stok',
  });
});

test('documented fields are not named', async () => {
  const codes = { upca: '1', ean13: '2', gtin14: '3', isbn: '4' };
  const all = { ...sound, ...codes, quantity_on_backorder: 1, restrictions: null, backorder_date: null };
  for (const body of [all, sound, [], 'text', 7]) {
    expect((await ignored(body as object)).header).toBeUndefined();
    expect((await ignored([body], 'bulk/')).header).toBeUndefined();
  }
});

test('of a bulk call all rows count, each name once, also on a request thread', async () => {
  const rows = [sound, { ...sound, a: 1 }, { ...sound, a: 1, b: 2 }, null, 'x'];
  expect(await ignored(rows, 'bulk/')).toMatchObject({ status: 200, header: 'a, b' });
  const many = [...Array.from({ length: 600 }, () => sound), { ...sound, c: 1 }];
  expect(await ignored(many, 'bulk/')).toMatchObject({ status: 200, header: 'c' });
});

test('the header is bounded, and holds printable ASCII alone', async () => {
  const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`field-${i}`, 1]));
  expect((await ignored({ ...sound, ...many })).header?.toString().split(', ')).toHaveLength(10);
  expect((await ignored({ ...sound, ['x'.repeat(5_000)]: 1 })).header).toBe('x'.repeat(40));
  expect((await ignored({ ...sound, 'a\r\nSet-Cookie: b': 1, 'c,d': 1, é: 1, '': 1 })).header).toBe(
    'a??Set-Cookie:?b, c?d, ?',
  );
  expect((await ignored(JSON.parse('{"__proto__":1,"constructor":2}'))).header).toBe(
    '__proto__, constructor',
  );
});
