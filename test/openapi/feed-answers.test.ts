/** The OpenAPI document says what the door of inventory files answers: to files, to their senders, and to exports. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { version } from '../../src/cli/version.ts';
import { openApiDocument } from '../../src/http/openapi/document.ts';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';
import { makeFolder } from '../support/stores/databases.ts';
import { createJudge, type Document } from './documents.ts';

const judge = createJudge(openApiDocument(version) as unknown as Document);
const folder = makeFolder();
let gateway: Gateway;
beforeAll(async () => {
  const feedSpool = { folder: join(folder.path, 'spool'), isRequired: true };
  gateway = await openGateway('sqlite', undefined, {}, { feedSpool });
});
afterAll(async () => {
  await gateway.close();
  folder.remove();
});

/** The answer, once it is found in the document. `path` is the document's. */
async function ask(
  method: 'GET' | 'POST',
  path: string,
  more: { url?: string; headers?: Record<string, string>; payload?: string; token?: string } = {},
) {
  const { url = path, headers = {}, payload, token = tokens.full } = more;
  const authorization = `Bearer ${token}`;
  const answer = await gateway.server.inject({
    method,
    url,
    headers: { authorization, ...headers },
    ...(payload !== undefined && { payload }),
  });
  const complaints = judge.complaints(method.toLowerCase(), path, answer.statusCode, answer.payload);
  expect([url, complaints]).toEqual([url, []]);
  return answer;
}

const csv = { 'content-type': 'text/csv', prefer: 'wait=30' };
const send = (payload: string, query = '', headers: Record<string, string> = {}) =>
  ask('POST', '/feeds/inventory', {
    url: `/feeds/inventory${query}`,
    headers: { ...csv, ...headers },
    payload,
  });
const rows = 'sku_id,quantity_in_stock\nshared,4\nnobody,1\n';

test('a file that is done, its feed, its rejected rows', async () => {
  const done = await send(rows);
  expect(done.statusCode).toBe(200);
  const { id } = done.json() as { readonly id: string };
  const at = { url: `/feeds/inventory/${id}` };
  expect(await ask('GET', '/feeds/inventory/{id}', at)).toMatchObject({ statusCode: 200 });
  const rejected = { url: `${at.url}/rejected.csv` };
  expect(await ask('GET', '/feeds/inventory/{id}/rejected.csv', rejected)).toMatchObject({ statusCode: 200 });
});

test('a file that is under way, one for a dry run, one that cannot be read, and one that the brake holds', async () => {
  expect(await send(rows, '', { prefer: 'wait=0' })).toMatchObject({ statusCode: 202 });
  expect(await send(rows, '?dryRun=true')).toMatchObject({ statusCode: 200 });
  expect(await send('no,columns\n1,2\n')).toMatchObject({ statusCode: 422 });
  expect(await send('sku_id,quantity_in_stock\n')).toMatchObject({ statusCode: 409 });
});

test('what is refused: parameters, keys, types, tokens, unknown feeds', async () => {
  expect(await send(rows, '?mode=half')).toMatchObject({ statusCode: 400 });
  expect(await send(rows, '', { 'idempotency-key': 'one' })).toMatchObject({ statusCode: 200 });
  expect(await send(`${rows}EACH,1\n`, '', { 'idempotency-key': 'one' })).toMatchObject({ statusCode: 422 });
  expect(await send(rows, '', { 'content-type': 'text/plain' })).toMatchObject({ statusCode: 415 });
  for (const [token, statusCode] of [
    ['nobody', 401],
    [tokens.view, 403],
    [tokens.retailer, 409],
  ] as const)
    expect(await ask('POST', '/feeds/inventory', { headers: csv, payload: rows, token })).toMatchObject({
      statusCode,
    });
  const none = { url: '/feeds/inventory/00000000-0000-0000-0000-000000000000' };
  expect(await ask('GET', '/feeds/inventory/{id}', none)).toMatchObject({ statusCode: 404 });
});

test('exports', async () => {
  const path = '/feeds/inventory.csv';
  for (const query of ['', '?search=book&restrictions=none&minQuantityInStock=1', '?skuId=shared&skuId=EACH'])
    expect(await ask('GET', path, { url: path + query })).toMatchObject({ statusCode: 200 });
  expect(await ask('GET', path, { url: `${path}?unknown=1` })).toMatchObject({ statusCode: 400 });
  expect(await ask('GET', path, { token: tokens.edit })).toMatchObject({ statusCode: 403 });
});
