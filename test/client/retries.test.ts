/** Retries of the client: under one key, as late as the gateway asks, until the deadline, and not once the caller has left. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import {
  BulkError,
  createClient,
  StockgateError,
  type ClientOptions,
} from '../../packages/client/src/client.ts';
import { range } from '../support/range.ts';
import { openDemoGateway, TOKEN, type DemoGateway } from './demo-gateway.ts';
import {
  hangUp,
  json,
  openScripted,
  refusal,
  refuse,
  saysNothing,
  type ScriptedServer,
} from './scripted-server.ts';

let gateway: DemoGateway;
beforeAll(async () => {
  gateway = await openDemoGateway('--rate-limit', '0');
});
afterAll(() => gateway.close());

const servers: ScriptedServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});
async function scripted(...steps: Parameters<typeof openScripted>) {
  const server = await openScripted(...steps);
  servers.push(server);
  return server;
}

const SKU = { data: { result: { skuId: 'a' } } };
const by = { skuId: 'a' };
const update = { identifier: by, quantityInStock: 1 };
const clientOf = ({ url }: { url: string }, more: Partial<ClientOptions> = {}) =>
  createClient({ url, token: TOKEN, ...more });
const thrownBy = async (call: Promise<unknown>): Promise<StockgateError> => {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof StockgateError)) throw new Error(`It threw ${String(error)}`);
  return error;
};
const keysOf = ({ asked }: ScriptedServer) =>
  asked.map(
    ({ body }) =>
      (JSON.parse(body) as { variables: { input: { idempotencyKey: string } } }).variables.input
        .idempotencyKey,
  );

test('an update whose answer is lost three times is applied once', async () => {
  const client = clientOf(gateway);
  gateway.proxy.answersToLose = 3;
  const result = await client.adjust({ identifier: { skuId: 'yoyo-red' }, quantityInStockDelta: -1 });
  expect(gateway.proxy.answersToLose).toBe(0);
  expect(result).toMatchObject({ ok: true, outcome: 'APPLIED', replayed: true, sku: { version: 1 } });
});

test('a bulk call whose answers are lost is applied once, and its results stay in order', async () => {
  const client = clientOf(gateway);
  gateway.proxy.answersToLose = 2;
  const updates = range(10_001).map((n) => ({ identifier: { skuId: 'duck-1' }, quantityInStock: 1_000 + n }));
  const { results, appliedCount } = await client.bulk(updates);
  expect(appliedCount).toBe(10_001);
  expect(results.at(-1)).toMatchObject({ index: 10_000, ok: true, sku: { version: 10_001 } });
});

test('a file whose answer is lost is handed in once', async () => {
  const client = clientOf(gateway);
  gateway.proxy.answersToLose = 1;
  const reason = 'lost once';
  const result = await client.importFile('sku_id,quantity_in_stock\nteddy-bear,3\n', { reason });
  expect(result).toMatchObject({ ok: true, report: { applied: 1 } });
  const changes = [];
  for await (const { change } of client.changes({ filter: { skuIds: ['teddy-bear'] } })) changes.push(change);
  expect(changes).toHaveLength(1);
});

test.each([
  ['429', refuse(429, 'RATE_LIMITED')],
  ['503', refuse(503, 'OVERLOADED')],
  ['502 of a proxy', json(502, 'Bad gateway')],
  ['a connection that breaks', hangUp],
  [
    'an answer that is cut off',
    (response) =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":{"result":'),
  ],
] satisfies [string, Parameters<typeof openScripted>[0]][])(
  '%s is tried again, under one key',
  async (_what, step) => {
    const accepted = { outcome: 'APPLIED', replayed: true, userErrors: [] };
    const server = await scripted(step, step, json(200, { data: { result: accepted } }));
    expect(await clientOf(server).update(update)).toMatchObject({ ok: true, replayed: true });
    expect(new Set(keysOf(server)).size).toBe(1);
    expect(server.asked).toHaveLength(3);
  },
);

test('two mutations have two keys, and a key of the caller’s own is kept', async () => {
  const server = await scripted(json(200, { data: { result: { outcome: 'UNCHANGED', userErrors: [] } } }));
  const client = clientOf(server);
  await client.update(update);
  await client.update(update);
  await client.update({ ...update, idempotencyKey: 'mine' });
  const keys = keysOf(server);
  expect(new Set(keys).size).toBe(3);
  expect(keys[2]).toBe('mine');
});

test.each([
  ['seconds', () => '1'],
  ['a date', () => new Date(Date.now() + 2_000).toUTCString()],
])('Retry-After in %s is honoured', async (_what, header) => {
  const server = await scripted(refuse(429, 'RATE_LIMITED', { 'retry-after': header() }), json(200, SKU));
  expect(await clientOf(server).sku(by)).toEqual({ skuId: 'a' });
  const [first, second] = server.asked;
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(900);
});

test('a wait beyond the deadline is not begun: the refusal is thrown at once', async () => {
  const server = await scripted(refuse(429, 'IDEMPOTENCY_STORE_FULL', { 'retry-after': '60' }));
  const begun = performance.now();
  const error = await thrownBy(clientOf(server).update(update, { deadlineMs: 20_000 }));
  expect(error).toMatchObject({ code: 'IDEMPOTENCY_STORE_FULL', status: 429, mayBeApplied: false });
  expect(performance.now() - begun).toBeLessThan(10_000);
  expect(server.asked).toHaveLength(1);
});

test('a try without an answer times out, and the next one has its chance', async () => {
  const server = await scripted(saysNothing, json(200, SKU));
  expect(await clientOf(server, { timeoutMs: 300 }).sku(by)).toEqual({ skuId: 'a' });
  expect(server.asked).toHaveLength(2);
});

test('an answer that stops in the middle times out', async () => {
  const half = (response: Parameters<Parameters<typeof openScripted>[0]>[0]) =>
    void response.writeHead(200, { 'content-type': 'application/json' }).write('{"data":');
  const server = await scripted(half, json(200, SKU));
  expect(await clientOf(server, { timeoutMs: 300 }).sku(by)).toEqual({ skuId: 'a' });
});

test('the deadline ends all tries, and the error says that the update may be applied', async () => {
  const server = await scripted(saysNothing);
  const begun = performance.now();
  const error = await thrownBy(clientOf(server, { timeoutMs: 200, deadlineMs: 1_500 }).update(update));
  expect(performance.now() - begun).toBeLessThan(10_000);
  expect(error).toMatchObject({ code: 'TIMED_OUT', status: 0, mayBeApplied: true });
  expect(error.idempotencyKey).toBe(keysOf(server)[0]);
  expect(server.asked.length).toBeGreaterThan(1);
});

test('an answer that was lost is not forgotten when later tries are refused', async () => {
  const server = await scripted(hangUp, refuse(429, 'RATE_LIMITED', { 'retry-after': '60' }));
  const error = await thrownBy(clientOf(server).update(update));
  expect(error).toMatchObject({ code: 'RATE_LIMITED', mayBeApplied: true });
});

test.each([
  ['a permission that is missing', refuse(403, 'FORBIDDEN'), 'FORBIDDEN'],
  ['a token that is no longer good', refuse(401, 'UNAUTHENTICATED'), 'UNAUTHENTICATED'],
  ['a fault of the gateway', refuse(500, 'INTERNAL_SERVER_ERROR'), 'INTERNAL_SERVER_ERROR'],
  ['a query that takes too long', refuse(504, 'QUERY_TIMEOUT'), 'QUERY_TIMEOUT'],
  ['an answer without data', json(200, {}), 'UNEXPECTED_ANSWER'],
  ['an answer that is no object', json(200, 'null'), 'UNEXPECTED_ANSWER'],
  [
    'a page in place of an answer',
    (response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
    'UNEXPECTED_ANSWER',
  ],
  [
    'a redirect',
    (response) => void response.writeHead(301, { location: 'https://elsewhere.example/' }).end(),
    'UNEXPECTED_ANSWER',
  ],
] satisfies [string, Parameters<typeof openScripted>[0], string][])(
  '%s is thrown, and not tried again',
  async (_what, step, code) => {
    const server = await scripted(step);
    expect(await thrownBy(clientOf(server).sku(by))).toMatchObject({ code });
    expect(server.asked).toHaveLength(1);
  },
);

test('a bulk call that fails in the middle says what was answered, and the same call finishes it', async () => {
  const skuId = 'kite-diamond';
  const updates = range(20_001).map((n) => ({ identifier: { skuId }, quantityInStock: n }));
  const idempotencyKey = 'a-long-list';
  // The second part arrives and is applied, and its answer tells of a fault.
  const fault = refusal('INTERNAL_SERVER_ERROR');
  const failing = createClient({
    url: gateway.direct,
    token: TOKEN,
    fetch: async (input, init) => {
      const answer = await fetch(input, init);
      if (typeof init?.body !== 'string' || !init.body.includes(`"${idempotencyKey}/000001"`)) return answer;
      await answer.body?.cancel();
      return Response.json(fault, { status: 500 });
    },
  });
  const error = await thrownBy(failing.bulk(updates, { idempotencyKey }));
  if (!(error instanceof BulkError)) throw error;
  expect(error).toMatchObject({
    code: 'INTERNAL_SERVER_ERROR',
    answered: 10_000,
    sent: 20_000,
    mayBeApplied: true,
    idempotencyKey,
  });
  expect(error.results).toHaveLength(10_000);
  expect(error.groupIds).toHaveLength(1);

  const finished = await clientOf(gateway).bulk(updates, { idempotencyKey: error.idempotencyKey });
  expect(finished).toMatchObject({ ok: true, appliedCount: 20_001, replayed: false });
  expect(finished.results.at(-1)).toMatchObject({ ok: true, sku: { version: 20_001 } });
});

test('an aborted call ends at once, says so, and frees its connection', async () => {
  const server = await scripted(saysNothing);
  const stop = new AbortController();
  const call = thrownBy(clientOf(server).update(update, { signal: stop.signal }));
  await expect.poll(() => server.asked.length).toBe(1);
  const begun = performance.now();
  stop.abort('enough');
  const error = await call;
  expect(performance.now() - begun).toBeLessThan(1_000);
  expect(error).toMatchObject({ name: 'AbortError', code: 'ABORTED', cause: 'enough', mayBeApplied: true });
  expect(error.idempotencyKey).toBe(keysOf(server)[0]);
});

test('an abort ends a wait too, and a call that begins after it sends nothing', async () => {
  const server = await scripted(refuse(503, 'OVERLOADED', { 'retry-after': '30' }));
  const stop = new AbortController();
  let isAnswered = false;
  const client = clientOf(server, {
    fetch: async (input, init) => {
      const { status, headers, body } = await fetch(input, init);
      const text = await new Response(body).text();
      // Once the client has read it, which takes no other event.
      setTimeout(() => (isAnswered = true), 50);
      return new Response(text, { status, headers });
    },
  });
  const call = thrownBy(client.update(update, { signal: stop.signal }));
  await expect.poll(() => isAnswered).toBe(true);
  stop.abort();
  expect(await call).toMatchObject({ code: 'ABORTED', mayBeApplied: false });
  const late = await thrownBy(clientOf(server).update(update, { signal: stop.signal }));
  expect(late).toMatchObject({ code: 'ABORTED', mayBeApplied: false });
  expect(server.asked).toHaveLength(1);
});

test('a fetch that does not know signals is left all the same', async () => {
  const client = createClient({
    url: 'http://127.0.0.1:9',
    token: TOKEN,
    fetch: () => new Promise(() => undefined),
  });
  expect(await thrownBy(client.sku(by, { signal: AbortSignal.timeout(50) }))).toMatchObject({
    code: 'ABORTED',
  });
});

test('a token function is asked for each try', async () => {
  const server = await scripted(refuse(503, 'OVERLOADED'), json(200, SKU));
  let count = 0;
  const client = createClient({ url: `${server.url}/graphql/`, token: async () => `token-${++count}` });
  await client.sku(by);
  expect(server.asked.map(({ headers }) => headers.authorization)).toEqual([
    'Bearer token-1',
    'Bearer token-2',
  ]);
  expect(server.asked.map(({ path }) => path)).toEqual(['/graphql', '/graphql']);
});

test('the token is in no message and in no URL', async () => {
  const secret = 'very-secret-token';
  const texts: string[] = [];
  const noteAll = (error: unknown) => {
    for (let cause = error; cause instanceof Error; cause = cause.cause)
      texts.push(cause.message, cause.stack ?? '', JSON.stringify(cause), JSON.stringify(cause.cause) ?? '');
  };
  for (const step of [hangUp, refuse(401, 'UNAUTHENTICATED'), json(200, {})]) {
    const server = await scripted(step);
    const client = createClient({ url: server.url, token: secret, deadlineMs: 100 });
    await client.sku(by).catch(noteAll);
    await client.importFile('sku_id\n').catch(noteAll);
    const signal = AbortSignal.timeout(500);
    await client
      .live({ signal, onStatus: (status) => status.state === 'resuming' && noteAll(status.error) })
      .next()
      .catch(noteAll);
    texts.push(...server.asked.map(({ path }) => path));
  }
  for (const token of [`${secret}\n`, `${secret} 数`, `${secret}\u0000`]) {
    expect(() => createClient({ url: 'http://127.0.0.1:9', token })).toThrow(TypeError);
    try {
      createClient({ url: 'http://127.0.0.1:9', token });
    } catch (error) {
      noteAll(error);
    }
    await createClient({ url: 'http://127.0.0.1:9', token: () => token })
      .sku(by)
      .catch(noteAll);
  }
  expect(texts.length).toBeGreaterThan(10);
  expect(texts.filter((text) => text.includes(secret))).toEqual([]);
});

test('a refused connection is told with the address and its cause', async () => {
  const server = await scripted(saysNothing);
  server.close();
  const error = await thrownBy(clientOf({ url: `${server.url}/stock` }, { deadlineMs: 100 }).sku(by));
  expect(error).toMatchObject({
    code: 'NO_ANSWER',
    message: `The connection to ${server.url} failed or broke.`,
    cause: { cause: { code: 'ECONNREFUSED' } },
  });
});

test('an address with a password, or that is none, is refused when the client is made', () => {
  expect(() => createClient({ url: 'https://me:secret@stock.example.com', token: TOKEN })).toThrow(
    /Give a token/,
  );
  for (const url of ['', 'stock', 'localhost:4000', 'ftp://stock.example.com'])
    expect(() => createClient({ url, token: TOKEN })).toThrow(
      new TypeError('createClient: url must be an address such as https://stock.example.com'),
    );
});
