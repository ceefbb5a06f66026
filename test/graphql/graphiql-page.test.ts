/** GraphiQL's page as it is served: to browsers, without a token, compressed, and with nothing in it of any request. */
import { createHash } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';

/** What browsers send when a person opens an address. */
const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };
/** `src=` or `href=` of a tag, that leads to another host. */
const foreignReference = /<[a-z]+\s[^>]*\b(?:src|href)\s*=\s*["']?(?:https?:)?\/\/[^"'\s>]*/gi;

let gateway: Gateway;
let page: string;
/** While the page was made, in milliseconds. */
let longestBlock: number;
beforeAll(async () => {
  gateway = await openGateway('sqlite');
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  page = textOf(await open());
  delay.disable();
  longestBlock = delay.max / 1e6;
});
afterAll(() => gateway.close());

const open = (headers: Record<string, string> = {}, url = '/graphql') =>
  gateway.server.inject({
    method: 'GET',
    url,
    headers: { ...browser, 'accept-encoding': 'gzip, deflate, br', ...headers },
  });

const textOf = ({ rawPayload }: Awaited<ReturnType<typeof open>>) =>
  brotliDecompressSync(rawPayload).toString();

test('a browser gets the page without a token', async () => {
  const response = await open();
  expect(response.statusCode).toBe(200);
  expect(response.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(page).toContain('<title>Stockgate GraphiQL</title>');
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
    expect(page).not.toContain(marker);
    expect(textOf(response) === page, 'the page differs').toBe(true);
    expect(JSON.stringify(response.headers)).not.toContain(marker);
  });

  test('and none of the tokens', () => {
    for (const token of Object.values(tokens)) expect(page.includes(token)).toBe(false);
  });
});

describe('it travels once, and small', () => {
  test.each([
    ['br', 'gzip, deflate, br', brotliDecompressSync],
    ['br', '*', brotliDecompressSync],
    ['gzip', 'GZIP', gunzipSync],
    ['gzip', 'br;q=0, *;q=0.5', gunzipSync],
    ['gzip', 'br; q=0.000, gzip;q=0.2', gunzipSync],
  ] as const)('as %s for Accept-Encoding: %s', async (encoding, accepted, unpack) => {
    const response = await open({ 'accept-encoding': accepted });
    expect(response.headers['content-encoding']).toBe(encoding);
    expect(response.headers['vary']).toContain('Accept-Encoding');
    expect(response.rawPayload.length).toBeLessThan(page.length / 3);
    expect(unpack(response.rawPayload).toString() === page, 'the page differs').toBe(true);
  });

  test.each(['', 'identity', 'deflate', 'br;q=0, gzip;q=0', '*;q=0'])(
    'and not at all for Accept-Encoding: "%s"',
    async (accepted) => {
      const response = await open({ 'accept-encoding': accepted });
      expect([response.statusCode, response.headers['content-type']]).toEqual([
        406,
        'text/plain; charset=utf-8',
      ]);
      expect(response.body).toContain('Accept br or gzip');
    },
  );

  test('304 after that, without a body, each encoding under a tag of its own', async () => {
    const tags = new Set<unknown>();
    for (const encoding of ['br', 'gzip']) {
      const ask = (tag?: string) =>
        open({ 'accept-encoding': encoding, ...(tag && { 'if-none-match': tag }) });
      const { etag } = (await ask()).headers;
      expect(etag).toMatch(/^"[\w-]{22}-(?:br|gzip)"$/);
      tags.add(etag);
      for (const tag of [String(etag), `"other", W/${String(etag)}`, '*']) {
        const again = await ask(tag);
        expect([again.statusCode, again.body, again.headers['etag']]).toEqual([304, '', etag]);
      }
      expect((await ask('"other"')).statusCode).toBe(200);
    }
    expect(tags.size).toBe(2);
  });

  test('it is made beside the event loop, and once for all who ask', async () => {
    const another = await openGateway('sqlite');
    const ask = () =>
      another.server.inject({
        method: 'GET',
        url: '/graphql',
        headers: { ...browser, 'accept-encoding': 'br' },
      });
    const answers = await Promise.all([ask(), ask(), ask()]);
    const tags = new Set(answers.map(({ headers }) => headers['etag']));
    await another.close();
    expect([...tags]).toEqual([(await open()).headers['etag']]);
    const making = performance.now();
    const { renderPage } = await import('../../src/http/graphql/graphiql-page.ts');
    renderPage({});
    // On the loop it would have blocked for all of this.
    expect(longestBlock).toBeLessThan((performance.now() - making) / 3);
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

describe('a browser that shows it', () => {
  test('runs its own scripts alone, and shows it in no frame', async () => {
    for (const headers of [{}, { 'if-none-match': '*' }] as Record<string, string>[]) {
      const response = await open(headers);
      const policy = new Map(
        String(response.headers['content-security-policy'])
          .split('; ')
          .map((directive) => [directive.split(' ')[0], directive.split(' ').slice(1)]),
      );
      expect(policy.get('default-src')).toEqual(["'none'"]);
      expect(policy.get('frame-ancestors')).toEqual(["'none'"]);
      expect(policy.get('connect-src')).toEqual(["'self'"]);
      const scripts = Array.from(page.matchAll(/<script>([^]*?)<\/script>/g), ([, text = '']) => text);
      expect(scripts.length).toBeGreaterThan(0);
      expect(policy.get('script-src')).toEqual(
        scripts.map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`),
      );
      expect(response.headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'x-frame-options': 'DENY',
      });
    }
  });
});

test('--graphiql off: a browser is answered as any program', async () => {
  const without = await openGateway('sqlite', undefined, { graphiql: null });
  const ask = (headers: Record<string, string>) =>
    without.server.inject({
      method: 'GET',
      url: '/graphql',
      headers: { 'accept-encoding': 'br', ...headers },
    });
  const [page401, program] = [await ask(browser), await ask({ accept: 'application/json' })];
  expect([page401.statusCode, page401.body]).toEqual([program.statusCode, program.body]);
  expect(page401.statusCode).toBe(401);
  await without.close();
});
