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
  origin = await gateway.server.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => gateway.close());

interface Sent {
  readonly url: string;
  readonly token?: string;
  readonly body?: string;
  readonly method?: string;
}

let count = 0;
/** The lines that one request left. */
async function linesOf({ url, token = tokens.full, body = '{}', method = 'POST' }: Sent) {
  const id = `request-${count++}`;
  await gateway.server.inject({
    method: method as 'POST',
    url,
    headers: { authorization: `Token ${token}`, 'content-type': 'application/json', 'x-request-id': id },
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
    expect(headers['timing-allow-origin']).toBe(url === '/graphql' ? dashboard : undefined);
  }
  const stranger = { origin: 'https://elsewhere.example' };
  const { headers } = await gateway.server.inject({ method: 'POST', url: '/graphql', headers: stranger });
  expect(headers).not.toHaveProperty('timing-allow-origin');
});
