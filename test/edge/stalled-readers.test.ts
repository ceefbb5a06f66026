/** A client that reads nothing of its answer is cut off, one that reads slowly is not, and what they are owed counts as in flight. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { inPieces } from '../../src/http/edge/answer-pieces.ts';
import { cutOffStalledReaders } from '../../src/http/fair/stalled-readers.ts';

const STALL_MS = 1_500;
/** Far more than the system's buffers take. */
const LARGE = Buffer.alloc(32 * 1_048_576, 'x');

let server: Server;
let cut: number[];
let beat: NodeJS.Timeout | undefined;
const sockets: Socket[] = [];
beforeEach(async () => {
  cut = [];
  server = createServer((request, response) => {
    if (request.url === '/live') {
      beat = setInterval(() => response.write(`:${' '.repeat(65_536)}\n\n`), 20);
      return;
    }
    const body = inPieces(LARGE);
    if (!(body instanceof Readable)) throw new Error('It is sent whole.');
    body.pipe(response);
  });
  cutOffStalledReaders(server, STALL_MS, (queued) => cut.push(queued));
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterEach(() => {
  clearInterval(beat);
  for (const socket of sockets.splice(0)) socket.destroy();
  server.closeAllConnections();
  server.close();
});

function ask(path: string): Socket {
  // The cast: a server that listens on a port has its address.
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => socket.destroy());
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  return socket;
}
const connections = () => new Promise<number>((resolve) => server.getConnections((_error, n) => resolve(n)));

test.each([
  ['an answer', '/'],
  ['a live stream that goes on writing', '/live'],
])('who reads nothing of %s is cut off, and its memory is free', async (_what, path) => {
  ask(path).pause();
  await expect.poll(() => cut.length, { timeout: 20_000 }).toBe(1);
  expect(cut[0]).toBeGreaterThan(0);
  expect(await connections()).toBe(0);
});

test('who reads slowly gets all of it', async () => {
  const socket = ask('/');
  let read = 0;
  const began = performance.now();
  for await (const chunk of socket) {
    read += (chunk as Buffer).length;
    if (read > LARGE.length) break;
    await sleep(5);
  }
  expect(performance.now() - began).toBeGreaterThan(STALL_MS);
  expect(cut).toEqual([]);
  expect(read).toBeGreaterThan(LARGE.length);
});

test('an idle connection is let be', async () => {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  sockets.push(socket);
  await once(socket, 'connect');
  await sleep(1.5 * STALL_MS);
  expect(await connections()).toBe(1);
});
