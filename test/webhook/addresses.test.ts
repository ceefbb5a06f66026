/** Where webhooks are sent to: public addresses alone, checked as the connection is made, whatever a URL or a name server says. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AddressError } from '../../src/webhook/attempt.ts';
import { createAddresses, parseNetwork } from '../../src/webhook/addresses.ts';
import { createResolve, type Resolve } from '../../src/webhook/http/resolve.ts';
import { createSend } from '../../src/webhook/http/send.ts';

/** What people and programs write for addresses that no webhook may reach. */
const forbidden = [
  ['loopback', '127.0.0.1'],
  ['another loopback', '127.8.9.10'],
  ['loopback of IPv6', '[::1]'],
  ['unspecified', '0.0.0.0'],
  ['unspecified of IPv6', '[::]'],
  ['private, class A', '10.1.2.3'],
  ['private, class B', '172.31.255.254'],
  ['private, class C', '192.168.0.1'],
  ['carrier-grade NAT', '100.64.0.1'],
  ['link-local, where clouds have metadata', '169.254.169.254'],
  ['link-local of IPv6', '[fe80::1]'],
  ['unique local, where a cloud has metadata', '[fd00:ec2::254]'],
  ['multicast', '224.0.0.1'],
  ['multicast of IPv6', '[ff02::1]'],
  ['broadcast', '255.255.255.255'],
  ['metadata of another cloud', '168.63.129.16'],
  ['mapped loopback', '[::ffff:127.0.0.1]'],
  ['mapped, and public', '[::ffff:8.8.8.8]'],
  ['IPv4-compatible', '[::127.0.0.1]'],
  ['translated (NAT64)', '[64:ff9b::7f00:1]'],
  ['translated, local', '[64:ff9b:1::7f00:1]'],
  ['6to4', '[2002:7f00:1::]'],
  ['Teredo', '[2001:0:7f00:1::]'],
  ['site-local', '[fec0::1]'],
  ['documentation', '[2001:db8::1]'],
  ['a number', '2130706433'],
  ['octal', '0177.0.0.1'],
  ['hexadecimal', '0x7f000001'],
  ['short', '127.1'],
  ['wide digits', '１２７.０.０.１'],
] as const;

const body = Buffer.from('{}');
const never: Resolve = () => Promise.reject(new Error('A literal address is not looked up.'));
const sendTo = (url: string, resolve: Resolve = never, allowed: readonly string[] = []) =>
  createSend(
    createAddresses(allowed),
    resolve,
    'Stockgate',
  )({ url, headers: {}, body, signal: AbortSignal.timeout(5_000) });

let port: number;
let requests = 0;
let answer: RequestListener = (_request, response) => void response.end('ok');
const server = createServer((request, response) => {
  requests += 1;
  answer(request, response);
});
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe('nothing is sent to', () => {
  test.each(forbidden)('%s: %s', async (_what, host) => {
    for (const scheme of ['https', 'http'])
      await expect(sendTo(`${scheme}://${host}:${port}/`)).rejects.toBeInstanceOf(AddressError);
    expect(requests).toBe(0);
  });

  test.each(forbidden.filter(([, host]) => /^[\d.]{7,}$|^\[/.test(host) && host !== '2130706433'))(
    'a name that resolves to %s: %s',
    async (_what, host) => {
      const address = host.replaceAll(/[[\]]/g, '');
      const resolve: Resolve = async () => [{ address, family: address.includes(':') ? 6 : 4 }];
      await expect(sendTo(`https://shop.example:${port}/`, resolve)).rejects.toBeInstanceOf(AddressError);
      expect(requests).toBe(0);
    },
  );

  test('a name with one public address and one private', async () => {
    const resolve: Resolve = async () => [
      { address: '1.1.1.1', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ];
    await expect(sendTo(`https://shop.example:${port}/`, resolve)).rejects.toBeInstanceOf(AddressError);
  });

  test('a name that resolves anew: it is looked up once for each connection, and that address is checked', async () => {
    const answers = ['127.0.0.1', '10.0.0.1'];
    let asked = 0;
    const resolve: Resolve = async () => [{ address: answers[asked++ % 2] ?? '', family: 4 }];
    const allowed = ['127.0.0.1'];
    expect((await sendTo(`http://shop.example:${port}/`, resolve, allowed)).status).toBe(200);
    await expect(sendTo(`http://shop.example:${port}/`, resolve, allowed)).rejects.toBeInstanceOf(
      AddressError,
    );
    expect(asked).toBe(2);
    requests = 0;
  });

  test('an address that is allowed, by a redirect to one that is not, or by any redirect', async () => {
    answer = (_request, response) =>
      void response.writeHead(302, { location: `http://127.0.0.1:${port}/other` }).end('moved');
    const { status } = await sendTo(`http://127.0.0.1:${port}/`, never, ['127.0.0.0/8']);
    expect([status, requests]).toEqual([302, 1]);
    answer = (_request, response) => void response.end('ok');
    requests = 0;
  });
});

test('public addresses are not refused over https, and only over https', () => {
  const { refusal } = createAddresses([]);
  for (const address of ['1.1.1.1', '8.8.8.8', '172.32.0.1', '2606:4700:4700::1111', '2a00:1450::1']) {
    expect(refusal(address, true)).toBeNull();
    expect(refusal(address, false)).toContain('only https');
  }
});

test('the operator allows networks and single addresses, and no other', () => {
  const { refusal, hasExceptions } = createAddresses(['10.20.0.0/16', '192.168.1.7', 'fd00:1::/32']);
  expect(hasExceptions).toBe(true);
  for (const address of ['10.20.255.1', '192.168.1.7', 'fd00:1::9'])
    expect([refusal(address, true), refusal(address, false)]).toEqual([null, null]);
  for (const address of ['10.21.0.1', '192.168.1.8', 'fd00:2::9', '127.0.0.1'])
    expect(refusal(address, true)).toContain('not a public address');
});

test.each([
  '10.0.0.0/33',
  '10.0.0.0/',
  '10.0.0',
  'localhost',
  'fd00::/129',
  '',
  '10.0.0.0/8/8',
  '10.0.0.0/-1',
])('%j is no network', (text) => {
  expect(parseNetwork(text)).toBeNull();
  expect(() => createAddresses([text])).toThrow('is no network');
});

describe('of an answer', () => {
  const send = () => sendTo(`http://127.0.0.1:${port}/`, never, ['127.0.0.0/8']);

  test('1 kB is read at most, and text that no store holds is replaced', async () => {
    answer = (_request, response) => {
      response.write(`a\0b${'x'.repeat(3_000)}`);
      // The rest never comes.
      response.write('y'.repeat(3_000_000));
    };
    const { status, text } = await send();
    expect([status, text.length, text.slice(0, 4)]).toEqual([200, 1_024, 'a\u{fffd}bx']);
  });

  test('the status counts when the body does not come', async () => {
    answer = (_request, response) => void response.writeHead(204 + 1).write('begun');
    expect(await send()).toEqual({ status: 205, text: 'begun' });
  });

  test('a connection that breaks before it is an error', async () => {
    answer = ({ socket }) => void socket.destroy();
    await expect(send()).rejects.toThrow(/socket hang up|ECONNRESET/);
  });
});

test('a name that nobody knows has no address', async () => {
  await expect(createResolve(false)('no-such-host.invalid')).rejects.toThrow('has no address');
});

test('names of this machine are found where the operator has allowed addresses', async () => {
  const found = await createResolve(true)('localhost');
  expect(found.map(({ address }) => address)).toEqual(
    expect.arrayContaining([expect.stringMatching(/^(127\.0\.0\.1|::1)$/)]),
  );
});
