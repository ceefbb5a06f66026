/** GraphiQL's page as it is served: to browsers, without a token, whole, and with nothing in it of any request. */
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openGateway, tokens, type Gateway } from './gateway.ts';

/** What browsers send when a person opens an address. */
const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };
/** `src=` or `href=` of a tag, that leads to another host. */
const foreignReference = /<[a-z]+\s[^>]*\b(?:src|href)\s*=\s*["']?(?:https?:)?\/\/[^"'\s>]*/gi;

let gateway: Gateway;
let page: string;
beforeAll(async () => {
  gateway = await openGateway('sqlite');
  page = (await open()).body;
});
afterAll(() => gateway.close());

const open = (headers: Record<string, string> = {}, url = '/graphql') =>
  gateway.server.inject({ method: 'GET', url, headers: { ...browser, ...headers } });

test('a browser gets the page without a token', async () => {
  const response = await open();
  expect(response.statusCode).toBe(200);
  expect(response.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(response.body).toContain('<title>Stockgate GraphiQL</title>');
});

test('a program gets no page, and needs the token', async () => {
  for (const accept of ['*/*', 'application/json', 'application/graphql-response+json']) {
    expect((await open({ accept })).statusCode).toBe(401);
  }
  const posted = await gateway.server.inject({ method: 'POST', url: '/graphql', headers: browser });
  expect(posted.statusCode).toBe(401);
});

describe('it holds nothing of the request', () => {
  test('no header, no query, no cookie: the same bytes for everyone', async () => {
    const marker = 'marker-4711';
    const response = await open(
      {
        authorization: `Bearer ${tokens.full}`,
        cookie: `session=${marker}`,
        referer: `https://${marker}.example/`,
        'user-agent': marker,
        'x-forwarded-host': marker,
        'accept-language': marker,
        host: `${marker}.example`,
      },
      `/graphql?query=%7B${marker}%7D&variables=${marker}`,
    );
    expect(response.body).not.toContain(marker);
    expect(response.body === page, 'the page differs').toBe(true);
    expect(JSON.stringify(response.headers)).not.toContain(marker);
  });

  test('and none of the tokens', () => {
    for (const token of Object.values(tokens)) expect(page.includes(token)).toBe(false);
  });
});

describe('it travels once, and small', () => {
  test('gzip, where the browser reads it', async () => {
    const response = await open({ 'accept-encoding': 'gzip, deflate, br' });
    expect(response.headers['content-encoding']).toBe('gzip');
    expect(response.headers['vary']).toContain('Accept-Encoding');
    expect(response.rawPayload.length).toBeLessThan(page.length / 3);
    expect(gunzipSync(response.rawPayload).toString() === page, 'the page differs').toBe(true);
  });

  test('and 304 after that, without a body', async () => {
    const { etag } = (await open()).headers;
    expect(etag).toMatch(/^"[\w-]{22}"$/);
    const again = await open({ 'if-none-match': String(etag) });
    expect([again.statusCode, again.body]).toEqual([304, '']);
    expect(again.headers['etag']).toBe(etag);
    expect((await open({ 'if-none-match': '"other"' })).statusCode).toBe(200);
  });

  test('caches keep the page and the JSON of one address apart, and one origin from another', async () => {
    const { vary } = (await open({ origin: 'https://dashboard.example' })).headers;
    expect(String(vary).split(', ')).toEqual(expect.arrayContaining(['Accept', 'Accept-Encoding', 'Origin']));
  });
});

test('it refers to no other host', () => {
  expect(page.match(foreignReference) ?? []).toEqual([]);
  // The look-out sees what it is there to see.
  for (const tag of [
    '<script src="https://cdn.example/a.js">',
    "<link rel='x' href='//cdn.example/a.css'>",
  ]) {
    expect(tag.match(foreignReference)).toHaveLength(1);
  }
});
