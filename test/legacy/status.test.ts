/** The legacy door's status codes, one by one, and the order in which they are decided. */
import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';

const PATH = '/timp/products/skus/inventory/';
const JSON_TYPE = 'application/json; charset=utf-8';

let gateway: Gateway;
beforeAll(async () => {
  gateway = await openGateway('sqlite');
});
afterAll(() => gateway.close());

const update = { sku_id: 'shared', quantity_in_stock: 3 };

/** A good update, but for what is given here. */
function send(options: InjectOptions) {
  return gateway.server.inject({
    method: 'POST',
    url: PATH,
    payload: JSON.stringify(update),
    ...options,
    headers: {
      authorization: `Token ${tokens.full}`,
      'content-type': 'application/json',
      ...options.headers,
    },
  });
}

/** DRF's key, and the documented one. */
const detail = (text: string) => ({ detail: text, message: text });
const as = (token: string) => ({ authorization: `Token ${token}` });
const noToken = { authorization: '' };

describe('the status codes', () => {
  test('200: the update was applied', async () => {
    const response = await gateway.legacy({ sku_id: 'shared', quantity_in_stock: 41 });
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toBe(JSON_TYPE);
    expect(response.json()).toEqual({ message: 'success' });
  });

  test('200: the SKU had these values already, and its version stays', async () => {
    const versionOf = async () => {
      const { body } = await gateway.graphql('{ sku(by: { skuId: "shared" }) { version } }');
      return body.data.sku.version;
    };
    await gateway.legacy({ sku_id: 'shared', quantity_in_stock: 42 });
    const version = await versionOf();
    const again = await gateway.legacy({ sku_id: 'shared', quantity_in_stock: 42 });
    expect([again.statusCode, again.json()]).toEqual([200, { message: 'success' }]);
    expect(await versionOf()).toBe(version);
  });

  test('400: a field is invalid; each bad field has its sentences, and message says all of it', async () => {
    const response = await gateway.legacy({ sku_id: 'shared', quantity_in_stock: -1, restrictions: 'none' });
    expect(response.statusCode).toBe(400);
    expect(response.json()).toEqual({
      quantity_in_stock: ['Ensure this value is greater than or equal to 0.'],
      restrictions: ['"none" is not a valid choice.'],
      message:
        'quantity_in_stock: Ensure this value is greater than or equal to 0. restrictions: "none" is not a valid choice.',
    });
  });

  test('400: there is nothing to set', async () => {
    const response = await gateway.legacy({ sku_id: 'shared' });
    expect(response.statusCode).toBe(400);
    expect(response.json()).toHaveProperty('non_field_errors', [
      expect.stringContaining('Nothing to update'),
    ]);
  });

  test('400: the JSON does not parse', async () => {
    const response = await gateway.legacy('{"sku_id": ');
    expect(response.statusCode).toBe(400);
    expect(response.json()).toEqual(detail('JSON parse error - Expecting value: line 1 column 12 (char 11)'));
  });

  test.each([
    ['no header', '', 'Authentication credentials were not provided.'],
    ['another scheme', `Bearer ${tokens.full}`, 'Authentication credentials were not provided.'],
    ['no token after the scheme', 'Token', 'Invalid token header. No credentials provided.'],
    ['two tokens', 'Token a b', 'Invalid token header. Token string should not contain spaces.'],
    [
      'bytes that are no UTF-8',
      'Token \xff',
      'Invalid token header. Token string should not contain invalid characters.',
    ],
    ['an unknown token', 'Token unknown', 'Invalid token.'],
    ['an expired token', `Token ${tokens.expired}`, 'Invalid token.'],
  ])('401: %s', async (_case, authorization, message) => {
    const response = await send({ headers: { authorization } });
    expect(response.statusCode).toBe(401);
    expect(response.headers['www-authenticate']).toBe('Token');
    expect(response.json()).toEqual(detail(message));
  });

  test('403: the token may not edit items', async () => {
    const response = await send({ headers: as(tokens.view) });
    expect(response.statusCode).toBe(403);
    expect(response.json()).toEqual(detail('You do not have permission to perform this action.'));
  });

  test('404: no such SKU; the message repeats the identifier as Python writes it', async () => {
    const response = await gateway.legacy({ sku_id: "O'Brien", quantity_in_stock: 1 });
    expect(response.statusCode).toBe(404);
    expect(response.json()).toEqual({
      message:
        "No sku found with sku identifier: {'sku_id': \"O'Brien\"}; Valid identifiers: sku_id, upca, ean13, gtin14, isbn",
    });
  });

  test('404: no such URL', async () => {
    const response = await send({ url: '/timp/products/skus/' });
    expect(response.statusCode).toBe(404);
    expect(response.headers['content-type']).toBe(JSON_TYPE);
    expect(response.json()).toEqual({ detail: 'Not found.', message: expect.stringContaining('Not found.') });
  });

  test.each(['GET', 'PUT', 'PATCH', 'DELETE', 'TRACE'] as const)('405: %s, and Allow', async (method) => {
    const response = await send({ method });
    expect(response.statusCode).toBe(405);
    expect(response.headers.allow).toBe('POST, OPTIONS');
    expect(response.json()).toEqual(detail(`Method "${method}" not allowed.`));
  });

  test("409: a retailer's token", async () => {
    const response = await send({ headers: as(tokens.retailer) });
    expect(response.statusCode).toBe(409);
    const { message, detail: reason } = response.json<Record<string, string>>();
    expect(message).toContain('The requester is not of the correct type');
    expect(reason).toBe(message);
  });

  test('413: the body is over 1 MiB, to the byte', async () => {
    const fits = JSON.stringify(update).padEnd(1_048_576);
    expect((await send({ payload: fits })).statusCode).toBe(200);
    const response = await send({ payload: `${fits} ` });
    expect(response.statusCode).toBe(413);
    expect(response.json()).toEqual(detail('The body may have at most 1048576 bytes.'));
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'nonsense',
  ])('415: %s', async (type) => {
    const response = await send({ headers: { 'content-type': type } });
    expect(response.statusCode).toBe(415);
    expect(response.json()).toEqual(detail(`Unsupported media type "${type}" in request.`));
  });

  test('422: the code names several SKUs, and the message names them', async () => {
    const response = await gateway.legacy({ isbn: '9780306406157', quantity_in_stock: 1 });
    expect(response.statusCode).toBe(422);
    const { message, detail: reason } = response.json<Record<string, string>>();
    expect(message).toContain('BOOK-NEW');
    expect(message).toContain('BOOK-USED');
    expect(reason).toBe(message);
  });
});

describe('of two faults the earlier check answers', () => {
  const badType = { 'content-type': 'text/plain' };
  test.each<[string, InjectOptions, number]>([
    ['an unknown URL, before a missing token', { url: '/timp/nope/', headers: noToken }, 404],
    ['a missing token, before the method', { method: 'GET', headers: noToken }, 401],
    ['a missing token, before the body', { payload: '{', headers: noToken }, 401],
    ['an unknown token, before the size', { payload: ' '.repeat(1_048_577), headers: as('unknown') }, 401],
    ['a missing permission, before the method', { method: 'PUT', headers: as(tokens.view) }, 403],
    ["a retailer's token, before the method", { method: 'PUT', headers: as(tokens.retailer) }, 409],
    ["a retailer's token, before the fields", { payload: '{}', headers: as(tokens.retailer) }, 409],
    ['the method, before the media type', { method: 'PUT', headers: badType }, 405],
    ['the media type, before the JSON', { payload: '{', headers: badType }, 415],
    ['the JSON, before the fields', { payload: '{"sku_id":"none","quantity_in_stock":-1' }, 400],
    ['a field, before the lookup', { payload: '{"sku_id":"none","quantity_in_stock":-1}' }, 400],
    ['a field, before the ambiguity', { payload: '{"isbn":"9780306406157","restrictions":1}' }, 400],
  ])('%s', async (_order, options, status) => {
    expect((await send(options)).statusCode).toBe(status);
  });

  test('the JSON before the fields: the sentence is about the JSON', async () => {
    const response = await send({ payload: '{"sku_id":"none","quantity_in_stock":-1' });
    expect(response.json()).toHaveProperty('detail', expect.stringMatching(/^JSON parse error - /));
  });

  test('the permission before the type, for a token that lacks both', async () => {
    const { denyCaller } = await import('../../src/http/edge/authenticate.ts');
    const retailer = { supplierId: 'acme', supplierName: 'acme', role: 'retailer' } as const;
    const caller = { ...retailer, permissions: [], actor: 'a retailer', expiresAt: null } as const;
    expect(denyCaller(caller, 'edit_items')?.status).toBe(403);
  });
});

describe('the address and the method', () => {
  test.each([
    ['with its slash', PATH],
    ['without its slash', PATH.slice(0, -1)],
    ['with a query string', `${PATH}?format=json`],
    ['percent-encoded', PATH.replace('y/', '%79/')],
  ])('%s the address is the same', async (_spelling, url) => {
    const response = await send({ url });
    expect([response.statusCode, response.json()]).toEqual([200, { message: 'success' }]);
  });

  test('OPTIONS describes the call, with no word on cross-origin use', async () => {
    const response = await send({ method: 'OPTIONS', payload: '' });
    expect(response.statusCode).toBe(200);
    expect(response.headers.allow).toBe('POST, OPTIONS');
    expect(response.json()).toMatchObject({ parses: ['application/json'], renders: ['application/json'] });
  });

  test('OPTIONS needs the token, for an unknown URL is no secret but this one is guarded', async () => {
    const response = await send({ method: 'OPTIONS', payload: '', headers: noToken });
    expect(response.statusCode).toBe(401);
  });

  test.each(['GET', 'POST', 'OPTIONS'] as const)('%s of an unknown URL is a 404 in JSON', async (method) => {
    const response = await send({ method, url: '/timp/nope/', payload: '' });
    expect(response.statusCode).toBe(404);
    expect(response.json()).toHaveProperty('detail', 'Not found.');
  });

  test('no page of an origin that is not listed may call', async () => {
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
    for (const method of ['POST', 'OPTIONS'] as const) {
      const response = await send({ method, headers });
      const named = Object.keys(response.headers).filter((name) => name.startsWith('access-control-'));
      expect(named).toEqual([]);
    }
  });

  test('HEAD is a 405 without a body', async () => {
    const response = await send({ method: 'HEAD', payload: '' });
    expect([response.statusCode, response.body]).toEqual([405, '']);
    expect(response.headers.allow).toBe('POST, OPTIONS');
  });
});
