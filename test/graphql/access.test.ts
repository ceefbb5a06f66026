/** Who may do what through GraphQL: tokens, permissions, and the schema that is open to every token. */
import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { saveToken } from '../../src/db/tokens.ts';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';

const MUTATION =
  'mutation { updateSkuInventory(input: { identifier: { skuId: "shared" }, quantityInStock: 1 }) { outcome } }';
const QUERY = '{ sku(by: { skuId: "shared" }) { skuId } }';
const INTROSPECTION = '{ __schema { queryType { name } } __type(name: "Sku") { name } }';

let gateway: Gateway;
beforeAll(async () => {
  gateway = await openGateway('sqlite');
});
afterAll(() => gateway.close());

const forbidden = (message: string) => ({ errors: [{ message, extensions: { code: 'FORBIDDEN' } }] });
const noPermission = forbidden('You do not have permission to perform this action.');

describe('a token may do what its permissions say', () => {
  test('with both it reads and writes', async () => {
    for (const query of [QUERY, MUTATION]) {
      const { status, body } = await gateway.graphql(query);
      expect([status, body.errors]).toEqual([200, undefined]);
    }
  });

  test('view_items reads, and is refused a mutation with 403', async () => {
    expect((await gateway.graphql(QUERY, {}, tokens.view)).body).toEqual({
      data: { sku: { skuId: 'shared' } },
    });
    expect(await gateway.graphql(MUTATION, {}, tokens.view)).toEqual({ status: 403, body: noPermission });
  });

  test('edit_items writes, and is refused a query with 403', async () => {
    expect((await gateway.graphql(MUTATION, {}, tokens.edit)).status).toBe(200);
    expect(await gateway.graphql(QUERY, {}, tokens.edit)).toEqual({ status: 403, body: noPermission });
  });

  test("a retailer's token is refused both, and told why", async () => {
    for (const query of [QUERY, MUTATION]) {
      const { status, body } = await gateway.graphql(query, {}, tokens.retailer);
      expect(status).toBe(403);
      expect(body).toEqual(forbidden(expect.stringContaining("this is a retailer's token")));
    }
  });

  test('what is refused changes nothing', async () => {
    const before = await gateway.graphql('{ sku(by: { skuId: "shared" }) { version quantityInStock } }');
    const write = MUTATION.replace('quantityInStock: 1', 'quantityInStock: 55');
    for (const token of [tokens.view, tokens.retailer, tokens.expired])
      await gateway.graphql(write, {}, token);
    expect(await gateway.graphql('{ sku(by: { skuId: "shared" }) { version quantityInStock } }')).toEqual(
      before,
    );
  });
});

describe('the schema is open to every token', () => {
  test.each(['full', 'view', 'edit', 'retailer', 'rival'] as const)('%s', async (name) => {
    const { status, body } = await gateway.graphql(INTROSPECTION, {}, tokens[name]);
    expect(status).toBe(200);
    expect(body.data).toEqual({ __schema: { queryType: { name: 'Query' } }, __type: { name: 'Sku' } });
  });

  test('and the query with which GraphiQL reads it fits the limits', async () => {
    const query = getIntrospectionQuery({ descriptions: true, inputValueDeprecation: true, oneOf: true });
    const { body } = await gateway.graphql(query, {}, tokens.edit);
    expect(body.errors).toBeUndefined();
  });

  test.each([
    ['beside it', `{ __schema { queryType { name } } sku(by: { skuId: "shared" }) { skuId } }`],
    ['in a fragment', `{ __typename ...F } fragment F on Query { sku(by: { skuId: "shared" }) { skuId } }`],
    ['in an inline fragment', `{ __typename ... { sku(by: { skuId: "shared" }) { skuId } } }`],
    ['under an alias like its own', `{ __schema: sku(by: { skuId: "shared" }) { skuId } }`],
  ])('but not a SKU %s', async (_place, query) => {
    expect(await gateway.graphql(query, {}, tokens.edit)).toEqual({ status: 403, body: noPermission });
  });

  test('the operation that is run is the one that is judged', async () => {
    const run = (operationName: string) =>
      gateway.server.inject({
        method: 'POST',
        url: '/graphql',
        headers: { authorization: `Bearer ${tokens.view}`, 'content-type': 'application/json' },
        payload: JSON.stringify({
          query: `query Read ${QUERY} ${MUTATION.replace('mutation', 'mutation Write')}`,
          operationName,
        }),
      });
    expect((await run('Read')).statusCode).toBe(200);
    expect((await run('Write')).statusCode).toBe(403);
  });
});

describe('the viewer', () => {
  const VIEWER = '{ viewer { supplier tokenName permissions expiresAt } }';
  const [edit, view, hooks] = ['EDIT_ITEMS', 'VIEW_ITEMS', 'MANAGE_WEBHOOKS'];

  test.each([
    ['full', 'acme', 'dashboard', [edit, view, hooks]],
    ['view', 'acme', 'viewer', [view]],
    ['edit', 'acme', 'editor', [edit]],
    ['retailer', 'acme', 'a retailer', [edit, view, hooks]],
    ['rival', 'rival', 'rival dashboard', [edit, view, hooks]],
  ] as const)('of the token %s is shown to it', async (name, supplier, tokenName, permissions) => {
    expect(await gateway.graphql(VIEWER, {}, tokens[name])).toEqual({
      status: 200,
      body: { data: { viewer: { supplier, tokenName, permissions, expiresAt: null } } },
    });
  });

  test('tells when the token expires', async () => {
    const expiresAt = '2999-12-31T00:00:00.000Z';
    const details = {
      supplierId: 'acme',
      name: 'brief',
      role: 'supplier',
      permissions: [],
      expiresAt,
    } as const;
    await saveToken(gateway.store, 'a-brief-token', details, new Date());
    const { body } = await gateway.graphql(VIEWER, {}, 'a-brief-token');
    expect(body.data.viewer).toEqual({ supplier: 'acme', tokenName: 'brief', permissions: [], expiresAt });
  });

  test('is open in fragments too, and beside the schema', async () => {
    const query = `{ __typename ...F ... { me: viewer { supplier } } }
      fragment F on Query { viewer { ...G } } fragment G on Viewer { supplier }`;
    const { body } = await gateway.graphql(query, {}, tokens.retailer);
    expect(body).toEqual({
      data: { __typename: 'Query', viewer: { supplier: 'acme' }, me: { supplier: 'acme' } },
    });
  });

  test.each([
    ['beside it', '{ viewer { supplier } sku(by: { skuId: "shared" }) { skuId } }'],
    [
      'in a fragment',
      '{ ...F } fragment F on Query { viewer { supplier } ...G } fragment G on Query { sku(by: { skuId: "shared" }) { skuId } }',
    ],
    ['under its name', '{ viewer: sku(by: { skuId: "shared" }) { skuId } }'],
  ])('opens no SKU %s', async (_place, query) => {
    expect(await gateway.graphql(query, {}, tokens.edit)).toEqual({ status: 403, body: noPermission });
  });
});

describe('without a good token there is a 401', () => {
  const send = (authorization: string | undefined, method: 'GET' | 'POST' | 'PUT' = 'POST') =>
    gateway.server.inject({
      method,
      url: '/graphql',
      headers: {
        'content-type': 'application/json',
        ...(authorization === undefined ? {} : { authorization }),
      },
      payload: '{"query":"{ __typename }"}',
    });

  test.each([
    ['no header', undefined, 'Authentication credentials were not provided.'],
    ['another scheme', 'Basic dXNlcjpwYXNz', 'Authentication credentials were not provided.'],
    ['no token after the scheme', 'Bearer', 'Invalid token header. No credentials provided.'],
    ['an unknown token', 'Bearer unknown', 'Invalid token.'],
    ['an expired token', `Bearer ${tokens.expired}`, 'Invalid token.'],
  ])('%s', async (_case, authorization, message) => {
    for (const method of ['GET', 'POST', 'PUT'] as const) {
      const response = await send(authorization, method);
      expect(response.statusCode).toBe(401);
      expect(response.headers['www-authenticate']).toBe('Token');
      expect(response.json()).toEqual({ errors: [{ message, extensions: { code: 'UNAUTHENTICATED' } }] });
    }
  });

  test.each(['Token', 'token', 'Bearer', 'BEARER'])('but the scheme may be %s', async (scheme) => {
    expect((await send(`${scheme} ${tokens.full}`)).statusCode).toBe(200);
  });
});
