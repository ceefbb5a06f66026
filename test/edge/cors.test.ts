/** Pages of other origins: what they may send and read, at both doors, and scripts that notice nothing of it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serveOptions } from '../../src/cli/options/settings.ts';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';

const LEGACY = '/timp/products/skus/inventory/';
const listed = 'https://dashboard.example';
const update = '{"sku_id":"EACH","quantity_in_stock":1}';
const json = { authorization: `Token ${tokens.full}`, 'content-type': 'application/json' };

let gateway: Gateway;
let withoutOrigins: Gateway;
beforeAll(async () => {
  gateway = await openGateway('sqlite', undefined);
  withoutOrigins = await openGateway('sqlite', undefined, { corsOrigins: [] });
});
afterAll(async () => {
  await gateway.close();
  await withoutOrigins.close();
});

const namesIn = (header: unknown) => String(header).split(', ');

describe.each(['/graphql', LEGACY, `${LEGACY}bulk/`])('at %s', (url) => {
  const preflight = (origin: string) =>
    gateway.server.inject({
      method: 'OPTIONS',
      url,
      headers: { origin, 'access-control-request-method': 'POST' },
    });

  test('a preflight allows what doors read and what tracing adds, and needs no token', async () => {
    const { statusCode, headers } = await preflight(listed);
    expect(statusCode).toBe(204);
    expect(headers['access-control-allow-origin']).toBe(listed);
    expect(namesIn(headers['access-control-allow-headers'])).toEqual(
      expect.arrayContaining([
        ...['authorization', 'content-type', 'x-request-id', 'x-include-cost', 'if-match', 'idempotency-key'],
        ...['traceparent', 'tracestate', 'baggage', 'sentry-trace'],
      ]),
    );
  });

  test('the page may read what helps it, of answers and of refusals', async () => {
    for (const authorization of [json.authorization, 'Token nobody']) {
      const headers = { ...json, authorization, origin: listed };
      const response = await gateway.server.inject({ method: 'POST', url, headers, payload: update });
      expect(response.headers['access-control-allow-origin']).toBe(listed);
      expect(namesIn(response.headers['access-control-expose-headers'])).toEqual(
        expect.arrayContaining([
          ...['x-request-id', 'retry-after', 'ratelimit', 'ratelimit-policy'],
          ...['etag', 'idempotent-replayed', 'x-ignored-fields'],
        ]),
      );
    }
  });

  test('a page of another origin is allowed nothing', async () => {
    const { headers } = await preflight('https://evil.example');
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

test.each([
  ['POST', update],
  ['POST', '{'],
  ['OPTIONS', undefined],
  ['GET', undefined],
] as const)('a script on the legacy path notices nothing: %s %s', async (method, payload) => {
  for (const url of [LEGACY, `${LEGACY}bulk/`]) {
    const [listing, plain] = await Promise.all(
      [gateway, withoutOrigins].map(async ({ server }) => {
        const headers = { ...json, 'x-request-id': 'an-id' };
        const {
          statusCode,
          headers: answered,
          body,
        } = await server.inject({
          method,
          url,
          headers,
          ...(payload !== undefined && { payload }),
        });
        const { date: _date, 'server-timing': _timing, ...lasting } = answered;
        return { statusCode, names: Object.keys(answered), lasting, body };
      }),
    );
    expect(listing).toEqual(plain);
    expect(listing?.names).not.toContain('vary');
  }
});

test.each(['https://*.example.com', '*', 'https://dashboard.example.com/', 'dashboard.example.com'])(
  '--cors-origin %s is refused at the start',
  (origin) => {
    expect(serveOptions['cors-origin'].schema.safeParse([origin]).success).toBe(false);
  },
);

test('a * within an origin is refused with the reason', () => {
  const { error } = serveOptions['cors-origin'].schema.safeParse(['https://*.example.com']);
  expect(error?.issues[0]?.message).toBe(
    'An origin is compared as a whole, so * matches nothing. Give each origin by itself.',
  );
});
