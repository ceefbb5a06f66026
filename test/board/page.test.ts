/** The board's page and its files: only what is in the folder, with a strict policy, compressed once, and under each of the page's addresses. */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeGateway } from '../../src/cli/describe-gateway.ts';
import { makeFolder } from '../support/stores/databases.ts';
import { startGateway } from '../support/machine/process.ts';
import { rawRequest, sendRaw } from '../support/raw-http.ts';
import { openBoard, openBoardForTest, type BoardGateway } from './board-gateway.ts';

const page = `<!doctype html><title>Board</title>${' '.repeat(2_000)}`;
const script = 'export const a = 1;\n'.repeat(500);
const html = 'text/html; charset=utf-8';

describe('the page', () => {
  let board: BoardGateway;
  beforeAll(async () => {
    const files = {
      'index.html': page,
      'main-0a1b.js': script,
      'board-2c.css': 'a{}',
      'chart-3d.svg': '<svg/>',
      'main-0a1b.js.map': '{}',
      '.env': 'SECRET',
      'notes.txt': 'SECRET',
    };
    board = await openBoard('sqlite', { files });
    mkdirSync(join(board.folder, 'more.js'));
    mkdirSync(join(board.folder, 'inner'));
    writeFileSync(join(board.folder, 'inner', 'secret.js'), 'SECRET');
    writeFileSync(join(board.folder, '..', 'secret.js'), 'SECRET');
    symlinkSync(join(board.folder, '..', 'secret.js'), join(board.folder, 'link.js'));
    symlinkSync(join(board.folder, 'nowhere'), join(board.folder, 'broken.js'));
  });
  afterAll(() => board.close());
  const get = (url: string, headers: InjectOptions['headers'] = {}) =>
    board.server.inject({ url, headers: { host: 'a', ...headers } });

  test.each([
    '/board/',
    '/board/?q=book',
    '/board/activity',
    '/board/sku/A.1',
    '/board/sku/%2F..',
    '/board/index.html',
  ])('is at %s, with a policy that loads nothing of others', async (url) => {
    const answer = await get(url);
    expect([answer.statusCode, answer.body]).toEqual([200, page]);
    expect(answer.headers).toMatchObject({
      'content-type': html,
      'cache-control': 'no-cache',
      'content-security-policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      vary: 'Accept-Encoding',
    });
  });

  test('is where a browser is led that opens the gateway, from anywhere', async () => {
    const start = await get('/', {
      accept: 'text/html,application/xhtml+xml',
      'sec-fetch-site': 'cross-site',
    });
    expect([start.statusCode, start.headers['location'], start.headers['vary']]).toEqual([
      302,
      '/board/',
      'Accept',
    ]);
    const bare = await get('/board?q=a%20b');
    expect([bare.statusCode, bare.headers['location']]).toEqual([301, '/board/?q=a%20b']);
    expect((await get('/board/', { 'sec-fetch-site': 'cross-site' })).statusCode).toBe(200);
    // A program gets what it got before there was a board.
    expect((await get('/')).json()).toEqual({
      detail: 'Not found.',
      message: 'Not found. GraphQL is at /graphql.',
    });
  });

  test('sends its files for a year, as they are or compressed, and not again', async () => {
    const plain = await get('/board/main-0a1b.js');
    expect(plain.body).toBe(script);
    expect(plain.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      'content-security-policy': expect.stringContaining("connect-src 'self'"),
      'content-length': String(script.length),
    });
    const br = await get('/board/main-0a1b.js', { 'accept-encoding': 'gzip, deflate, br, zstd' });
    expect(br.headers['content-encoding']).toBe('br');
    expect(brotliDecompressSync(br.rawPayload).toString()).toBe(script);
    const gzip = await get('/board/main-0a1b.js', { 'accept-encoding': 'gzip, br;q=0' });
    expect(gunzipSync(gzip.rawPayload).toString()).toBe(script);
    const tags = [plain, br, gzip].map(({ headers }) => String(headers['etag']));
    expect(new Set(tags).size).toBe(3);
    const again = await get('/board/', { 'if-none-match': String((await get('/board/')).headers['etag']) });
    expect([again.statusCode, again.body]).toEqual([304, '']);
  });

  test.each([
    '/board/nothing.js',
    '/board/.env',
    '/board/notes.txt',
    '/board/main-0a1b.js.map',
    '/board/more.js',
    '/board/link.js',
    '/board/broken.js',
    '/board/../secret.js',
    '/board/..%2fsecret.js',
    '/board/%2e%2e/secret.js',
    '/board/%2e%2e%2fsecret.js',
    '/board/..%5csecret.js',
    '/board/main-0a1b.js%00.html',
    '/board/__proto__.js',
    '/board/graphql/a',
    '/board/feeds/a',
    '/board/session/a',
    `/board/${'a'.repeat(5_000)}.js`,
  ])('gives nothing else: %s', async (url) => {
    const answer = await get(url);
    expect(answer.statusCode).toBe(404);
    expect(answer.body).not.toContain('SECRET');
  });

  test('shows no file of a folder within', async () => {
    for (const url of ['/board/inner/secret.js', '/board/constructor', '/board//secret.js'])
      expect((await get(url)).body).toBe(page);
  });

  test('is the same to HEAD, without its body; other methods are refused', async () => {
    const head = await board.server.inject({ method: 'HEAD', url: '/board/', headers: { host: 'a' } });
    expect([head.statusCode, head.body, head.headers['content-length']]).toEqual([
      200,
      '',
      String(page.length),
    ]);
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const) {
      const answer = await board.server.inject({ method, url: '/board/', headers: { host: 'a' } });
      expect([answer.statusCode, answer.headers['allow'], answer.json()]).toMatchObject([
        405,
        'GET, HEAD',
        { code: 'METHOD_NOT_ALLOWED' },
      ]);
    }
  });
});

test('a page that is not built is said to be missing, and is there once it is built', async () => {
  const board = await openBoardForTest('sqlite', { files: {} });
  for (const folder of ['empty', 'missing']) {
    if (folder === 'missing') rmSync(board.folder, { recursive: true });
    const answer = await board.send({ url: '/board/' });
    expect([answer.statusCode, answer.json()]).toMatchObject([
      404,
      { message: expect.stringContaining('npm run build') },
    ]);
  }
  mkdirSync(board.folder);
  writeFileSync(join(board.folder, 'index.html'), page);
  expect((await board.send({ url: '/board/' })).body).toBe(page);
  // From then on it is in memory.
  rmSync(board.folder, { recursive: true });
  expect((await board.send({ url: '/board/' })).body).toBe(page);
});

test.each([
  [false, true],
  [true, false],
])('the start tells where it is, unless it is left out: --no-board %s', (hasNoBoard, isTold) => {
  const settings = { demo: true, database: 'sqlite:a.db', graphiql: 'on', 'no-board': hasNoBoard } as const;
  const text = describeGateway('http://127.0.0.1:4000', undefined, settings);
  expect(text.includes('  Board      http://127.0.0.1:4000/board/\n')).toBe(isTold);
});

describe('the program', () => {
  const folder = makeFolder();
  afterAll(() => folder.remove());
  const start = (name: string, ...flags: string[]) =>
    startGateway(`sqlite:${join(folder.path, name)}`, ...flags);

  test('serves the built board, in which the demo’s token is filled in', async () => {
    const demo = await start('demo.db', '--demo');
    try {
      const answer = await fetch(`${demo.origin}/`, { headers: { accept: 'text/html' } });
      expect([answer.status, answer.url]).toEqual([200, `${demo.origin}/board/`]);
      const text = await answer.text();
      expect(text).not.toMatch(/<script>|<style|style=| on\w+=/);
      for (const [, path = ''] of text.matchAll(/(?:src|href)="(\/[^"]+)"/g)) {
        const file = await fetch(demo.origin + path);
        expect([path, file.status, file.headers.get('cache-control')]).toEqual([
          path,
          200,
          'public, max-age=31536000, immutable',
        ]);
      }
      const session = `${demo.origin}/board/session`;
      const { demoToken } = (await (await fetch(session)).json()) as { demoToken: string };
      const signedIn = await fetch(session, {
        method: 'POST',
        headers: { origin: demo.origin, 'content-type': 'application/json' },
        body: JSON.stringify({ token: demoToken }),
      });
      const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
      expect(await (await fetch(session, { headers: { cookie } })).json()).toEqual({
        signedIn: true,
        supplier: 'demo',
      });
      for (const path of ['/board/', '/board/session', '/board/graphql', '/board/feeds/inventory.csv'])
        expect((await sendRaw(demo.origin, rawRequest(`GET ${path}`, { Host: 'evil.example' }))).status).toBe(
          421,
        );
    } finally {
      await demo.stop();
    }
  });

  test('leaves it out with --no-board', async () => {
    const gateway = await start('none.db', '--no-board');
    try {
      for (const path of ['/', '/board/', '/board/session', '/board/graphql'])
        expect((await fetch(gateway.origin + path, { headers: { accept: 'text/html' } })).status).toBe(404);
    } finally {
      await gateway.stop();
    }
  });
});
