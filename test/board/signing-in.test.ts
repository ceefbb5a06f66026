/** Signing in to the board: which tokens are good for it, what the cookie is, and that no malformed or surplus request harms anybody. */
import { connect } from 'node:net';
import type { LightMyRequestResponse } from 'fastify';
import pino from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cookieIn, openBoard, openBoardForTest, ORIGIN, whoAmI, type BoardGateway } from './board-gateway.ts';
import { tokens } from '../support/gateway.ts';
import { range } from '../support/range.ts';
import { rawRequest, sendRaw } from '../support/raw-http.ts';
import { describeOnEachStore } from '../support/stores/stores.ts';

describeOnEachStore('signing in', (kind) => {
  let board: BoardGateway;
  beforeAll(async () => (board = await openBoard(kind)));
  afterAll(() => board.close());
  const look = (cookie?: string) => board.send({ url: '/board/session' }, cookie);
  const rows = () => board.store.db.selectFrom('board_session').selectAll().execute();

  test('sets a cookie that no script can read, and that is sent by its own page alone', async () => {
    const answer = await board.signIn(tokens.full);
    expect([answer.statusCode, answer.json()]).toEqual([200, { signedIn: true, supplier: 'acme' }]);
    expect(answer.headers['cache-control']).toBe('no-store');
    const [line = ''] = [answer.headers['set-cookie'] ?? []].flat();
    expect(line).toMatch(
      /^stockgate_session=[\w-]{43}; Path=\/board\/; HttpOnly; SameSite=Strict; Max-Age=34560000$/,
    );
    expect((await look(cookieIn(answer))).json()).toEqual({ signedIn: true, supplier: 'acme' });
    expect((await board.ask(whoAmI, cookieIn(answer))).json()).toEqual({
      data: { viewer: { supplier: 'acme', tokenName: 'dashboard' } },
    });
  });

  test('over HTTPS sets one that no other host can plant', async () => {
    const answer = await board.signIn(tokens.full, {
      origin: 'https://stock.example',
      host: 'stock.example',
    });
    const [line = ''] = [answer.headers['set-cookie'] ?? []].flat();
    expect(line).toMatch(
      /^__Host-stockgate_session=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict; Max-Age=\d+$/,
    );
    // A planted one of the plain name does not count beside it.
    const planted = await board.cookieOf(tokens.rival);
    const both = await board.ask(whoAmI, `${planted}; ${cookieIn(answer)}`);
    expect(both.json()).toMatchObject({ data: { viewer: { supplier: 'acme' } } });
  });

  test.each([
    ['an unknown one', 'nobody', 401, 'UNAUTHENTICATED'],
    ['an expired one', tokens.expired, 401, 'UNAUTHENTICATED'],
    ['one that may not view', tokens.edit, 403, 'FORBIDDEN'],
    ["a retailer's", tokens.retailer, 409, 'FORBIDDEN'],
  ])('is refused with a token of no use: %s', async (_what, token, status, code) => {
    const before = (await rows()).length;
    const answer = await board.signIn(token);
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([status, code]);
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(await rows()).toHaveLength(before);
  });

  test('is for tokens that may only view, too; and a pasted token may have white space around it', async () => {
    expect((await board.signIn(`\n ${tokens.view}\t`)).statusCode).toBe(200);
  });

  test.each([
    ['no body', ''],
    ['no JSON', 'token=a'],
    ['a list', '[]'],
    ['null', 'null'],
    ['no token', '{}'],
    ['an empty token', '{"token":"  "}'],
    ['a number', '{"token":1}'],
    ['an object', '{"token":{}}'],
    ['more than a token', '{"token":"a","b":1}'],
    ['deep JSON', '['.repeat(4_000)],
    ['__proto__', '{"__proto__":{"token":"a"}}'],
    ['no UTF-8', Buffer.from([0x7b, 0xff, 0xfe])],
  ])('is refused with %s', async (_what, payload) => {
    const answer = await board.send({
      method: 'POST',
      url: '/board/session',
      headers: { 'content-type': 'application/json' },
      payload,
    });
    expect([answer.statusCode, answer.json()]).toMatchObject([
      400,
      { code: 'BAD_USER_INPUT', message: expect.stringContaining('{"token": "..."}') },
    ]);
  });

  test.each([
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['text', { 'content-type': 'text/plain' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['no type', {}, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    [
      'gzip',
      { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
  ])('is refused as %s', async (_what, headers, status, code) => {
    const payload = Buffer.from('{"token":"a"}');
    const answer = await board.send({ method: 'POST', url: '/board/session', headers, payload });
    expect([answer.statusCode, answer.json()]).toMatchObject([status, { code }]);
  });

  test('is refused with a body of more than 4 KiB, which is not read', async () => {
    const answer = await board.signIn('x'.repeat(5_000));
    expect([answer.statusCode, answer.json()]).toEqual([
      413,
      { code: 'BODY_TOO_LARGE', message: 'The body may have at most 4096 bytes.' },
    ]);
  });

  test.each(['PUT', 'PATCH', 'OPTIONS'] as const)('is no %s', async (method) => {
    const answer = await board.send({ method, url: '/board/session' });
    expect([answer.statusCode, answer.headers['allow']]).toEqual([405, 'GET, HEAD, POST, DELETE']);
  });

  test('in place of an older session ends that one', async () => {
    const old = await board.cookieOf(tokens.full);
    const answer = await board.send(
      {
        method: 'POST',
        url: '/board/session',
        headers: { 'content-type': 'application/json' },
        payload: JSON.stringify({ token: tokens.view }),
      },
      old,
    );
    expect(answer.statusCode).toBe(200);
    expect((await look(old)).json()).toMatchObject({ signedIn: false });
    expect((await look(cookieIn(answer))).json()).toEqual({ signedIn: true, supplier: 'acme' });
  });

  test('out ends the session at once, and takes the cookie away', async () => {
    const cookie = await board.cookieOf(tokens.full);
    const answer = await board.send({ method: 'DELETE', url: '/board/session' }, cookie);
    expect([answer.statusCode, answer.body]).toEqual([204, '']);
    expect(answer.headers['set-cookie']).toBe(
      'stockgate_session=; Path=/board/; HttpOnly; SameSite=Strict; Max-Age=0',
    );
    expect((await board.ask(whoAmI, cookie)).statusCode).toBe(401);
    const looked = await look(cookie);
    expect([looked.statusCode, looked.json()]).toEqual([200, { signedIn: false, demoToken: null }]);
    expect(looked.headers['set-cookie']).toContain('Max-Age=0');
    // Again, and without any session, it is as well.
    expect((await board.send({ method: 'DELETE', url: '/board/session' }, cookie)).statusCode).toBe(204);
    expect((await board.send({ method: 'DELETE', url: '/board/session' })).statusCode).toBe(204);
  });
});

test('shows the demo’s token before, and only there', async () => {
  const more = { board: { folder: '/nowhere', demoToken: 'demo-token' } };
  const board = await openBoardForTest('sqlite', { more });
  const look = (cookie?: string) => board.send({ url: '/board/session' }, cookie);
  expect((await look()).json()).toEqual({ signedIn: false, demoToken: 'demo-token' });
  expect((await look(await board.cookieOf(tokens.full))).json()).toEqual({
    signedIn: true,
    supplier: 'acme',
  });
});

test('costs units of the token’s rate, so thousands of sign-ins are few commits', async () => {
  // A bucket of 1,000 units: 20 sign-ins.
  const board = await openBoardForTest('sqlite', { server: { ratePerSecond: 100 } });
  const cookie = await board.cookieOf(tokens.full);
  const answers = await Promise.all(range(60).map(() => board.signIn(tokens.full)));
  const statuses = answers.map(({ statusCode }) => statusCode);
  expect(new Set(statuses)).toEqual(new Set([200, 429]));
  expect(statuses.filter((status) => status === 200).length).toBeLessThan(20);
  for (const answer of answers.filter(({ statusCode }) => statusCode === 429)) {
    expect(answer.headers['retry-after']).toBeDefined();
    expect(answer.json()).toMatchObject({ code: 'RATE_LIMITED' });
  }
  // A session has no rate of its own.
  // A session has no rate of its own: it spends what its token has at every door.
  const left = async (answering: Promise<LightMyRequestResponse>) =>
    Number(/r=(\d+)/.exec(String((await answering).headers['ratelimit']))?.[1]);
  const publicly = (token: string) =>
    board.server.inject({
      url: '/graphql?query=%7B__typename%7D',
      headers: { authorization: `Token ${token}` },
    });
  expect(await left(board.ask('{ __typename }', cookie))).toBeLessThan(500);
  expect(await left(publicly(tokens.full))).toBeLessThan(500);
  expect(await left(publicly(tokens.colleague))).toBeGreaterThan(900);
  // Signing out is always possible.
  expect((await board.send({ method: 'DELETE', url: '/board/session' }, cookie)).statusCode).toBe(204);
});

test('without a rate limit happens twice at a time for a supplier', async () => {
  const board = await openBoardForTest('sqlite');
  const answers = await Promise.all(range(50).map(() => board.signIn(tokens.full)));
  const statuses = answers.map(({ statusCode }) => statusCode);
  expect(statuses.filter((status) => status === 200)).toHaveLength(2);
  expect(statuses.filter((status) => status === 429)).toHaveLength(48);
  expect((await board.signIn(tokens.full)).statusCode).toBe(200);
});

test('answers a body that is cut, that lies about its length, or that never comes; and serves others', async () => {
  const board = await openBoardForTest('sqlite', {
    server: { timeouts: { headers: 200, request: 300, checkEvery: 50 } },
  });
  const origin = await board.listen();
  const host = origin.replace('http://', '');
  const headers = { Host: host, Origin: origin, 'Content-Type': 'application/json' };
  const good = JSON.stringify({ token: tokens.full });
  const post = 'POST /board/session';
  const ask = async (more: Record<string, string>, body: string) =>
    (await sendRaw(origin, rawRequest(post, { ...headers, ...more }, body))).status;
  expect(await ask({}, good)).toBe(200);
  expect(await ask({ 'Content-Length': '10000000' }, good)).toBe(413);
  expect(await ask({ 'Content-Length': '1000' }, good)).toBe(408);
  expect(await ask({ 'Transfer-Encoding': 'chunked', 'Content-Length': '' }, good)).toBe(400);
  const socket = connect(Number(host.split(':')[1]), '127.0.0.1');
  socket.on('error', () => undefined).write(`${post} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 100\r\n`);
  socket.destroy();
  expect(await ask({ Cookie: `stockgate_session=${'x'.repeat(20_000)}` }, good)).toBe(431);
  expect(await ask({ Cookie: 'stockgate_session=a; '.repeat(700) }, good)).toBe(200);
  expect(await ask({ Origin: ORIGIN }, good)).toBe(403);
});

test('leaves no token and no session in the log, however it goes', async () => {
  const lines: string[] = [];
  const logger = pino({ level: 'trace' }, { write: (line) => void lines.push(line) });
  const board = await openBoardForTest('sqlite', { server: { logger } });
  const cookie = await board.cookieOf(tokens.full);
  const secret = cookie.split('=')[1] ?? '';
  await board.ask(whoAmI, cookie);
  await board.ask(whoAmI, cookie, { origin: 'https://evil.example' });
  await board.signIn(tokens.expired, { cookie });
  await board.signIn({ token: tokens.full });
  await board.send({ url: `/board/session?${secret}` }, cookie);
  await board.store.db.schema.dropTable('board_session').execute();
  expect((await board.signIn(tokens.full)).statusCode).toBe(500);
  const log = lines.join('');
  expect(log).toContain('"url":"/board/session"');
  expect(log).toContain('"refusedOrigin":"https://evil.example"');
  for (const text of [tokens.full, tokens.expired, secret]) expect(log).not.toContain(text);
});
