/** Any value, anywhere that a client can put one, has a documented answer. */
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';

describe('any value', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await openGateway('sqlite');
  });
  afterAll(() => gateway.close());
  const runs = { numRuns: 150 };
  const anyJson = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.string({ unit: 'binary' }),
    fc.double(),
    fc.maxSafeInteger(),
  );
  const legacyKey = fc.constantFrom(
    'sku_id',
    'upca',
    'ean13',
    'gtin14',
    'isbn',
    'quantity_in_stock',
    'quantity_on_backorder',
    'restrictions',
  );
  const legacyBody = fc.dictionary(legacyKey, fc.oneof(anyJson, fc.constantFrom('shared', 3, 'discontd')));

  test('as a field of the legacy door has one of the documented statuses', async () => {
    await fc.assert(
      fc.asyncProperty(legacyBody, async (body) => {
        const answer = await gateway.legacy(JSON.stringify(body));
        expect([200, 400, 404, 422]).toContain(answer.statusCode);
        expect(answer.json()).toHaveProperty('message', expect.stringMatching(/./));
      }),
      runs,
    );
  });

  test('as a row of the bulk path is answered in its place, as it is alone', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(legacyBody, anyJson), { maxLength: 5 }), async (rows) => {
        const answer = await gateway.server.inject({
          method: 'POST',
          url: '/timp/products/skus/inventory/bulk/',
          headers: { authorization: `Token ${tokens.full}`, 'content-type': 'application/json' },
          payload: JSON.stringify(rows),
        });
        expect(answer.statusCode).toBe(200);
        const alone = [];
        for (const row of rows) {
          const { statusCode, ...single } = await gateway.legacy(JSON.stringify(row));
          alone.push({ status_code: statusCode, message: single.json<{ message: string }>().message });
        }
        expect(answer.json()).toEqual(alone);
      }),
      { numRuns: 60 },
    );
  });

  const graphqlKey = fc.constantFrom(
    'identifier',
    'quantityInStock',
    'quantityOnBackorder',
    'restrictions',
    'expected',
    'reason',
    'referenceDocumentUri',
    'idempotencyKey',
    'dryRun',
  );
  const likely = fc.constantFrom<unknown>(
    { skuId: 'shared' },
    { isbn: '9780306406157' },
    3,
    'DISCONTD',
    true,
    { version: 0 },
  );
  const identifier = fc.dictionary(fc.constantFrom('skuId', 'upca', 'isbn'), fc.oneof(anyJson, fc.string()), {
    maxKeys: 2,
  });
  test('as a field of GraphQL is answered with data, or with BAD_USER_INPUT', async () => {
    const UPDATE =
      'mutation ($input: UpdateSkuInventoryInput!) { updateSkuInventory(input: $input) { outcome userErrors { code } } }';
    const input = fc.dictionary(graphqlKey, fc.oneof(anyJson, likely, identifier));
    await fc.assert(
      fc.asyncProperty(fc.oneof(input, anyJson), async (value) => {
        const { status, body } = await gateway.graphql(UPDATE, { input: value });
        expect(body.errors ? [200, 400] : [200]).toContain(status);
        for (const error of body.errors ?? []) expect(error.extensions.code).toBe('BAD_USER_INPUT');
        expect(body.data?.updateSkuInventory === undefined).toBe(body.errors !== undefined);
      }),
      runs,
    );
  });

  test('as an argument of any query is answered with data, or with a code of ours', async () => {
    const QUERIES = [
      'query ($v: SkuIdentifierInput!) { sku(by: $v) { skuId } }',
      'query ($v: ID!) { node(id: $v) { id } }',
      'query ($v: String) { skus(after: $v) { nodes { skuId } } }',
      'query ($v: SkuFilterInput) { skus(filter: $v) { totalCount nodes { skuId } } }',
      'query ($v: String) { inventoryChanges(after: $v) { nodes { id } } }',
      'query ($v: InventoryChangeFilterInput) { inventoryChanges(filter: $v) { nodes { id } } }',
    ];
    const cursor = fc.array(anyJson).map((parts) => Buffer.from(JSON.stringify(parts)).toString('base64url'));
    const nodeId = fc
      .tuple(fc.constantFrom('Sku', 'InventoryChange', 'Query', '__proto__'), fc.string({ unit: 'binary' }))
      .map(([type, id]) => btoa(unescape(encodeURIComponent(`${type}:${id.toWellFormed()}`))));
    const filter = fc.dictionary(
      fc.constantFrom(
        'skuIds',
        'identifiers',
        'search',
        'restrictions',
        'quantityInStock',
        'updatedAfter',
        'groupId',
        'sources',
      ),
      fc.oneof(anyJson, fc.array(fc.string({ unit: 'binary' })), fc.array(identifier)),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...QUERIES),
        fc.oneof(anyJson, cursor, nodeId, filter, identifier),
        async (query, value) => {
          const { status, body } = await gateway.graphql(query, { v: value });
          expect(body.errors ? [200, 400] : [200]).toContain(status);
          for (const error of body.errors ?? []) {
            const codes = ['BAD_USER_INPUT', 'AMBIGUOUS_IDENTIFIER', 'CURSOR_AHEAD'];
            expect(codes).toContain(error.extensions.code);
          }
        },
      ),
      { numRuns: 250 },
    );
  });

  test.each([['/graphql'], ['/timp/products/skus/inventory/'], ['/timp/products/skus/inventory/bulk/']])(
    'as the bytes of a body is no fault of ours: %s',
    async (url) => {
      const bytes = fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.json().map((text) => Buffer.from(text)),
        fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
      );
      await fc.assert(
        fc.asyncProperty(bytes, async (body) => {
          const { statusCode, payload } = await gateway.server.inject({
            method: 'POST',
            url,
            headers: { authorization: `Token ${tokens.full}`, 'content-type': 'application/json' },
            payload: Buffer.from(body),
          });
          expect(statusCode).toBeLessThan(500);
          expect(payload).not.toContain('INTERNAL_SERVER_ERROR');
        }),
        runs,
      );
    },
  );

  test('as the value of a header is no fault of ours', async () => {
    const name = fc.constantFrom(
      'authorization',
      'content-type',
      'accept',
      'if-match',
      'idempotency-key',
      'x-request-id',
      'origin',
      'content-encoding',
    );
    const value = fc
      .string({ unit: 'binary' })
      .map((text) => text.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, ''));
    await fc.assert(
      fc.asyncProperty(name, value, async (header, text) => {
        const answer = await gateway.legacy({ sku_id: 'shared', quantity_in_stock: 1 }, { [header]: text });
        expect(answer.statusCode).toBeLessThan(500);
      }),
      runs,
    );
  });
});
