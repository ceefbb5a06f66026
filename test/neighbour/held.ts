/** Attacks that hold connections open: live streams, unfinished bodies, and answers that the client does not read. */
import { Agent } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Attack } from './attacks.ts';
import { afterCalls, GRAPHQL, post, query, token } from './repeat.ts';
import { indices } from '../support/range.ts';

const FOLLOW =
  'subscription { inventoryChanged { cursor change { skuId reason after { quantityInStock } } } }';
const STREAMS = 1_000;
/** If no byte moves for this long, everything that can be sent has been sent. */
const STILL_MS = 250;

function open(origin: string, bytes: string | Buffer, sockets: Socket[]): Socket {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  sockets.push(socket);
  socket.on('error', () => undefined);
  socket.write(bytes);
  return socket;
}

/** Resolves once no socket sends or receives any more. */
async function untilStill(sockets: readonly Socket[]): Promise<void> {
  const moved = () => sockets.reduce((sum, s) => sum + s.bytesRead + s.bytesWritten - s.writableLength, 0);
  for (let [before, since] = [-1, performance.now()]; ; await pause(20)) {
    const now = moved();
    if (now !== before) [before, since] = [now, performance.now()];
    else if (performance.now() - since > STILL_MS) return;
  }
}

const headOf = (bearer: string, length: number, accept = '*/*') =>
  `POST ${GRAPHQL} HTTP/1.1\r\nHost: x\r\nAuthorization: Token ${bearer}\r\nContent-Type: application/json\r\n` +
  `Accept: ${accept}\r\nContent-Length: ${length}\r\n\r\n`;

/** 1,000 live streams during 100 changes a second. A third of the streams read nothing. */
export const streams: Attack = async (origin, begun) => {
  const sockets: Socket[] = [];
  const body = query(FOLLOW);
  const most = Promise.withResolvers<void>();
  const opened = afterCalls(0.9 * STREAMS, most.resolve);
  for (const n of indices(STREAMS)) {
    const socket = open(origin, headOf(token(n), body.length, 'text/event-stream') + body, sockets);
    socket.once('data', () => {
      opened();
      if (n % 3 === 0) socket.pause();
    });
    socket.once('close', opened);
  }
  await most.promise;
  begun();
  await change(origin);
};

async function change(origin: string): Promise<never> {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const text =
    'mutation ($input: UpdateSkuInventoryInput!) { updateSkuInventory(input: $input) { outcome } }';
  for (let n = 0; ; n++) {
    const input = { identifier: { skuId: `sku-${n % 5_000}` }, quantityInStock: n % 1_000 };
    void post(agent, origin, GRAPHQL, token(n), query(text, { input }));
    await pause(10);
  }
}

/** 8 MiB bodies whose last bytes never arrive. */
export const halfBodies: Attack = async (origin, begun) => {
  const sockets: Socket[] = [];
  const part = Buffer.alloc(8_000_000, ' ');
  for (const n of indices(150)) {
    const socket = open(origin, headOf(token(n), 8_388_608), sockets);
    socket.write(part);
    socket.resume();
    await pause(1);
  }
  await untilStill(sockets);
  begun();
};

/** Large answers to dry runs of bulk calls, which the client does not read. */
export const unreadAnswers: Attack = async (origin, begun) => {
  const sockets: Socket[] = [];
  const reasons = indices(4).map((n) => `a${n}: change { reason }`);
  const text = `mutation ($input: BulkUpdateSkuInventoryInput!) { bulkUpdateSkuInventory(input: $input) { results { ${reasons.join(' ')} } } }`;
  const updates = indices(10_000).map((n) => ({
    identifier: { skuId: `sku-${n}` },
    quantityInStock: 1_000_000,
  }));
  const body = query(text, { input: { dryRun: true, reason: 'x'.repeat(500), updates } });
  for (const n of indices(60)) {
    open(origin, headOf(token(n), body.length) + body, sockets).pause();
    await pause(1);
  }
  begun();
};
