/** The real program, watched from outside: on its own port, and while it closes. On a disk that fills up: full-disk.test.ts. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { version } from '../../src/cli/version.ts';
import { DEMO_TOKEN } from '../../src/demo/demo.ts';
import { eventually } from '../support/eventually.ts';
import { startGateway, type RunningGateway } from '../support/machine/process.ts';

const LEGACY = '/timp/products/skus/inventory/';
const headers = { authorization: `Token ${DEMO_TOKEN}`, 'content-type': 'application/json' };
const body = '{"sku_id": "xkuOwSQ3utl", "quantity_in_stock": 3}';
/** The gateway waits some four seconds for what is under way; without that limit it would wait for the client. */
const CLOSED_MS = 25_000;

let folder: string;
let gateway: RunningGateway;
/** The port of their own. */
let own: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stockgate-test-'));
  const port = await freePort();
  own = `http://127.0.0.1:${port}`;
  const flags = ['--demo', '--metrics', String(port), '--log-level', 'silent'];
  gateway = await startGateway(`sqlite:${join(folder, 'stockgate.db')}`, ...flags);
});
afterAll(async () => {
  await gateway.stop();
  rmSync(folder, { recursive: true });
});

const update = (quantity: number) =>
  fetch(gateway.origin + LEGACY, { method: 'POST', headers, body: body.replace('3}', `${quantity}}`) });
const ready = async (origin: string) => {
  const response = await fetch(`${origin}/ready`);
  return { status: response.status, ...(await response.json()) };
};

test('the main port answers /health and /ready, and leaves /metrics to its own port', async () => {
  expect(await (await fetch(`${gateway.origin}/health`)).json()).toEqual({ status: 'ok', version });
  // A store that answers late on a busy machine counts as out of reach for a moment.
  await eventually(async () => expect(await ready(gateway.origin)).toEqual({ status: 200, ready: true }));
  expect((await fetch(`${gateway.origin}/metrics`)).status).toBe(404);
  await eventually(async () => expect(await ready(own)).toEqual({ status: 200, ready: true }));
  await update(1);
  const metrics = await fetch(`${own}/metrics`);
  expect(metrics.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const text = await metrics.text();
  expect(text).toMatch(/^stockgate_rows_total\{source="rest",outcome="applied"\} 1$/m);
  expect(text).toMatch(/^stockgate_ready 1$/m);
  expect((await fetch(own + LEGACY, { method: 'POST', headers, body })).status).toBe(404);
});

test('while it closes, what was accepted is answered, and /ready says no and why, on both ports', async () => {
  // Each busy with a request that is not all there yet.
  const sockets = await Promise.all([sendHalf(), sendHalf()]);
  const stopped = gateway.stop();
  const reason = 'The gateway is closing.';
  await eventually(async () => expect(await ready(own)).toEqual({ status: 503, ready: false, reason }));
  const [probed, updated] = await Promise.all([
    finish(sockets[0], 'GET /ready HTTP/1.1\r\nHost: localhost\r\n\r\n'),
    finish(sockets[1], `${START}Content-Length: 0\r\n\r\n`),
  ]);
  const accepted = /^HTTP\/1\.1 200 .*\{"message":"success"\}HTTP\/1\.1 503 /s;
  expect(probed).toMatch(accepted);
  expect(probed).toMatch(/\{"ready":false,"reason":"The gateway is closing\."\}$/);
  expect(updated).toMatch(accepted);
  expect(updated).toMatch(/503 .*retry-after: 1\r\n.*"message":"The gateway is closing\./s);
  expect(await stopped).toBe(0);
});

test('a client that sends half a request, or reads no answer, does not hold up the end', async () => {
  gateway = await startGateway(`sqlite:${join(folder, 'stockgate.db')}`, '--demo', '--log-level', 'silent');
  const half = await sendHalf();
  const deaf = connect(Number(gateway.port), '127.0.0.1')
    .on('error', () => undefined)
    .pause();
  await once(deaf, 'connect');
  // Some megabytes of answers: more than the sockets' buffers hold.
  const query = JSON.stringify({
    query: `{ ${'__typename '.repeat(400)} __schema { types { name description } } }`,
  });
  deaf.write(
    `POST /graphql HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${headers.authorization}\r\nContent-Type: application/json\r\nContent-Length: ${query.length}\r\n\r\n${query}`.repeat(
      800,
    ),
  );
  await new Promise((resolve) => setTimeout(resolve, 500));
  const started = performance.now();
  expect(await gateway.stop()).toBe(0);
  expect(performance.now() - started).toBeLessThan(CLOSED_MS);
  half.destroy();
  deaf.destroy();
});

const START = `POST ${LEGACY} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${headers.authorization}\r\nContent-Type: application/json\r\n`;

/** A connection on which an update is sent but for the end of its body. */
async function sendHalf(): Promise<Socket> {
  const socket = connect(Number(gateway.port), '127.0.0.1').on('error', () => undefined);
  await once(socket, 'connect');
  // `connect` means that the operating system has the connection. An answer means that the gateway has accepted it.
  socket.write('GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await once(socket, 'data');
  socket.pause();
  socket.write(`${START}Content-Length: ${body.length}\r\n\r\n{`);
  // Answered after what was sent before it.
  await fetch(`${gateway.origin}/health`);
  return socket;
}

/** Sends the rest of the update and another request behind it; everything that is answered until the server hangs up. */
async function finish(socket: Socket, next: string): Promise<string> {
  socket.write(body.slice(1) + next);
  let text = '';
  for await (const chunk of socket.setEncoding('utf8')) text += String(chunk);
  return text;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
