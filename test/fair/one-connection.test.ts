/** What one connection sends costs the others little: many requests at once, bodies in tiny pieces, bodies of refused requests. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { ServerOptions } from '../../src/http/server.ts';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';
import { rawRequest, sendRaw } from '../support/raw-http.ts';

let gateway: Gateway;
let origin: string;
const sockets: Socket[] = [];
async function open(options: Partial<ServerOptions> = {}): Promise<void> {
  gateway = await openGateway('sqlite', undefined, options);
  origin = await gateway.listen();
}
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await gateway.close();
});

const small = JSON.stringify({ query: '{ __typename }' });
const headers = { Authorization: `Token ${tokens.full}`, 'Content-Type': 'application/json' };
const ask = () => sendRaw(origin, rawRequest('POST /graphql', headers, small));
const keepAlive = (body = small) =>
  rawRequest('POST /graphql', { ...headers, Connection: 'keep-alive' }, body).toString('latin1');

/** A connection that has sent this; `text` grows with what comes. */
async function begin(bytes: string): Promise<{ socket: Socket; text: string; isClosed: boolean }> {
  const socket = connect(Number(new URL(origin).port), '127.0.0.1');
  sockets.push(socket);
  const client = { socket, text: '', isClosed: false };
  socket.on('data', (chunk) => (client.text += chunk.toString()));
  socket.on('error', () => socket.destroy());
  socket.on('close', () => (client.isClosed = true));
  await once(socket, 'connect');
  socket.write(bytes);
  return client;
}

const patient = { timeout: 20_000 };
const answersIn = (text: string) => text.split('HTTP/1.1 200 OK').length - 1;

test('requests that are sent at once are answered one after another, in their order', async () => {
  await open();
  const named = Array.from({ length: 20 }, (_, i) => JSON.stringify({ query: `{ a${i}: __typename }` }));
  const client = await begin(named.map((body) => keepAlive(body)).join(''));
  await expect.poll(() => answersIn(client.text), patient).toBe(20);
  expect([...client.text.matchAll(/"a(\d+)"/g)].map(([, i]) => Number(i))).toEqual(named.map((_, i) => i));
});

test('requests in line on a connection that goes away leave no turn taken', async () => {
  await open({ turns: { running: 3, runningBesideOthers: 3, waiting: 0, waitMs: 1_000 } });
  const stream = JSON.stringify({ query: 'subscription { inventoryChanged { change { id } } }' });
  const follow = rawRequest(
    'POST /graphql',
    { ...headers, Accept: 'text/event-stream', Connection: 'keep-alive' },
    stream,
  ).toString('latin1');
  const client = await begin(follow + keepAlive().repeat(10));
  await expect.poll(() => client.text, patient).toContain('text/event-stream');
  client.socket.resetAndDestroy();
  await expect.poll(async () => (await ask()).status, { timeout: 5_000 }).toBe(200);
});

test('a connection that sends hundreds at once is cut off', async () => {
  await open();
  const client = await begin('GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(2_000));
  await expect.poll(() => client.isClosed, patient).toBe(true);
  expect(answersIn(client.text)).toBeLessThan(100);
  expect((await ask()).status).toBe(200);
});

test('a body in thousands of tiny pieces is refused, and one in pieces of some length is read', async () => {
  await open();
  const chunked = { ...headers, 'Transfer-Encoding': 'chunked' };
  const head = `POST /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${Object.entries(chunked)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`;
  const inPieces = (text: string, size: number) =>
    (text.match(new RegExp(`.{1,${size}}`, 'g')) ?? [])
      .map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`)
      .join('') + '0\r\n\r\n';
  const body = small + ' '.repeat(5_000);
  const refused = await sendRaw(origin, head + inPieces(body, 1));
  expect([refused.status, refused.body]).toEqual([400, expect.stringContaining('too many small pieces')]);
  expect((await sendRaw(origin, head + inPieces(body, 64))).status).toBe(200);
  expect((await sendRaw(origin, head + inPieces(small, 1))).status).toBe(200);
});

test('of a large body without a good token little is read, and the answer arrives', async () => {
  await open();
  const answer = await sendRaw(
    origin,
    rawRequest(
      'POST /graphql',
      { ...headers, Authorization: 'Token wrong', Connection: 'keep-alive' },
      small + ' '.repeat(4_000_000),
    ),
  );
  expect([answer.status, answer.headers.get('connection')]).toEqual([401, 'close']);
});
