/** Several HTTP threads behave as one: limits, metrics, sessions and revocations hold for all of them, and none answers alone. */
import { Agent, request as httpRequest } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStore } from '../../src/db/store/open-store.ts';
import type { Store } from '../../src/db/store/store.ts';
import { saveSupplier } from '../../src/db/suppliers.ts';
import { hashToken, revokeToken, saveToken } from '../../src/db/tokens.ts';
import { createCatalog } from '../../src/db/catalog.ts';
import { eventually } from '../support/eventually.ts';
import { FOLLOW } from '../support/event-stream.ts';
import { spawnGateway, untilListening, type RunningGateway } from '../support/machine/process.ts';
import { range } from '../support/range.ts';
import { createTestDatabase, describeOnEachStore } from '../support/stores/stores.ts';

const THREADS = 3;
/** Of so many connections each thread gets some: that one gets none happens once in 90 million times. */
const CONNECTIONS = 48;
const LEGACY = '/timp/products/skus/inventory/';
const RATE = 30;
const flags = [
  ...['--threads', String(THREADS), '--metrics', 'on', '--log-level', 'info'],
  ...['--rate-limit', String(RATE), '--streams-per-token', '5'],
];

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/** A client on a connection of its own. */
function connectTo(origin: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const send = (path: string, { method = 'GET', headers = {}, body }: Sent = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const asked = httpRequest(origin + path, { agent, method, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        );
      });
      asked.on('error', reject).end(body);
    });
  return { send, close: () => agent.destroy() };
}

const json = (token: string) => ({ authorization: `Token ${token}`, 'content-type': 'application/json' });
const updateBody = (quantity: number) => JSON.stringify({ sku_id: 'sku-1', quantity_in_stock: quantity });

describeOnEachStore('a gateway with three HTTP threads', (kind) => {
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  let store: Store;
  let gateway: RunningGateway;
  let log = '';
  let clients: ReturnType<typeof connectTo>[];
  /** Sends the same request on all connections at once. */
  const sendAll = (path: string, sent?: Sent) =>
    Promise.all(clients.map((client) => client.send(path, sent)));

  beforeAll(async () => {
    database = await createTestDatabase(kind);
    store = await openStore(database.url);
    const child = spawnGateway(database.url, flags, { stderr: 'pipe' });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (log += text));
    gateway = await untilListening(child);
    clients = range(CONNECTIONS).map(() => connectTo(gateway.origin));
  });
  afterAll(async () => {
    for (const client of clients) client.close();
    expect(await gateway.stop()).toBe(0);
    await store.close();
    await database.remove();
  });

  /** What threads share in memory is the same on each store. */
  const isSqlite = kind === 'sqlite';

  /** A new supplier with one SKU and a token. */
  async function addSupplier(supplierId: string): Promise<string> {
    const token = `token-of-${supplierId}`;
    await saveSupplier(store, supplierId, new Date());
    await createCatalog(store, () => new Date()).save({ supplierId, actor: 'seed' }, [{ skuId: 'sku-1' }]);
    const rest = { role: 'supplier', permissions: ['edit_items', 'view_items'], expiresAt: null } as const;
    await saveToken(store, token, { supplierId, name: 'desk', ...rest }, new Date());
    return token;
  }

  test('all threads update one SKU, through one writer, and log whole lines, each thread in its order', async () => {
    const token = await addSupplier('spread');
    const answers = await Promise.all(
      clients.map(({ send }, n) =>
        send(LEGACY, { method: 'POST', headers: json(token), body: updateBody(n + 1) }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const query = '{ sku(by: { skuId: "sku-1" }) { version } skus(first: 5) { nodes { version } } }';
    const reads = await sendAll('/graphql', {
      ...{ method: 'POST', headers: json(token), body: JSON.stringify({ query }) },
    });
    const all = { sku: { version: CONNECTIONS }, skus: { nodes: [{ version: CONNECTIONS }] } };
    expect(reads.map(({ text }) => JSON.parse(text))).toEqual(reads.map(() => ({ data: all })));

    const lines = await eventually(() => {
      const parsed = log
        .trimEnd()
        .split('\n')
        // A warning for people comes before all lines of the log.
        .filter((line) => !line.startsWith('stockgate: '))
        .map((line) => JSON.parse(line));
      const requests = parsed.filter(({ supplier }) => supplier === 'spread');
      expect(requests).toHaveLength(2 * CONNECTIONS);
      return requests;
    });
    const byThread = Map.groupBy(lines, ({ thread }) => thread);
    expect(new Set(byThread.keys())).toEqual(new Set([1, 2, 3]));
    for (const own of byThread.values())
      expect(own.map(({ time }) => time)).toEqual(own.map(({ time }) => time).toSorted((a, b) => a - b));
  });

  test.runIf(isSqlite)('a token has one rate on all of them', async () => {
    const token = await addSupplier('rate');
    const started = performance.now();
    const answers = (
      await Promise.all(
        range(Math.ceil((12 * RATE) / CONNECTIONS)).map(() =>
          sendAll(LEGACY, { method: 'POST', headers: json(token), body: updateBody(1) }),
        ),
      )
    ).flat();
    const refilled = (RATE * (performance.now() - started)) / 1_000;
    const admitted = answers.filter(({ status }) => status === 200).length;
    expect(admitted).toBeGreaterThanOrEqual(10 * RATE);
    expect(admitted).toBeLessThanOrEqual(10 * RATE + refilled + 1);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(answers.length - admitted);
    expect(answers.at(-1)?.headers['ratelimit-policy']).toMatch(`"token";q=${10 * RATE};w=10`);
  });

  test.runIf(isSqlite)('every thread shows the metrics of all', async () => {
    const token = await addSupplier('counted');
    const counter = /^stockgate_requests_total\{door="graphql",outcome="ok"\} (\d+)$/m;
    const read = async () => {
      const pages = await sendAll('/metrics');
      return new Set(pages.map(({ text }) => Number(counter.exec(text)?.[1])));
    };
    const [before = 0] = await read();
    await sendAll('/graphql', {
      ...{ method: 'POST', headers: json(token), body: '{"query":"{ __typename }"}' },
    });
    await eventually(async () => expect(Array.from(await read())).toEqual([before + CONNECTIONS]));
    expect(new Set((await sendAll('/ready')).map(({ text }) => text))).toEqual(new Set(['{"ready":true}']));
  });

  test('live streams are limited together, hear of every change, and end with their token, which is then good nowhere', async () => {
    const token = await addSupplier('followed');
    const body = JSON.stringify({ query: FOLLOW });
    const cut = new AbortController();
    const opened = await Promise.all(
      range(16).map(() =>
        fetch(`${gateway.origin}/graphql`, {
          ...{ method: 'POST', body, signal: cut.signal },
          headers: { ...json(token), accept: 'text/event-stream' },
        }),
      ),
    );
    const streams = opened.filter(({ status }) => status === 200);
    expect(streams).toHaveLength(5);
    expect(opened.filter(({ status }) => status === 429)).toHaveLength(11);
    const [first] = clients;
    await first?.send(LEGACY, { method: 'POST', headers: json(token), body: updateBody(7) });
    const read = streams.map((stream) => readOn(stream));
    await eventually(() => expect(read.map(({ text }) => text)).toEqual(read.map(() => hasChange)));
    await revokeToken(store, hashToken(token).slice(0, 12), new Date());
    await Promise.all(read.map(({ ended }) => ended));
    await eventually(async () => {
      const answers = await sendAll('/graphql', { headers: json(token) });
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
    });
    cut.abort();
  });

  test.runIf(isSqlite)('a session that is ended on one thread is good on no other', async () => {
    const token = await addSupplier('signed-in');
    const [first, ...others] = clients as [ReturnType<typeof connectTo>, ...typeof clients];
    const own = { origin: gateway.origin, 'content-type': 'application/json' };
    const signedIn = await first.send('/board/session', {
      ...{ method: 'POST', headers: own, body: JSON.stringify({ token }) },
    });
    const cookie = String(signedIn.headers['set-cookie']).split(';')[0] ?? '';
    const ask = { method: 'POST', headers: { ...own, cookie }, body: '{"query":"{ __typename }"}' };
    expect(new Set((await sendAll('/board/graphql', ask)).map(({ status }) => status))).toEqual(
      new Set([200]),
    );
    expect(
      (await first.send('/board/session', { method: 'DELETE', headers: { origin: gateway.origin, cookie } }))
        .status,
    ).toBe(204);
    const answers = await Promise.all(others.map(({ send }) => send('/board/graphql', ask)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
  });

  test('every thread takes files in, and shows what became of them', async () => {
    const token = await addSupplier('files');
    const states: string[] = [];
    for (const { send } of clients.slice(0, 6)) {
      const body = `sku_id,quantity_in_stock\nsku-1,${states.length + 1}\n`;
      const headers = { ...json(token), 'content-type': 'text/csv', prefer: 'wait=20' };
      const { text } = await send('/feeds/inventory', { method: 'POST', headers, body });
      states.push(JSON.parse(text).state);
    }
    expect(states).toEqual(states.map(() => 'DONE'));
  });
});

const hasChange: unknown = expect.stringContaining('"quantityInStock":7');

/** Reads what arrives, until the stream ends or is cut off. */
function readOn({ body }: Response) {
  const read = { text: '', ended: Promise.resolve() };
  const take = async () => {
    for await (const chunk of body ?? []) read.text += Buffer.from(chunk as Uint8Array).toString();
  };
  // A stream is cut off when its token is revoked.
  read.ended = take().catch(() => undefined);
  return read;
}
