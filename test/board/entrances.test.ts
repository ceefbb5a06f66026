/** The board's entrance to the doors: a session says who calls there, and there alone; pages of other origins are kept out; all else is as at the public doors. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listTokens, revokeToken } from '../../src/db/tokens.ts';
import { eventually } from '../support/eventually.ts';
import { follow } from '../support/event-stream.ts';
import { tokens } from '../support/gateway.ts';
import { makeFolder } from '../support/stores/databases.ts';
import { describeOnEachStore } from '../support/stores/stores.ts';
import { HOST, openBoard, openBoardForTest, ORIGIN, whoAmI, type BoardGateway } from './board-gateway.ts';

const json = { 'content-type': 'application/json' };
const body = JSON.stringify({ query: whoAmI });
const update = `mutation { updateSkuInventory(input: { identifier: { skuId: "EACH" }, quantityInStock: 5, reason: "Counted" }) {
  outcome change { actor source reason } } }`;
const csv = 'sku_id,quantity_in_stock\nshared,4\nnone,1\n';

describeOnEachStore("the board's doors", (kind) => {
  const spool = makeFolder();
  let board: BoardGateway;
  beforeAll(async () => {
    const feedSpool = { folder: join(spool.path, 'spool'), isRequired: true };
    board = await openBoard(kind, { more: { feedSpool } });
  });
  afterAll(async () => {
    await board.close();
    spool.remove();
  });

  test('let a session do what its token may do, under its name', async () => {
    const cookie = await board.cookieOf(tokens.full);
    expect((await board.ask(update, cookie)).json()).toMatchObject({
      data: {
        updateSkuInventory: {
          outcome: 'APPLIED',
          change: { actor: 'dashboard', source: 'GRAPHQL', reason: 'Counted' },
        },
      },
    });
    const viewer = await board.cookieOf(tokens.view);
    expect((await board.ask('{ skus(first: 1) { nodes { skuId } } }', viewer)).statusCode).toBe(200);
    const refused = await board.ask(update, viewer);
    expect([refused.statusCode, refused.json()]).toMatchObject([
      403,
      { errors: [{ extensions: { code: 'FORBIDDEN' } }] },
    ]);
  });

  test('answer GET, and let no cache keep it', async () => {
    const cookie = await board.cookieOf(tokens.full);
    const url = `/board/graphql?query=${encodeURIComponent(whoAmI)}`;
    // Browsers send no Origin with a GET of their own page.
    const answer = await board.server.inject({ url, headers: { host: HOST, cookie } });
    expect([answer.statusCode, answer.headers['cache-control']]).toEqual([200, 'no-store']);
    const mutation = await board.send({ url: `/board/graphql?query=${encodeURIComponent(update)}` }, cookie);
    expect(mutation.statusCode).toBe(405);
  });

  test('read no Authorization header', async () => {
    const authorization = `Token ${tokens.rival}`;
    expect((await board.ask(whoAmI, undefined, { authorization })).statusCode).toBe(401);
    const cookie = await board.cookieOf(tokens.full);
    expect((await board.ask(whoAmI, cookie, { authorization })).json()).toMatchObject({
      data: { viewer: { supplier: 'acme' } },
    });
  });

  test.each([
    ['no cookie', ''],
    ['another cookie', 'session=x; a=b'],
    ['an unknown session', `stockgate_session=${'x'.repeat(43)}`],
    ['a session of the wrong length', 'stockgate_session=x'],
    ['SQL', `stockgate_session=' or 1=1 --`],
    ['an empty name', '=x;;=;'],
    ['a token as a session', `stockgate_session=${tokens.full}`],
    [
      'many of the name',
      Array.from({ length: 9 }, (_, i) => `stockgate_session=${`${i}`.repeat(43)}`).join('; '),
    ],
  ])('let nobody in with %s', async (_what, cookie) => {
    const answer = await board.ask(whoAmI, cookie);
    expect([answer.statusCode, answer.json()]).toEqual([
      401,
      {
        errors: [
          {
            message: 'You are not signed in, or the session has ended. Sign in at /board/.',
            extensions: { code: 'UNAUTHENTICATED' },
          },
        ],
      },
    ]);
    expect((await board.send({ url: '/board/feeds/inventory.csv' }, cookie)).statusCode).toBe(401);
  });

  test('take two cookies of one token as one, and refuse those of two', async () => {
    const [own, again, planted] = [
      await board.cookieOf(tokens.full),
      await board.cookieOf(tokens.full),
      await board.cookieOf(tokens.colleague),
    ];
    const ended = `stockgate_session=${'x'.repeat(43)}`;
    for (const cookie of [`${own}; ${again}`, `${ended}; ${own}`, `${own}; ${own}`])
      expect((await board.ask(whoAmI, cookie)).statusCode).toBe(200);
    for (const cookie of [`${own}; ${planted}`, `${planted}; ${own}`]) {
      const answer = await board.ask(whoAmI, cookie);
      expect([answer.statusCode, answer.body]).toEqual([
        401,
        expect.stringContaining('sessions of two tokens'),
      ]);
    }
    // Signing out ends both, so that the way is free.
    await board.send({ method: 'DELETE', url: '/board/session' }, `${own}; ${planted}`);
    expect((await board.ask(whoAmI, own)).statusCode).toBe(401);
    expect((await board.ask(whoAmI, planted)).statusCode).toBe(401);
  });

  test('take files in, and name their addresses below the board', async () => {
    const cookie = await board.cookieOf(tokens.full);
    const headers = { 'content-type': 'text/csv', prefer: 'wait=30' };
    const handed = await board.send(
      { method: 'POST', url: '/board/feeds/inventory?dryRun=true', headers, payload: csv },
      cookie,
    );
    const { id, rejectedRows } = handed.json<{ id: string; rejectedRows: string }>();
    expect([handed.statusCode, handed.headers['location']]).toEqual([200, `/board/feeds/inventory/${id}`]);
    expect(rejectedRows).toBe(`/board/feeds/inventory/${id}/rejected.csv`);
    const shown = await board.send({ url: `/board/feeds/inventory/${id}` }, cookie);
    expect(shown.json()).toMatchObject({ id, actor: 'dashboard', rejectedRows });
    expect((await board.send({ url: rejectedRows }, cookie)).body).toContain('none');
    const publicly = await board.server.inject({
      url: `/feeds/inventory/${id}`,
      headers: { authorization: `Token ${tokens.full}` },
    });
    expect(publicly.json()).toMatchObject({ id, rejectedRows: `/feeds/inventory/${id}/rejected.csv` });
    const exported = await board.send({ url: '/board/feeds/inventory.csv?sku_id=shared' }, cookie);
    expect([exported.statusCode, exported.headers['content-type']]).toEqual([
      400,
      'application/json; charset=utf-8',
    ]);
    expect((await board.send({ url: '/board/feeds/inventory.csv?search=shared' }, cookie)).body).toContain(
      'shared',
    );
    const viewer = await board.cookieOf(tokens.view);
    const refused = await board.send(
      { method: 'POST', url: '/board/feeds/inventory', headers, payload: csv },
      viewer,
    );
    expect(refused.statusCode).toBe(403);
  });

  test('end with the token, and sessions of other tokens go on', async () => {
    const cookie = await board.cookieOf(tokens.colleague);
    const other = await board.cookieOf(tokens.full);
    const listed = await listTokens(board.store);
    await revokeToken(board.store, listed.find(({ name }) => name === 'colleague')?.id ?? '', new Date());
    await eventually(async () => expect((await board.ask(whoAmI, cookie)).statusCode).toBe(401));
    expect((await board.ask(whoAmI, other)).statusCode).toBe(200);
  });

  test('keep a live stream open until the session ends', async () => {
    const origin = await board.listen();
    const cookie = await board.cookieOf(tokens.full);
    const stays = await follow(origin, { token: tokens.full });
    const headers = { cookie };
    const stream = await follow(origin, { path: '/board/graphql', token: null, method: 'GET', headers });
    expect(stream.status).toBe(200);
    await board.ask(update.replace('5', '6'), cookie);
    expect(await stream.next()).toMatchObject({ change: { skuId: 'EACH' } });
    await board.send({ method: 'DELETE', url: '/board/session' }, cookie);
    await stream.rest();
    await board.graphql(update.replace('5', '7'));
    await stays.take(2);
    stays.drop();
    const refused = await follow(origin, { path: '/board/graphql', token: null, method: 'GET', headers });
    expect(refused.status).toBe(401);
    refused.drop();
  });
});

describe('a request with a cookie', () => {
  let board: BoardGateway;
  let cookie: string;
  beforeAll(async () => {
    board = await openBoard('sqlite');
    cookie = await board.cookieOf(tokens.full);
  });
  afterAll(() => board.close());

  test.each([
    ['POST', '/graphql'],
    ['GET', '/graphql?query=%7B__typename%7D'],
    ['POST', '/timp/products/skus/inventory/'],
    ['POST', '/timp/products/skus/inventory/bulk/'],
    ['GET', '/feeds/inventory.csv'],
  ] as const)('is without a caller at the public door %s %s', async (method, url) => {
    const both = `${cookie}; ${cookie.replace('stockgate', '__Host-stockgate')}`;
    for (const sent of [cookie, both]) {
      const answer = await board.send(
        { method, url, headers: json, ...(method === 'POST' && { payload: body }) },
        sent,
      );
      expect(answer.statusCode).toBe(401);
    }
  });

  /** Every path where a cookie counts. */
  const paths = [
    ['POST', '/board/graphql'],
    ['GET', '/board/graphql?query=%7B__typename%7D'],
    ['GET', '/board/feeds/inventory.csv'],
    ['GET', '/board/session'],
    ['POST', '/board/session'],
    ['DELETE', '/board/session'],
  ] as const;
  const from = [
    ['another origin', { origin: 'https://evil.example' }],
    ['an origin that the public doors allow', { origin: 'https://dashboard.example' }],
    ['another port', { origin: 'http://board.example:4001' }],
    ['a host that begins like it', { origin: 'http://board.example:4000.evil.example' }],
    ['a host with a user', { origin: 'http://board.example:4000@evil.example' }],
    ['another scheme', { origin: `chrome-extension://${HOST}` }],
    ['a sandbox', { origin: 'null' }],
    ['nowhere', { origin: '' }],
    ['two origins', { origin: `${ORIGIN}, https://evil.example` }],
    ['a page of another site', { 'sec-fetch-site': 'cross-site' }],
    ['a page of the same site', { 'sec-fetch-site': 'same-site' }],
    ['two sites', { 'sec-fetch-site': 'same-origin, cross-site' }],
  ] as const;
  test.each(from)(
    'from %s is refused wherever the cookie counts, and changes nothing',
    async (_what, headers) => {
      for (const [method, url] of paths) {
        const answer = await board.send(
          { method, url, headers: { ...json, ...headers }, ...(method === 'POST' && { payload: body }) },
          cookie,
        );
        expect([method, url, answer.statusCode]).toEqual([method, url, 403]);
        expect(answer.body).toContain('Only the gateway');
        expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
        expect(answer.headers).not.toHaveProperty('set-cookie');
      }
      expect((await board.ask(whoAmI, cookie)).statusCode).toBe(200);
    },
  );

  test('without an Origin is refused if its method can change something', async () => {
    for (const [method, url] of paths) {
      const answer = await board.server.inject({
        method,
        url,
        headers: { host: HOST, cookie, ...(method === 'POST' && json) },
        ...(method === 'POST' && { payload: body }),
      });
      expect([url, answer.statusCode]).toEqual([url, method === 'GET' ? 200 : 403]);
    }
  });

  test.each([
    ['behind TLS', { host: 'stock.example', origin: 'https://stock.example' }],
    ['behind TLS with a port', { host: 'stock.example:8443', origin: 'https://stock.example:8443' }],
    ['with the default port in the Host', { host: 'stock.example:443', origin: 'https://stock.example' }],
    ['on port 80', { host: 'stock.example:80', origin: 'http://stock.example' }],
    ['in upper case', { host: 'STOCK.example', origin: 'http://stock.example' }],
    ['at an IPv6 address', { host: '[::1]:4000', origin: 'http://[::1]:4000' }],
    ['from its own page, as browsers say', { 'sec-fetch-site': 'same-origin' }],
    ['from an address that was typed', { 'sec-fetch-site': 'none' }],
  ])('of the own page is answered: %s', async (_what, headers) => {
    expect((await board.ask(whoAmI, cookie, headers)).statusCode).toBe(200);
  });

  test('gets no preflight and no GraphiQL', async () => {
    const preflight = await board.send({
      method: 'OPTIONS',
      url: '/board/graphql',
      headers: { origin: 'https://dashboard.example', 'access-control-request-method': 'POST' },
    });
    expect([preflight.statusCode, preflight.headers]).toEqual([
      403,
      expect.not.objectContaining({ 'access-control-allow-origin': expect.anything() }),
    ]);
    const page = await board.send({ url: '/board/graphql', headers: { accept: 'text/html' } }, cookie);
    expect(page.body).not.toContain('<html');
  });
});

test('a session ends after 12 hours without a request, by the clock of the gateway', async () => {
  let now = Date.parse('2026-11-29T08:00:00.000Z');
  const board = await openBoardForTest('sqlite', { clock: () => new Date(now) });
  const cookie = await board.cookieOf(tokens.full);
  now += 11 * 3_600_000;
  expect((await board.ask(whoAmI, cookie)).statusCode).toBe(200);
  now += 11 * 3_600_000;
  expect((await board.send({ url: '/board/session' }, cookie)).json()).toEqual({
    signedIn: true,
    supplier: 'acme',
  });
  now += 12 * 3_600_000;
  expect((await board.ask(whoAmI, cookie)).statusCode).toBe(401);
  expect((await board.send({ url: '/board/session' }, cookie)).json()).toMatchObject({ signedIn: false });
});

test('what a page asks by itself keeps no session alive', async () => {
  let now = Date.parse('2026-11-29T08:00:00.000Z');
  const board = await openBoardForTest('sqlite', { clock: () => new Date(now) });
  const cookie = await board.cookieOf(tokens.full);
  const byItself = { 'x-board-by-itself': 'true' };
  now += 11 * 3_600_000;
  expect((await board.ask(whoAmI, cookie, byItself)).statusCode).toBe(200);
  now += 3_600_000;
  expect((await board.ask(whoAmI, cookie, byItself)).statusCode).toBe(401);
});

test('without a board none of its paths is there, and a cookie is nothing', async () => {
  const board = await openBoardForTest('sqlite', { more: { board: undefined } });
  for (const url of [
    '/board/',
    '/board',
    '/board/session',
    '/board/graphql',
    '/board/feeds/inventory.csv',
    '/',
  ])
    expect((await board.send({ url, headers: { accept: 'text/html' } })).statusCode).toBe(404);
  expect((await board.signIn(tokens.full)).statusCode).toBe(404);
  expect(existsSync(board.folder)).toBe(true);
});
