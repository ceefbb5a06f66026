/** The legacy door on the wire: how a body may be framed, how large it may be, what becomes of broken HTTP, the request's id. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';
import { rawRequest, sendRaw } from '../support/raw-http.ts';

const PATH = '/timp/products/skus/inventory/';
const MAX_BODY_BYTES = 1_048_576;
const good = { Authorization: `Token ${tokens.full}`, 'Content-Type': 'application/json' };
const update = JSON.stringify({ sku_id: 'shared', quantity_in_stock: 3 });

describe('on the wire', () => {
  let gateway: Gateway;
  let origin: string;
  beforeAll(async () => {
    gateway = await openGateway('sqlite');
    origin = await gateway.listen();
  });
  afterAll(() => gateway.close());

  const post = (headers: Record<string, string>, body: string | Uint8Array = '') =>
    sendRaw(origin, rawRequest(`POST ${PATH}`, { ...good, ...headers }, body));
  const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
  /** A chunked body has no length. */
  const postChunks = (...chunks: string[]) => {
    const head = rawRequest(`POST ${PATH}`, { ...good, 'Transfer-Encoding': 'chunked' });
    const withoutLength = head.toString().replace('Content-Length: 0\r\n', '');
    return sendRaw(origin, [withoutLength, ...chunks.map(chunk), '0\r\n\r\n'].join(''));
  };

  test('a chunked body is read, wherever it is cut', async () => {
    const answer = await postChunks(update.slice(0, 3), update.slice(3, 20), update.slice(20));
    expect([answer.status, answer.body]).toEqual([200, '{"message":"success"}']);
  });

  test('a body that is waited for with Expect: 100-continue is read', async () => {
    const answer = await post({ Expect: '100-continue' }, update);
    expect(answer.text).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
  });

  test('a body over 1 MiB is a 413, declared or in chunks', async () => {
    const tooLarge = update.padEnd(MAX_BODY_BYTES + 1);
    const answers = [await post({}, tooLarge), await postChunks(tooLarge.slice(0, 9), tooLarge.slice(9))];
    for (const { status, body } of answers) {
      expect(status).toBe(413);
      expect(JSON.parse(body)).toHaveProperty('message', 'The body may have at most 1048576 bytes.');
    }
    expect((await postChunks(update.padEnd(MAX_BODY_BYTES))).status).toBe(200);
  });

  test('a length over the limit is refused before the body is sent', async () => {
    expect((await post({ 'Content-Length': String(MAX_BODY_BYTES + 1) })).status).toBe(413);
  });

  test('a compressed body is never inflated', async () => {
    for (const encoding of ['gzip', 'deflate', 'br']) {
      const { status } = await post({ 'Content-Encoding': encoding }, gzipSync(update));
      expect({ encoding, status }).toEqual({ encoding, status: 415 });
    }
  });

  const start = `POST ${PATH} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Token ${tokens.full}\r\n`;
  test.each([
    ['no HTTP', 'GARBAGE\r\n\r\n'],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a length that is no number', `${start}Content-Length: abc\r\n\r\n{}`],
    ['two lengths', `${start}Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}`],
    ['a length and chunks', `${start}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['a chunk without a length', `${start}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`],
    ['an unknown transfer encoding', `${start}Transfer-Encoding: banana\r\n\r\n{}`],
    ['a space in a header name', `${start}Bad Header: x\r\n\r\n`],
    ['a NUL in a header', `${start}X-Odd: a\0b\r\n\r\n`],
  ])('broken framing is a 400 in JSON, and the connection ends: %s', async (_case, request) => {
    const answer = await sendRaw(origin, request);
    expect(answer.status).toBe(400);
    expect(answer.headers.get('connection')).toBe('close');
    const message = 'This is not a valid HTTP request.';
    expect(JSON.parse(answer.body)).toEqual({ detail: message, message });
  });

  test('headers beyond their limit are a 431 in JSON', async () => {
    const answer = await post({ 'X-Long': 'x'.repeat(20_000) }, update);
    expect(answer.status).toBe(431);
    expect(JSON.parse(answer.body)).toHaveProperty('message', 'The headers may have at most 16384 bytes.');
  });

  test('an address that cannot be decoded is a 400 in JSON', async () => {
    const answer = await sendRaw(origin, rawRequest('POST /timp/%zz', good, update));
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toHaveProperty('message', expect.stringContaining('cannot be read'));
  });

  test('a request id that is harmless in a log is echoed', async () => {
    for (const id of ['a', 'trace:4bf92f35-77b3.4da6_a3ce', 'x'.repeat(64)]) {
      expect((await post({ 'X-Request-Id': id }, update)).headers.get('x-request-id')).toBe(id);
    }
  });

  test('any other request id is replaced with one of ours', async () => {
    const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
    for (const sent of ['', 'x'.repeat(65), 'a b', '${jndi:ldap://x}', '<b>', 'a"b', 'é', 'a\tb']) {
      const { headers } = await post({ 'X-Request-Id': sent }, update);
      expect({ sent, id: headers.get('x-request-id') }).toEqual({ sent, id: expect.stringMatching(uuid) });
    }
    const twice = (await post({ 'X-Request-Id': 'a', 'x-request-id': 'b' }, update)).headers;
    expect(twice.get('x-request-id')).toMatch(uuid);
  });
});
