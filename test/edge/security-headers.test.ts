/** Every answer, whatever gives it, tells a browser to run nothing of it, to guess no type, and to show it in no frame. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';
import { rawRequest, sendRaw } from '../support/raw-http.ts';

let gateway: Gateway;
let origin: string;
beforeAll(async () => {
  gateway = await openGateway('sqlite', undefined, {
    timeouts: { headers: 150, request: 300, checkEvery: 25 },
  });
  origin = await gateway.listen();
});
afterAll(() => gateway.close());

const headers = { Authorization: `Token ${tokens.full}`, 'Content-Type': 'application/json' };
const update = JSON.stringify({ sku_id: 'shared', quantity_in_stock: 6 });
const answers: Readonly<Record<string, readonly [status: number, request: Uint8Array | string]>> = {
  GraphQL: [200, rawRequest('POST /graphql', headers, '{"query":"{ __typename }"}')],
  'GraphQL, by Yoga': [200, rawRequest('POST /graphql', headers, '{"query":"{ nothing }"}')],
  'GraphQL, by GET': [200, rawRequest('GET /graphql?query=%7B__typename%7D', headers)],
  'GraphQL without a token': [401, rawRequest('GET /graphql', {})],
  'a preflight': [
    204,
    rawRequest('OPTIONS /graphql', {
      Origin: 'https://dashboard.example',
      'Access-Control-Request-Method': 'POST',
    }),
  ],
  'the legacy path': [200, rawRequest('POST /timp/products/skus/inventory/', headers, update)],
  'the legacy path, of no use': [400, rawRequest('POST /timp/products/skus/inventory/', headers, '{')],
  'the legacy bulk path': [
    200,
    rawRequest('POST /timp/products/skus/inventory/bulk/', headers, `[${update}]`),
  ],
  'an unknown path': [404, rawRequest('GET /nowhere', headers)],
  'an address that cannot be decoded': [400, rawRequest('GET /%zz', headers)],
  health: [200, rawRequest('GET /health', {})],
  readiness: [200, rawRequest('GET /ready', {})],
  'no Host': [400, 'GET /graphql HTTP/1.1\r\nConnection: close\r\n\r\n'],
  'broken framing': [400, 'nonsense\r\n\r\n'],
  'a request that does not end': [408, 'POST /graphql HTTP/1.1\r\nHost: a\r\n'],
  'an expectation': [417, rawRequest('POST /graphql', { ...headers, Expect: 'more' }, update)],
  CONNECT: [405, 'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n'],
};

test.each(Object.entries(answers))('%s', async (_name, [expected, request]) => {
  const { status, headers: answered } = await sendRaw(origin, request);
  expect(status).toBe(expected);
  expect(answered.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
  expect(answered.get('x-content-type-options')).toBe('nosniff');
  expect(answered.get('referrer-policy')).toBe('no-referrer');
});

test('a live stream', async () => {
  const left = new AbortController();
  const { headers: answered } = await fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: { ...headers, accept: 'text/event-stream' },
    body: '{"query":"subscription { inventoryChanged { cursor } }"}',
    signal: left.signal,
  });
  left.abort();
  expect(answered.get('content-type')).toContain('text/event-stream');
  expect(answered.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
  expect(answered.get('x-content-type-options')).toBe('nosniff');
});
