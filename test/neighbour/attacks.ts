/** What an expensive neighbour does: each attack runs until the signal aborts, and resolves when it has let go. */
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { greedyTokens, SHARED_CODE } from './watched-gateway.ts';

export type Attack = (origin: string, stop: AbortSignal) => Promise<void>;

const GRAPHQL = '/graphql';
const BULK = '/timp/products/skus/inventory/bulk/';
const range = (count: number) => Array.from({ length: count }, (_, n) => n);
const token = (n: number) => greedyTokens[n % greedyTokens.length] ?? '';

/** Sends `body` over and over on so many connections. */
async function repeat(
  origin: string,
  stop: AbortSignal,
  connections: number,
  path: string,
  bodyOf: (n: number) => string | Buffer,
): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  stop.addEventListener('abort', () => agent.destroy(), { once: true });
  let sent = 0;
  const one = async (connection: number) => {
    while (!stop.aborted) await post(agent, origin, path, token(connection), bodyOf(sent++));
  };
  await Promise.all(range(connections).map(one));
  agent.destroy();
}

/** Resolves when it is answered, or broken off. */
function post(agent: Agent, origin: string, path: string, bearer: string, body: string | Buffer) {
  return new Promise<void>((resolve) => {
    const headers = {
      authorization: `Token ${bearer}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    const sent = request(`${origin}${path}`, { agent, method: 'POST', headers }, (response) => {
      response.resume().on('close', resolve);
    });
    sent.on('error', () => void pause(5).then(resolve));
    sent.end(body);
  });
}

const query = (text: string, variables: object = {}) => JSON.stringify({ query: text, variables });

/** A query of so many searches that match nothing, counted, in an order that has no index; each title takes long to look through. */
export function searchOf(count: number, n = 0): string {
  const one = (i: number) =>
    `a${i}: skus(first: 1, filter: { search: "${'a'.repeat(90)}b${n}" }, orderBy: { field: UPDATED_AT }) { totalCount nodes { title } }`;
  return query(`{ ${range(count).map(one).join(' ')} }`);
}

const searches: Attack = (origin, stop) => repeat(origin, stop, 5, GRAPHQL, (n) => searchOf(20, n));

const emptyRows = (opening: string, closing: string) =>
  Buffer.from(`${opening}${'{},'.repeat(2_700_000)}{}${closing}`);

/** Bodies with more rows than a call may have. */
const rows: Attack = async (origin, stop) => {
  const call =
    'mutation ($u: [BulkSkuInventoryUpdateInput]!) { bulkUpdateSkuInventory(input: { updates: $u }) { appliedCount } }';
  const graphql = emptyRows(`{"query":${JSON.stringify(call)},"variables":{"u":[`, ']}}');
  const legacy = emptyRows('[', ']');
  await Promise.all([
    repeat(origin, stop, 2, GRAPHQL, () => graphql),
    repeat(origin, stop, 2, BULK, () => legacy),
  ]);
};

/** Documents of eight mebibytes, of which no two are alike. */
const documents: Attack = (origin, stop) => {
  const filler = ' '.repeat(7_900_000);
  return repeat(origin, stop, 2, GRAPHQL, (n) =>
    Buffer.from(`{"query":"{ a${n}: __typename }${filler}","extensions":{}}`),
  );
};

const bulkBody = (n: number, isAtomic: boolean) =>
  JSON.stringify({
    query:
      'mutation ($input: BulkUpdateSkuInventoryInput!) { bulkUpdateSkuInventory(input: $input) { appliedCount } }',
    variables: {
      input: {
        ...(isAtomic && { atomicity: 'ALL_OR_NOTHING' }),
        updates: range(10_000).map((i) => ({
          identifier: { skuId: `sku-${(n * 7 + i) % 20_000}` },
          quantityInStock: (n + i) % 1_000,
        })),
      },
    },
  });

/** The largest bulk calls, on thirty connections. */
const bulks: Attack = (origin, stop) => {
  const bodies = range(4).map((n) => bulkBody(n, false));
  return repeat(origin, stop, 30, GRAPHQL, (n) => bodies[n % bodies.length] ?? '');
};

/** The answer to a bulk call with as much in it as may be selected. */
const wideAnswers: Attack = (origin, stop) => {
  const many = range(12)
    .map((n) => `a${n}: change { id reason before { quantityInStock } after { quantityInStock } }`)
    .join(' ');
  const text = `mutation ($input: BulkUpdateSkuInventoryInput!) { bulkUpdateSkuInventory(input: $input) { results { index outcome ${many} } } }`;
  const body = (n: number) =>
    query(text, {
      input: {
        reason: 'x'.repeat(400),
        updates: range(10_000).map((i) => ({
          identifier: { skuId: `sku-${i}` },
          quantityInStock: (n + i) % 1_000,
        })),
      },
    });
  const bodies = range(2).map(body);
  return repeat(origin, stop, 3, GRAPHQL, (n) => bodies[n % bodies.length] ?? '');
};

/** Rows that each name the code that thousands of SKUs share, and look-ups of it. */
const sharedCodes: Attack = async (origin, stop) => {
  const bulk = JSON.stringify(range(2_000).map(() => ({ upca: SHARED_CODE, quantity_in_stock: 1 })));
  const look = query('query ($c: String!) { sku(by: { upca: $c }) { skuId } }', { c: SHARED_CODE });
  await Promise.all([
    repeat(origin, stop, 2, BULK, () => bulk),
    repeat(origin, stop, 8, GRAPHQL, () => look),
  ]);
};

/** Twenty updates in each request. */
const aliases: Attack = (origin, stop) => {
  const one = (n: number, i: number) =>
    `a${i}: updateSkuInventory(input: { identifier: { skuId: "sku-${(n + i) % 5_000}" }, quantityInStock: ${n % 1_000} }) { outcome }`;
  return repeat(origin, stop, 16, GRAPHQL, (n) =>
    query(
      `mutation { ${range(20)
        .map((i) => one(n, i))
        .join(' ')} }`,
    ),
  );
};

/** Two thousand connections of one token, each asking again when it is answered. */
const connections: Attack = async (origin, stop) => {
  const body = JSON.stringify({ sku_id: 'sku-1', quantity_in_stock: 1 });
  const agent = new Agent({ keepAlive: true });
  stop.addEventListener('abort', () => agent.destroy(), { once: true });
  const one = async () => {
    while (!stop.aborted) await post(agent, origin, '/timp/products/skus/inventory/', token(0), body);
  };
  await Promise.all(range(2_000).map(one));
};

const FOLLOW =
  'subscription { inventoryChanged { cursor change { skuId reason after { quantityInStock } } } }';

function open(origin: string, bytes: string | Buffer, sockets: Set<Socket>): Socket {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  sockets.add(socket);
  socket.on('error', () => undefined);
  socket.write(bytes);
  return socket;
}

async function untilStopped(stop: AbortSignal, sockets: Iterable<Socket>): Promise<void> {
  while (!stop.aborted) await pause(50);
  for (const socket of sockets) socket.destroy();
}

const headOf = (bearer: string, length: number, accept = '*/*') =>
  `POST ${GRAPHQL} HTTP/1.1\r\nHost: x\r\nAuthorization: Token ${bearer}\r\nContent-Type: application/json\r\n` +
  `Accept: ${accept}\r\nContent-Length: ${length}\r\n\r\n`;

/** A thousand live streams, while a hundred changes a second come in; a third of them read nothing. */
const streams: Attack = async (origin, stop) => {
  const sockets = new Set<Socket>();
  const body = query(FOLLOW);
  for (const n of range(1_000)) {
    const head = headOf(token(n), body.length, 'text/event-stream');
    const socket = open(origin, head + body, sockets);
    if (n % 3 > 0) socket.resume();
    if (n % 50 === 0) await pause(5);
  }
  const change = async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 4 });
    for (let n = 0; !stop.aborted; n++) {
      const input = { identifier: { skuId: `sku-${n % 5_000}` }, quantityInStock: n % 1_000 };
      void post(
        agent,
        origin,
        GRAPHQL,
        token(n),
        query(
          'mutation ($input: UpdateSkuInventoryInput!) { updateSkuInventory(input: $input) { outcome } }',
          { input },
        ),
      );
      await pause(10);
    }
    agent.destroy();
  };
  await Promise.all([change(), untilStopped(stop, sockets)]);
};

/** Bodies of eight mebibytes of which the last byte never comes. */
const halfBodies: Attack = async (origin, stop) => {
  const sockets = new Set<Socket>();
  const part = Buffer.alloc(8_000_000, ' ');
  for (const n of range(150)) {
    if (stop.aborted) break;
    const socket = open(origin, headOf(token(n), 8_388_608), sockets);
    socket.write(part);
    socket.resume();
    await pause(5);
  }
  await untilStopped(stop, sockets);
};

/** Large answers that nobody reads. */
const unreadAnswers: Attack = async (origin, stop) => {
  const sockets = new Set<Socket>();
  const fields = range(40)
    .map((n) => `a${n}: reason`)
    .join(' ');
  const lists = range(20)
    .map((n) => `l${n}: inventoryChanges(first: 100) { nodes { ${fields} } }`)
    .join(' ');
  const body = query(`{ ${lists} }`);
  for (const n of range(60)) {
    if (stop.aborted) break;
    open(origin, headOf(token(n), body.length) + body, sockets).pause();
    await pause(20);
  }
  await untilStopped(stop, sockets);
};

export const attacks: Readonly<Record<string, Attack>> = {
  searches,
  rows,
  documents,
  bulks,
  'wide answers': wideAnswers,
  'shared codes': sharedCodes,
  aliases,
  connections,
  streams,
  'half bodies': halfBodies,
  'unread answers': unreadAnswers,
};
