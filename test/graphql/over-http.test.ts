/** GraphQL over HTTP as this edge lets it in: JSON alone, GET for queries, no batches, cross-origin only where listed. */
import { gzipSync } from 'node:zlib';
import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';

const auth = { authorization: `Bearer ${tokens.full}` };
const json = { ...auth, 'content-type': 'application/json' };
const MUTATION =
  'mutation { updateSkuInventory(input: { identifier: { skuId: "shared" }, quantityInStock: 1 }) { outcome } }';
const get = (query: string) => `/graphql?query=${encodeURIComponent(query)}`;

let gateway: Gateway;
beforeAll(async () => {
  gateway = await openGateway('sqlite');
});
afterAll(() => gateway.close());

const send = (options: InjectOptions) =>
  gateway.server.inject({ method: 'POST', url: '/graphql', ...options });
const error = (message: string, code: string) => ({ errors: [{ message, extensions: { code } }] });
const countChanges = async () =>
  (await gateway.store.db.selectFrom('inventory_change').selectAll().execute()).length;

describe('a body is JSON in UTF-8', () => {
  test.each(['application/json', 'application/json; charset=utf-8', 'application/json;charset="UTF-8"'])(
    '%s is read',
    async (type) => {
      const response = await send({
        headers: { ...auth, 'content-type': type },
        payload: '{"query":"{ __typename }"}',
      });
      expect([response.statusCode, response.json()]).toEqual([200, { data: { __typename: 'Query' } }]);
    },
  );

  const form = `query=${encodeURIComponent(MUTATION)}`;
  const multipart = [
    '--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n',
    `${JSON.stringify({ query: MUTATION })}\r\n`,
    '--x\r\ncontent-disposition: form-data; name="map"\r\n\r\n{}\r\n--x--\r\n',
  ].join('');
  test.each([
    ['a form', 'application/x-www-form-urlencoded', form],
    ['a multipart form', 'multipart/form-data; boundary=x', multipart],
    ['JSON that says it is text', 'text/plain', JSON.stringify({ query: MUTATION })],
    ['JSON that says it is a graph', 'application/graphql+json', JSON.stringify({ query: MUTATION })],
    ['a bare document', 'application/graphql', MUTATION],
    ['another charset', 'application/json; charset=latin-1', JSON.stringify({ query: MUTATION })],
    ['no type at all', '', JSON.stringify({ query: MUTATION })],
  ])('%s is a 415, and runs nothing', async (_form, type, payload) => {
    const changes = await countChanges();
    const response = await send({ headers: { ...auth, 'content-type': type }, payload });
    expect(response.statusCode).toBe(415);
    expect(response.json()).toEqual(
      error('Send the request as application/json in UTF-8.', 'UNSUPPORTED_MEDIA_TYPE'),
    );
    expect(await countChanges()).toBe(changes);
  });

  test('a compressed body is a 415, and is not inflated', async () => {
    const payload = gzipSync(JSON.stringify({ query: MUTATION }));
    const response = await send({ headers: { ...json, 'content-encoding': 'gzip' }, payload });
    expect(response.statusCode).toBe(415);
    expect(response.json()).toEqual(
      error(
        'Compressed bodies are not read. Send the body without Content-Encoding.',
        'UNSUPPORTED_MEDIA_TYPE',
      ),
    );
  });

  test('a body over 8 MiB is a 413', async () => {
    const payload = JSON.stringify({ query: '{ __typename }' });
    expect((await send({ headers: json, payload: payload.padEnd(8_388_608) })).statusCode).toBe(200);
    const response = await send({ headers: json, payload: payload.padEnd(8_388_609) });
    expect(response.statusCode).toBe(413);
    expect(response.json()).toEqual(error('The body may have at most 8388608 bytes.', 'BODY_TOO_LARGE'));
  });

  test.each([
    ['nothing', ''],
    ['no JSON', '{"query":'],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
    ['null', 'null'],
    ['a string', '"{ __typename }"'],
    ['a batch', `[{"query":"{ __typename }"},{"query":"{ __typename }"}]`],
    ['a batch of one', `[{"query":"{ __typename }"}]`],
    ['a query that is no text', '{"query":1}'],
    ['variables that are no object', '{"query":"{ __typename }","variables":[1]}'],
    ['an unknown key', '{"query":"{ __typename }","queries":[]}'],
    ['JSON 50,000 deep', `{"query":"{ __typename }","variables":${'['.repeat(50_000)}${']'.repeat(50_000)}}`],
  ])('%s is a 400 that says why, in JSON', async (_case, payload) => {
    const response = await send({ headers: json, payload });
    expect(response.statusCode).toBe(400);
    expect(response.json()).toEqual({
      errors: [expect.objectContaining({ message: expect.stringMatching(/./) })],
    });
  });

  test('a request without a query is told so', async () => {
    const response = await send({
      headers: { ...json, accept: 'application/graphql-response+json' },
      payload: '{}',
    });
    expect([response.statusCode, response.json()]).toEqual([
      400,
      error('Must provide query string.', 'BAD_REQUEST'),
    ]);
  });

  test('deep JSON where a variable should be is refused, and is no fault of ours', async () => {
    const deep = `${'{"skuId":'.repeat(20_000)}1${'}'.repeat(20_000)}`;
    const payload = `{"query":"query ($by: SkuIdentifierInput!) { sku(by: $by) { skuId } }","variables":{"by":${deep}}}`;
    expect((await send({ headers: json, payload })).statusCode).toBe(400);
  });
});

describe('the method', () => {
  test('GET runs a query', async () => {
    const query = 'query ($by: SkuIdentifierInput!) { sku(by: $by) { skuId } }';
    const variables = encodeURIComponent('{"by":{"skuId":"shared"}}');
    const response = await send({
      method: 'GET',
      url: `${get(query)}&variables=${variables}`,
      headers: auth,
    });
    expect([response.statusCode, response.json()]).toEqual([200, { data: { sku: { skuId: 'shared' } } }]);
  });

  test.each([
    'variables=[',
    'variables=[]',
    'variables=1',
    'extensions={',
    'variables=%ff',
    'extensions="a"',
  ])('GET with %s is told what they must be, and is no fault of ours', async (parameter) => {
    const url = `/graphql?query=%7B__typename%7D&${parameter}`;
    const response = await send({ method: 'GET', url, headers: auth });
    expect(response.statusCode).toBe(400);
    const message = 'The parameters variables and extensions must be JSON objects.';
    expect(response.json()).toEqual(error(message, 'BAD_REQUEST'));
  });

  test('GET runs no mutation', async () => {
    const changes = await countChanges();
    const response = await send({ method: 'GET', url: get(MUTATION), headers: auth });
    expect(response.statusCode).toBe(405);
    expect(response.headers.allow).toBe('POST');
    expect(await countChanges()).toBe(changes);
  });

  test.each(['PUT', 'PATCH', 'DELETE', 'TRACE', 'HEAD'] as const)(
    '%s is a 405 that says what is allowed',
    async (method) => {
      const response = await send({ method, headers: auth });
      expect(response.statusCode).toBe(405);
      expect(response.headers.allow).toBe('GET, POST');
      const body = JSON.stringify(error('Send queries and mutations by POST.', 'METHOD_NOT_ALLOWED'));
      expect(response.body).toBe(method === 'HEAD' ? '' : body);
    },
  );

  test('the address is the same with a slash at its end', async () => {
    const response = await send({ url: '/graphql/', headers: json, payload: '{"query":"{ __typename }"}' });
    expect(response.json()).toEqual({ data: { __typename: 'Query' } });
  });

  test.each(['/%67raphql', '/graphql#a', 'http://stock.example/graphql'])(
    'an address spelled as %s is the same, also for what is refused',
    async (url) => {
      for (const payload of ['{"query":"{ __typename }"}', '{"query":"{ nothing }"}', '{"query":[]}']) {
        const plain = await send({ headers: json, payload });
        const { statusCode, body } = await send({ url, headers: json, payload });
        expect([statusCode, body]).toEqual([plain.statusCode, plain.body]);
      }
    },
  );

  test('a Host that is no host is no fault of ours', async () => {
    const response = await send({ headers: { ...json, host: 'a b' }, payload: '{"query":"{ __typename }"}' });
    expect(response.statusCode).toBe(200);
  });

  test.each(['/graphql/health', '/graphql/x/health', '/graphql/x', '/'])(
    '%s is not answered by the GraphQL server',
    async (url) => {
      const response = await send({ method: 'GET', url, headers: auth });
      expect(response.statusCode).toBe(404);
    },
  );
});

describe('the answer', () => {
  const plain = 'application/json; charset=utf-8';
  test.each([
    ['*/*', plain],
    ['application/json', plain],
    ['application/graphql-response+json', 'application/graphql-response+json; charset=utf-8'],
  ])('to Accept: %s is %s', async (accept, type) => {
    const response = await send({ headers: { ...json, accept }, payload: '{"query":"{ __typename }"}' });
    expect(response.headers['content-type']).toBe(type);
  });

  test.each(['nonsense', 'text/html', 'image/png'])(
    'to Accept: %s tells of a change, or makes none',
    async (accept) => {
      const changes = await countChanges();
      const query = MUTATION.replace('quantityInStock: 1', `quantityInStock: ${700 + changes}`);
      const response = await send({ headers: { ...json, accept }, payload: JSON.stringify({ query }) });
      const isChanged = (await countChanges()) !== changes;
      expect({ isTold: response.body.includes('"APPLIED"'), isChanged }).toEqual({
        isTold: isChanged,
        isChanged,
      });
    },
  );
});

describe('pages of other origins', () => {
  const listed = 'https://dashboard.example';
  const other = 'https://evil.example';
  const corsHeaders = (headers: Record<string, unknown>) =>
    Object.keys(headers).filter((name) => name.startsWith('access-control-allow'));
  const preflight = (origin: string): InjectOptions => ({
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    },
  });

  test('of a listed origin may call: the preflight needs no token', async () => {
    const { statusCode, headers } = await send(preflight(listed));
    expect(statusCode).toBe(204);
    expect(headers).toMatchObject({
      'access-control-allow-origin': listed,
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers':
        'authorization, content-type, x-request-id, x-include-cost, if-match, idempotency-key, prefer, traceparent, tracestate, baggage, sentry-trace',
    });
    expect(headers['vary']).toContain('Origin');
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
  });

  test('of a listed origin may read the answer, and the refusal', async () => {
    for (const token of [tokens.full, 'unknown']) {
      const response = await send({
        headers: { ...json, authorization: `Bearer ${token}`, origin: listed },
        payload: '{"query":"{ __typename }"}',
      });
      expect(response.headers['access-control-allow-origin']).toBe(listed);
    }
  });

  test.each([
    other,
    'null',
    'https://dashboard.example.evil.example',
    'http://dashboard.example',
    `${listed}:444`,
  ])('of %s may not', async (origin) => {
    const asked = await send(preflight(origin));
    const called = await send({ headers: { ...json, origin }, payload: '{"query":"{ __typename }"}' });
    for (const { headers } of [asked, called])
      expect(headers).not.toHaveProperty('access-control-allow-origin');
  });

  test('of no origin may where none is listed', async () => {
    const { server, close } = await openGateway('sqlite', undefined, {
      authenticate: () => Promise.resolve(null),
      corsOrigins: [],
    });
    const asked = await server.inject({ url: '/graphql', ...preflight(listed) });
    const called = await server.inject({
      method: 'POST',
      url: '/graphql',
      headers: { ...json, origin: listed },
    });
    expect([asked.statusCode, called.statusCode]).toEqual([401, 401]);
    for (const { headers } of [asked, called]) expect(corsHeaders(headers)).toEqual([]);
    await close();
  });

  test('OPTIONS that is no preflight is answered in JSON', async () => {
    const response = await send({ method: 'OPTIONS', headers: auth });
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
  });
});
