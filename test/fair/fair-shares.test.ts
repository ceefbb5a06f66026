/** One supplier has at most its part of the connections, of the requests in work and of the bytes in flight, and another's small requests pass. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { ServerOptions } from '../../src/http/server.ts';
import { oneThread, openGateway, tokens, type Gateway } from '../support/gateway.ts';
import { rawRequest, sendRaw } from '../support/raw-http.ts';
import { range } from '../support/range.ts';

const BULK = '/timp/products/skus/inventory/bulk/';
const small = JSON.stringify({ query: '{ __typename }' });

let gateway: Gateway;
let origin: string;
const sockets: Socket[] = [];
async function open(options: Partial<ServerOptions>): Promise<void> {
  gateway = await openGateway('sqlite', undefined, options, oneThread);
  origin = await gateway.listen();
}
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await gateway.close();
});

const auth = (token: string) => ({ Authorization: `Token ${token}`, 'Content-Type': 'application/json' });
const askSmall = (token: string) => sendRaw(origin, rawRequest('POST /graphql', auth(token), small));

/** A connection that stays open; `text` grows with what comes. */
async function begin(bytes: string | Buffer): Promise<{ socket: Socket; text: string }> {
  const socket = connect(Number(new URL(origin).port), '127.0.0.1');
  sockets.push(socket);
  const client = { socket, text: '' };
  socket.on('data', (chunk) => (client.text += chunk.toString()));
  socket.on('error', () => socket.destroy());
  await once(socket, 'connect');
  socket.write(bytes);
  return client;
}
const halfSent = (token: string, length: number, sent: number) =>
  begin(
    `POST ${BULK} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Token ${token}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${length}\r\n\r\n${' '.repeat(sent)}`,
  );

test('connections without a token have half of all: the oldest gives way, and a known caller stays and gets in', async () => {
  await open({ connections: 8 });
  const greet = 'GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n';
  const known = await begin(
    `POST /graphql HTTP/1.1\r\nHost: localhost\r\nAuthorization: Token ${tokens.full}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${small.length}\r\n\r\n${small}`,
  );
  await expect.poll(() => known.text).toContain('200 OK');
  const strangers: Awaited<ReturnType<typeof begin>>[] = [];
  for (const _ of range(12)) {
    const stranger = await begin(greet);
    await expect.poll(() => stranger.text).toContain('200 OK');
    strangers.push(stranger);
  }
  await expect.poll(() => strangers.filter(({ socket }) => socket.destroyed).length).toBe(8);
  expect(strangers.slice(0, 8).every(({ socket }) => socket.destroyed)).toBe(true);
  expect(known.socket.destroyed).toBe(false);
  expect((await askSmall(tokens.rival)).status).toBe(200);
});

describe('bytes in flight', () => {
  const MEBIBYTE = 1_048_576;
  test('of half-sent bodies a quarter of the budget is taken, the others get 503; small requests and other suppliers pass', async () => {
    await open({ inFlightMib: 64 });
    const clients = await Promise.all(range(10).map(() => halfSent(tokens.full, 8 * MEBIBYTE, 65_536)));
    const refused = () => clients.filter(({ text }) => text.startsWith('HTTP/1.1 503'));
    await expect.poll(() => refused().length, { timeout: 10_000 }).toBe(8);
    expect(refused()[0]?.text).toMatch(/retry-after: 1\r\n/i);
    expect(refused()[0]?.text).toContain('Too many bytes of requests and answers are in flight.');
    expect((await askSmall(tokens.full)).status).toBe(200);
    const large = rawRequest(`POST ${BULK}`, auth(tokens.rival), `[]${' '.repeat(MEBIBYTE)}`);
    expect((await sendRaw(origin, large)).status).toBe(200);
    // What ends gives its bytes back.
    for (const { socket } of clients) socket.destroy();
    const mine = rawRequest(`POST ${BULK}`, auth(tokens.full), `[]${' '.repeat(MEBIBYTE)}`);
    await expect.poll(async () => (await sendRaw(origin, mine)).status, { timeout: 10_000 }).toBe(200);
  });

  test('a body of no declared length is counted as it comes', async () => {
    await open({ inFlightMib: 8 });
    const head = `POST ${BULK} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Token ${tokens.full}\r\n`;
    const chunk = `10000\r\n${' '.repeat(65_536)}\r\n`;
    const client = await begin(
      `${head}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(60)}`,
    );
    await expect.poll(() => client.text, { timeout: 10_000 }).toMatch(/^HTTP\/1\.1 503 /);
  });

  test('the body of a request of an unknown caller, or to nowhere, is not kept', async () => {
    await open({});
    const before = process.memoryUsage().arrayBuffers;
    const start = `POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${MEBIBYTE}\r\n\r\n`;
    await Promise.all(range(50).map(() => begin(start + ' '.repeat(MEBIBYTE - 10))));
    // What the clients still have to send is in this process too.
    const held = () => process.memoryUsage().arrayBuffers - before;
    await expect.poll(held, { timeout: 20_000 }).toBeLessThan(25 * MEBIBYTE);
  });
});

describe('connections', () => {
  test('a quarter is for one supplier: past it 429, and the connection ends; a connection that closes makes room', async () => {
    await open({ connections: 40 });
    const request = rawRequest('POST /graphql', { ...auth(tokens.full), Connection: 'keep-alive' }, small);
    const clients = await Promise.all(range(10).map(() => begin(request)));
    await expect
      .poll(() => clients.filter(({ text }) => text.startsWith('HTTP/1.1 200')).length, { timeout: 10_000 })
      .toBe(10);
    const refused = await askSmall(tokens.full);
    expect([refused.status, refused.headers.get('retry-after'), refused.headers.get('connection')]).toEqual([
      429,
      '1',
      'close',
    ]);
    expect(JSON.parse(refused.body).errors[0].extensions.code).toBe('RATE_LIMITED');
    expect((await askSmall(tokens.rival)).status).toBe(200);
    clients[0]?.socket.destroy();
    await expect.poll(async () => (await askSmall(tokens.full)).status, { timeout: 10_000 }).toBe(200);
  });
});

describe('requests in work', () => {
  const turns = { running: 2, runningBesideOthers: 2, waiting: 3, waitMs: 400 };
  test('those past the bound wait their turn, those past the line are refused, and another supplier passes', async () => {
    await open({ turns: { ...turns, waitMs: 60_000 } });
    const working = await Promise.all(range(2).map(() => halfSent(tokens.full, 100, 10)));
    const request = rawRequest('POST /graphql', auth(tokens.full), small);
    // The order in which connections are accepted is the system's: poll until two are in work.
    const waiting = await Promise.all(range(3).map(() => begin(request)));
    await expect.poll(async () => (await askSmall(tokens.full)).status, { timeout: 10_000 }).toBe(503);
    expect((await askSmall(tokens.rival)).status).toBe(200);
    expect(waiting.map(({ text }) => text)).toEqual(['', '', '']);
    for (const { socket } of working) socket.destroy();
    await expect
      .poll(() => waiting.every(({ text }) => text.startsWith('HTTP/1.1 200')), { timeout: 10_000 })
      .toBe(true);
  });

  test('who waits for too long is told so', async () => {
    await open({ turns });
    await Promise.all(range(2).map(() => halfSent(tokens.full, 100, 10)));
    await expect.poll(async () => (await askSmall(tokens.full)).status, { timeout: 10_000 }).toBe(503);
    expect((await askSmall(tokens.full)).body).toContain('More requests of your supplier wait');
  });
});
