/** When we are at fault: clients learn the request's id and no more, the log learns everything. At both doors. */
import { Writable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createServer } from '../../src/http/server.ts';
import { permissions, type Caller } from '../../src/domain/caller.ts';
import { createBrokenInventory } from '../support/broken-inventory.ts';
import { eventually } from '../support/eventually.ts';
import { oneThread, openGateway, tokens } from '../support/gateway.ts';
import { range } from '../support/range.ts';

const SECRET = `select * from sku where supplier_id = 'acme' -- /var/lib/stockgate.db`;
const QUERY = '{ sku(by: { skuId: "a" }) { skuId } }';
const MUTATION =
  'mutation { updateSkuInventory(input: { identifier: { skuId: "a" }, quantityInStock: 1 }) { outcome } }';

const broken = createBrokenInventory(SECRET);
const caller: Caller = {
  supplierId: 'acme',
  supplierName: 'acme',
  role: 'supplier',
  permissions,
  actor: 'dashboard',
  expiresAt: null,
};

let log = '';
let server: FastifyInstance;
/** Like `server`, but not even the token can be looked up. */
let blindServer: FastifyInstance;
beforeAll(async () => {
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      log += String(chunk);
      done();
    },
  });
  const options = {
    inventory: broken,
    authenticate: () => Promise.resolve(caller),
    graphiql: {},
    corsOrigins: [],
    createId: () => 'an-id',
    logger: pino({ level: 'info' }, stream),
  };
  server = createServer(options);
  blindServer = createServer({ ...options, authenticate: () => Promise.reject(new Error(SECRET)) });
  await Promise.all([server.ready(), blindServer.ready()]);
});
afterAll(() => Promise.all([server.close(), blindServer.close()]));

const headers = (id: string) => ({
  authorization: 'Token t',
  'content-type': 'application/json',
  'x-request-id': id,
});
const graphql = (to: FastifyInstance, query: string, id: string) =>
  to.inject({ method: 'POST', url: '/graphql', headers: headers(id), payload: JSON.stringify({ query }) });
const legacy = (to: FastifyInstance, id: string) =>
  to.inject({
    method: 'POST',
    url: '/timp/products/skus/inventory/',
    headers: headers(id),
    payload: '{"sku_id":"a","quantity_in_stock":1}',
  });

/** Words of the error, of its stack, and of what Yoga would add. */
const leaks = /select|supplier_id|acme|stockgate\.db|\.ts\b|node_modules|originalError|stack|unexpected/i;
const linesOf = (id: string) => log.split('\n').filter((line) => line.includes(`"${id}"`));

describe('the client learns nothing but the id of the request', () => {
  test.each([
    ['a query', QUERY, { sku: null }],
    ['a mutation', MUTATION, null],
  ])('of %s through GraphQL, whose answer is an error beside the data', async (name, query, data) => {
    const id = `masked-${name.replaceAll(' ', '-')}`;
    const response = await graphql(server, query, id);
    expect(response.body).not.toMatch(leaks);
    expect(response.statusCode).toBe(200);
    expect(response.headers['x-request-id']).toBe(id);
    expect(response.json()).toMatchObject({
      errors: [{ message: expect.stringContaining(id), extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
      data,
    });
  });

  test('of a legacy update, with status 500', async () => {
    const response = await legacy(server, 'masked-legacy');
    expect(response.statusCode).toBe(500);
    expect(response.body).not.toMatch(leaks);
    const message = "An error occurred on our side. Try again later; the request's id is masked-legacy.";
    expect(response.json()).toEqual({ detail: message, message });
  });

  test('where the token cannot be looked up, with status 500', async () => {
    for (const response of [await graphql(blindServer, QUERY, 'blind'), await legacy(blindServer, 'blind')]) {
      expect(response.statusCode).toBe(500);
      expect(response.body).not.toMatch(leaks);
      expect(response.body).toContain("the request's id is blind.");
    }
  });
});

describe('the log says what went wrong, under the id of the request', () => {
  test.each<[string, (id: string) => Promise<unknown>]>([
    ['a query', (id) => graphql(server, QUERY, id)],
    ['a mutation', (id) => graphql(server, MUTATION, id)],
    ['a legacy update', (id) => legacy(server, id)],
    ['a token looked up for GraphQL', (id) => graphql(blindServer, QUERY, id)],
    ['a token looked up for a legacy update', (id) => legacy(blindServer, id)],
  ])('%s', async (name, send) => {
    const id = `logged-${name.replaceAll(' ', '-')}`;
    await send(id);
    const lines = linesOf(id).filter((line) => line.includes('"level":50'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(SECRET);
  });

  test('and never a token', async () => {
    const secret = 'a-token-that-no-log-may-hold';
    const url = '/timp/products/skus/inventory/';
    for (const to of [server, blindServer]) {
      await to.inject({ method: 'POST', url, headers: { authorization: `Token ${secret}` } });
      await to.inject({ method: 'POST', url: '/graphql', headers: { authorization: `Bearer ${secret}` } });
    }
    expect(log).not.toContain(secret);
  });
});

test('a client that leaves before its large answer begins is no fault', async () => {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const gateway = await openGateway(
    'sqlite',
    undefined,
    { logger: pino({ level: 'debug' }, { write }) },
    oneThread,
  );
  try {
    const leave = new AbortController();
    const update = gateway.inventory.update.bind(gateway.inventory);
    vi.spyOn(gateway.inventory, 'update').mockImplementation(async (request) => {
      const answer = await update(request);
      leave.abort();
      await eventually(() => expect(lines.join('')).toContain('"status":499'));
      return answer;
    });
    const updates = range(5_000).map((n) => ({ identifier: { skuId: 'EACH' }, quantityInStock: n }));
    const query = `mutation ($input: BulkUpdateSkuInventoryInput!) {
      bulkUpdateSkuInventory(input: $input) { results { index outcome sku { id skuId title quantityInStock } } }
    }`;
    const left = fetch(`${await gateway.listen()}/graphql`, {
      method: 'POST',
      headers: { authorization: `Token ${tokens.full}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables: { input: { updates } } }),
      signal: leave.signal,
    });
    await expect(left).rejects.toThrow('aborted');
    await eventually(() => expect(lines.join('')).toContain('the client left'));
    expect(lines.filter((line) => line.includes('"level":50'))).toEqual([]);
  } finally {
    vi.restoreAllMocks();
    await gateway.close();
  }
});
