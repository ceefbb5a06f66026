/** Nothing that a client puts on the wire hurts: framing that proxies disagree on, slow clients, endless bodies, forms of other sites. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';
import { rawRequest, sendRaw, type RawAnswer } from '../support/raw-http.ts';

const timeouts = { headers: 150, request: 300, checkEvery: 25 };
const update = JSON.stringify({ sku_id: 'shared', quantity_in_stock: 66 });
const mutation = JSON.stringify({
  query:
    'mutation { updateSkuInventory(input: { identifier: { skuId: "shared" }, quantityInStock: 66 }) { outcome } }',
});
const doors = [
  ['the legacy door', '/timp/products/skus/inventory/', update],
  ['GraphQL', '/graphql', mutation],
] as const;

let gateway: Gateway;
let origin: string;
beforeAll(async () => {
  gateway = await openGateway('sqlite', undefined, { timeouts });
  origin = await gateway.listen();
});
afterAll(() => gateway.close());

const isUpdated = async () =>
  (await gateway.graphql('{ sku(by: { skuId: "shared" }) { version } }')).body.data.sku.version > 0;

function expectMessage({ body, headers }: RawAnswer, message: string): void {
  expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(JSON.parse(body)).toEqual({ detail: message, message });
}

describe.each(doors)('%s', (_door, path, body) => {
  const length = Buffer.byteLength(body);
  const hex = length.toString(16);
  const auth = `Authorization: Token ${tokens.full}\r\nContent-Type: application/json\r\n`;
  const start = `POST ${path} HTTP/1.1\r\nHost: localhost\r\n${auth}`;
  const chunked = `${start}Transfer-Encoding: chunked\r\n\r\n`;
  const hidden = `${start}Content-Length: ${length}\r\n\r\n${body}`;
  test.each([
    [
      'the same length twice',
      `${start}Content-Length: ${length}\r\nContent-Length: ${length}\r\n\r\n${body}`,
    ],
    ['a list of lengths', `${start}Content-Length: ${length}, ${length}\r\n\r\n${body}`],
    ['a length with a sign', `${start}Content-Length: +${length}\r\n\r\n${body}`],
    ['a space before a colon', `${start}Content-Length : ${length}\r\n\r\n${body}`],
    ['a header over two lines', `${start}X-A: b\r\n c\r\nContent-Length: ${length}\r\n\r\n${body}`],
    ['lines without a carriage return', hidden.replaceAll('\r\n', '\n')],
    ['a carriage return alone', hidden.replace('\r\n', '\r\nX-A: b\rX-B: c\r\n')],
    [
      'a length, then chunks that hide a request',
      `${start}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
    ],
    ['chunks that are spelled oddly', `${start}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${hidden}`],
    ['chunks behind a control character', `${start}Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n${hidden}`],
    [
      'chunks that are not the last encoding',
      `${start}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${hidden}`,
    ],
    [
      'two encodings on two lines',
      `${start}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${hidden}`,
    ],
    ['a chunk size with 0x', `${chunked}0x${hex}\r\n${body}\r\n0\r\n\r\n`],
    ['a negative chunk size', `${chunked}-1\r\n${body}\r\n0\r\n\r\n`],
    ['a chunk size past 64 bits', `${chunked}${'f'.repeat(17)}\r\n${body}\r\n0\r\n\r\n`],
    ['a chunk longer than its size', `${chunked}1\r\n${body}\r\n0\r\n\r\n`],
    ['chunks ended by line feeds alone', `${chunked}${hex}\n${body}\n0\n\n`],
    ['a chunk extension ended by a line feed', `${chunked}${hex};a\n${body}\r\n0\r\n\r\n`],
    ['a chunk extension of 20 KB', `${chunked}${hex};${'a'.repeat(20_000)}\r\n${body}\r\n0\r\n\r\n`],
    ['a length as a trailer', `${chunked}${hex}\r\n${body}\r\n0\r\nContent-Length: 0\r\n\r\n`],
    ['a version that there is not', hidden.replace('HTTP/1.1', 'HTTP/1.2')],
  ])('nothing is smuggled in: %s is a 400, and the connection ends', async (_shape, request) => {
    const answer = await sendRaw(origin, Buffer.from(request, 'latin1'));
    expect([answer.status, answer.text.split('HTTP/1.1 ').length - 1]).toEqual([400, 1]);
    expectMessage(answer, 'This is not a valid HTTP request.');
    expect(await isUpdated()).toBe(false);
  });

  test.each([
    ['none', ''],
    ['two', 'Host: evil.example\r\nHost: localhost\r\n'],
    ['the same twice', 'Host: localhost\r\nhost: localhost\r\n'],
  ])('a request has one Host: %s is a 400', async (_hosts, lines) => {
    const request = hidden.replace('Host: localhost\r\n', `Connection: close\r\n${lines}`);
    const answer = await sendRaw(origin, request);
    expect(answer.status).toBe(400);
    expectMessage(answer, 'A request must have one Host header.');
    expect(await isUpdated()).toBe(false);
  });

  test('a Host that is none changes nothing: no answer is made of it', async () => {
    for (const Host of ['a b/c@"', '', 'evil.example:99999', '<script>'])
      expect((await sendRaw(origin, rawRequest(`GET ${path}`, { Host }))).text).not.toMatch(/evil|script/);
  });

  test.each([
    ['text/plain'],
    ['application/x-www-form-urlencoded'],
    ['multipart/form-data; boundary=x'],
    ['text/plain; application/json'],
    ['text/plain; charset=application/json'],
    [''],
  ])('what a page of another site can send as %s is a 415, and nothing is done', async (type) => {
    const headers = {
      Authorization: `Token ${tokens.full}`,
      'Content-Type': type,
      Origin: 'https://evil.example',
    };
    const answer = await sendRaw(origin, rawRequest(`POST ${path}`, headers, body));
    expect(answer.status).toBe(415);
    expect(answer.text).not.toMatch(/^access-control/im);
    expect(await isUpdated()).toBe(false);
  });

  test('an expectation that cannot be met is a 417, and nothing is done', async () => {
    const headers = {
      Authorization: `Token ${tokens.full}`,
      'Content-Type': 'application/json',
      Expect: 'tea',
    };
    const answer = await sendRaw(origin, rawRequest(`POST ${path}`, headers, body));
    expect(answer.status).toBe(417);
    expectMessage(answer, 'The only supported Expect value is 100-continue.');
    expect(await isUpdated()).toBe(false);
  });

  /** Writes the parts, one at a time, for as long as it may. */
  async function trickle(parts: Iterable<string>, everyMs: number, to = origin) {
    const began = performance.now();
    const socket = connect(Number(new URL(to).port), '127.0.0.1');
    let text = '';
    let sent = 0;
    socket.on('data', (chunk) => (text += chunk.toString()));
    socket.on('error', () => socket.destroy());
    // Not `once` of node:events, which would throw the socket's error.
    const until = (event: string) => new Promise((resolve) => socket.once(event, resolve));
    const closed = until('close');
    for (const part of parts) {
      if (socket.destroyed) break;
      sent += part.length;
      if (!socket.write(part)) await Promise.race([until('drain'), closed]);
      await sleep(everyMs);
    }
    await closed;
    return { text, sent, ms: performance.now() - began };
  }
  const forever = function* (first: string, next: string) {
    yield first;
    for (let i = 0; i < 100_000; i++) yield next;
  };

  test.concurrent.each([
    ['who finishes no header', forever(start, 'X-A: b\r\n')],
    ['who ends no line', forever(start.slice(0, 9), 'a')],
    ['who says nothing', ['']],
    ['whose body trickles', forever(`${start}Content-Length: ${length}\r\n\r\n`, body.slice(0, 1))],
    ['whose chunks trickle', forever(chunked, '1\r\n \r\n')],
  ])('a slow client is cut off: one %s', async (_how, parts) => {
    const { text, ms } = await trickle(parts, 20);
    expect(ms).toBeLessThan(15_000);
    expect(text).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    expect(text).toContain('{"detail":"The request took too long to arrive."');
  });

  test('an endless body is a 413, and is not read on', async () => {
    const patient = await openGateway('sqlite');
    onTestFinished(patient.close);
    const to = await patient.listen();
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const { text, sent } = await trickle(forever(chunked, chunk), 0, to);
    // A client that goes on writing may be reset before it has read the answer.
    expect(text).toMatch(/^(?:HTTP\/1\.1 413 |$)/);
    expect(sent).toBeLessThan(path === '/graphql' ? 16_000_000 : 8_000_000);
  });
});

test('unless a test says otherwise, headers may take 10 s and a request 30 s', async () => {
  const { server, close } = await openGateway('sqlite');
  await close();
  expect([server.server.headersTimeout, server.server.requestTimeout]).toEqual([10_000, 30_000]);
});

test.each([
  ['that is gone', true],
  ['that never closes its end', false],
])('a connection that sent what is no HTTP is let go, also of a client %s', async (_client, isGone) => {
  const socket = connect({ port: Number(new URL(origin).port), host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => socket.destroy());
  socket.write(`POST / HTTP/1.1\r\nBad Header: x\r\n\r\n${'x'.repeat(300_000)}`);
  await once(socket, 'data');
  if (isGone) socket.destroy();
  const count = () =>
    new Promise<number>((resolve) => gateway.server.server.getConnections((_error, n) => resolve(n)));
  await expect.poll(count, { timeout: 3_000 }).toBe(0);
  socket.destroy();
});

test('every refusal has a body and, where it is a request at all, an id', async () => {
  const cases: [string, number][] = [
    ['POST /timp/%zz', 400],
    ['QUERY /graphql', 400],
    ['PROPFIND /graphql', 404],
    ['POST //graphql', 404],
    ['OPTIONS *', 404],
  ];
  for (const [first, status] of cases) {
    const answer = await sendRaw(origin, rawRequest(first, {}));
    expect([first, answer.status]).toEqual([first, status]);
    expect(answer.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
    expect(JSON.parse(answer.body)).toEqual({ detail: expect.any(String), message: expect.any(String) });
  }
  const tunnel = await sendRaw(origin, rawRequest('CONNECT evil.example:80', {}));
  expect(tunnel.status).toBe(405);
  expectMessage(tunnel, 'Method "CONNECT" not allowed.');
});

test('control: what is sent here as it should be is done', async () => {
  const headers = { Authorization: `Token ${tokens.full}`, 'Content-Type': 'application/json' };
  for (const [, path, body] of doors) {
    const answer = await sendRaw(origin, rawRequest(`POST ${path}`, headers, body));
    expect(answer.status).toBe(200);
  }
  expect(await isUpdated()).toBe(true);
});
