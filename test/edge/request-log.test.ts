/** The log: one line a request, with what is needed to find it again and nothing that must stay secret. */
import { Writable } from 'node:stream';
import pino from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { follow } from '../support/event-stream.ts';
import { eventually } from '../support/eventually.ts';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';

const LEGACY = '/timp/products/skus/inventory/';
const SECRET = 'a-secret-that-no-log-may-hold';

let log = '';
let gateway: Gateway;
let origin: string;
beforeAll(async () => {
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      log += String(chunk);
      done();
    },
  });
  gateway = await openGateway('sqlite', undefined, { logger: pino({ level: 'debug' }, stream) });
  origin = await gateway.listen();
});
afterAll(() => gateway.close());

interface Sent {
  readonly headers?: Readonly<Record<string, string>>;
  readonly url: string;
  readonly token?: string;
  readonly body?: string;
  readonly method?: string;
}

let count = 0;
/** The lines that one request left. */
async function linesOf({ url, token = tokens.full, body = '{}', method = 'POST', headers = {} }: Sent) {
  const id = `request-${count++}`;
  await gateway.server.inject({
    method: method as 'POST',
    url,
    headers: {
      authorization: `Token ${token}`,
      'content-type': 'application/json',
      'x-request-id': id,
      ...headers,
    },
    payload: body,
  });
  return linesWith(id);
}

const linesWith = (id: string): Record<string, unknown>[] =>
  log
    .split('\n')
    .filter((line) => line.includes(`"${id}"`))
    .map((line) => JSON.parse(line));

test.each<[what: string, sent: Sent, expected: object]>([
  [
    'a legacy update',
    { url: LEGACY, body: '{"sku_id":"EACH","quantity_in_stock":1}' },
    { door: 'legacy', status: 200, supplier: 'acme', tokenName: 'dashboard', method: 'POST' },
  ],
  ['a legacy bulk call', { url: `${LEGACY}bulk/`, body: '[]' }, { door: 'legacy_bulk', status: 200 }],
  [
    'a query',
    { url: '/graphql', body: '{"query":"{ __typename }"}', token: tokens.rival },
    { door: 'graphql', url: '/graphql', status: 200, supplier: 'rival', tokenName: 'rival dashboard' },
  ],
  [
    'a refusal of GraphQL, with its code',
    { url: '/graphql', body: '{"query":"{"}' },
    { door: 'graphql', status: 200, code: 'GRAPHQL_PARSE_FAILED' },
  ],
  [
    "a token that may not, with that token's name",
    { url: LEGACY, token: tokens.view },
    { door: 'legacy', status: 403, supplier: 'acme', tokenName: 'viewer' },
  ],
  ['a path that there is not', { url: '/nowhere' }, { door: 'other', status: 404, url: '/nowhere' }],
  ['an address that cannot be read', { url: '/a%zz' }, { door: 'other', status: 400, url: '/a' }],
])('%s is one line', async (_what, sent, expected) => {
  const lines = await linesOf(sent);
  expect(lines).toEqual([
    expect.objectContaining({ level: 30, msg: 'request', ms: expect.any(Number), ...expected }),
  ]);
});

const bulk = (...rows: object[]) => ({ url: `${LEGACY}bulk/`, body: JSON.stringify(rows) });
const missing = { sku_id: 'no-such-sku', quantity_in_stock: 1 };
const sound = { sku_id: 'EACH', quantity_in_stock: 2 };
const byCode = (kind: string, value: string) => ({ identifier: { kind, value } });

test.each<[what: string, sent: Sent, expected: object]>([
  [
    'a SKU that there is not',
    { url: LEGACY, body: JSON.stringify(missing) },
    { door: 'legacy', status: 404, code: 'SKU_NOT_FOUND', ...byCode('sku_id', 'no-such-sku') },
  ],
  [
    'a code that several SKUs share',
    { url: LEGACY, body: '{"isbn":"9780306406157","quantity_in_stock":1}' },
    { status: 422, code: 'AMBIGUOUS_IDENTIFIER', ...byCode('isbn', '9780306406157') },
  ],
  [
    'a version that is no longer so',
    { url: LEGACY, body: JSON.stringify(sound), headers: { 'if-match': '"77"' } },
    { status: 412, code: 'PRECONDITION_FAILED', ...byCode('sku_id', 'EACH') },
  ],
  [
    'a malformed value',
    { url: LEGACY, body: '{"upca":400000200484,"quantity_in_stock":"x"}' },
    { status: 400, code: 'BAD_USER_INPUT', ...byCode('upca', '400000200484') },
  ],
  [
    'an identifier of the wrong type',
    { url: LEGACY, body: '{"sku_id":{"a":1},"quantity_in_stock":1}' },
    { status: 400, code: 'BAD_USER_INPUT', ...byCode('sku_id', 'object') },
  ],
  ['a body that is no JSON', { url: LEGACY, body: '{' }, { status: 400, code: 'BAD_USER_INPUT' }],
  [
    'rows of a bulk call: the first, and how many',
    bulk(sound, missing, { sku_id: 'EACH' }, sound),
    { door: 'legacy_bulk', code: 'SKU_NOT_FOUND', ...byCode('sku_id', 'no-such-sku'), refusedRows: 2 },
  ],
  [
    'a row of a call that a request thread answers',
    bulk(...Array.from({ length: 600 }, () => sound), missing),
    { door: 'legacy_bulk', code: 'SKU_NOT_FOUND', ...byCode('sku_id', 'no-such-sku'), refusedRows: 1 },
  ],
])(
  'a refused legacy call says what was refused, of whom, and where it came from: %s',
  async (_what, sent, expected) => {
    const headers = { ...sent.headers, 'x-forwarded-for': '203.0.113.7' };
    expect(await linesOf({ ...sent, headers })).toEqual([
      expect.objectContaining({
        supplier: 'acme',
        client: '127.0.0.1',
        forwardedFor: '203.0.113.7',
        msg: 'request',
        ...expected,
      }),
    ]);
  },
);

test('what was refused is bounded, and without control characters', async () => {
  const body = JSON.stringify({ sku_id: `a\u001b[31m\u202eb${'x'.repeat(5_000)}`, quantity_in_stock: 1 });
  const [line] = await linesOf({ url: LEGACY, body, headers: { 'x-forwarded-for': 'y'.repeat(5_000) } });
  expect(line).toMatchObject({ identifier: { value: expect.stringMatching(/^a\[31mbx{90,98}$/) } });
  expect(line).toMatchObject({ forwardedFor: expect.stringMatching(/^y{100}$/) });
});

test('a call that is answered says nothing of its SKU, nor where it came from', async () => {
  const [line] = await linesOf({ url: LEGACY, body: JSON.stringify(sound) });
  for (const key of ['code', 'identifier', 'client', 'refusedOrigin']) expect(line).not.toHaveProperty(key);
});

test.each([LEGACY, '/graphql'])('a page of an origin that is not listed is told of: %s', async (url) => {
  const from = async (page: string) => (await linesOf({ url, headers: { origin: page, host: 'a:4000' } }))[0];
  expect(await from('https://evil.example')).toMatchObject({ refusedOrigin: 'https://evil.example' });
  // A listed one, and GraphiQL's own.
  for (const page of ['https://dashboard.example', 'http://a:4000'])
    expect(await from(page)).not.toHaveProperty('refusedOrigin');
});

test('who is not known is not named', async () => {
  const [line] = await linesOf({ url: LEGACY, token: 'nobody' });
  expect(line).toMatchObject({ status: 401 });
  expect(line).not.toHaveProperty('supplier');
  expect(line).not.toHaveProperty('tokenName');
});

test('a probe is a line for debugging only', async () => {
  const lines = await linesOf({ url: '/health', method: 'GET' });
  expect(lines).toEqual([expect.objectContaining({ level: 20, door: 'probe' })]);
});

test('a live stream that its client breaks off is a line too', async () => {
  const before = log.length;
  const stream = await follow(origin);
  stream.drop();
  await eventually(() => expect(log.slice(before)).toMatch(/"door":"graphql","status":200/));
});

test('no token is in the log, wherever it is sent', async () => {
  const places: Sent[] = [
    { url: LEGACY, token: SECRET },
    { url: `${LEGACY}?token=${SECRET}` },
    { url: `/graphql?token=${SECRET}&query={__typename}`, method: 'GET', token: SECRET },
    { url: `/graphql?access_token=${SECRET}`, body: `{"query":"{ ${SECRET} }"}` },
    { url: `/nowhere?token=${SECRET}` },
    { url: `/nowhere%3Ftoken=${SECRET}` },
    { url: `/nowhere;token=${SECRET}` },
    { url: `/nowhere&token=${SECRET}` },
    { url: `/%zz?token=${SECRET}` },
    { url: LEGACY, body: SECRET },
  ];
  for (const place of places) expect(await linesOf(place)).toHaveLength(1);
  expect(log).not.toContain(SECRET);
  // The lines are there, and what is harmless is in them.
  expect(log).toContain('"url":"/nowhere"');
});

test('a line is no longer for a longer address', async () => {
  const [line] = await linesOf({ url: `/${'x'.repeat(8_000)}` });
  expect(line).toMatchObject({ status: 404, url: `/${'x'.repeat(99)}` });
  expect(JSON.stringify(line).length).toBeLessThan(500);
});

test('how long it took is said to the client, at both doors, and to pages of listed origins', async () => {
  const dashboard = 'https://dashboard.example';
  for (const url of ['/graphql', LEGACY, `${LEGACY}bulk/`, '/nowhere']) {
    const { headers } = await gateway.server.inject({ method: 'POST', url, headers: { origin: dashboard } });
    expect(headers['server-timing']).toMatch(/^total;dur=\d+\.\d$/);
    expect(headers['timing-allow-origin']).toBe(url === '/nowhere' ? undefined : dashboard);
  }
  const stranger = { origin: 'https://elsewhere.example' };
  const { headers } = await gateway.server.inject({ method: 'POST', url: '/graphql', headers: stranger });
  expect(headers).not.toHaveProperty('timing-allow-origin');
});
