/** live() on connections that break, are cut by proxies or go silent, with slow readers, and with readers that leave. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createClient, type Client, type LiveStatus } from '../../packages/client/src/client.ts';
import { eventually } from '../support/eventually.ts';
import { range } from '../support/range.ts';
import { openDemoGateway, TOKEN, type DemoGateway } from './demo-gateway.ts';
import { json, openScripted, refuse } from './scripted-server.ts';

let gateway: DemoGateway;
let client: Client;
let writer: Client;
beforeAll(async () => {
  gateway = await openDemoGateway('--rate-limit', '0');
  client = createClient({ url: gateway.url, token: TOKEN });
  writer = createClient({ url: gateway.direct, token: TOKEN });
});
afterEach(() => {
  gateway.proxy.isSilent = false;
  gateway.proxy.cut();
});
afterAll(() => gateway.close());

const SKU = { skuId: 'yoyo-red' };
const sell = () => writer.adjust({ identifier: SKU, quantityInStockDelta: 1 });

/** Follows from now on, and collects the versions of the SKU that come. */
function collect(options: { silenceMs?: number; signal?: AbortSignal } = {}) {
  const versions: number[] = [];
  const statuses: LiveStatus[] = [];
  const live = client.live({
    ...options,
    filter: { skuIds: [SKU.skuId] },
    onStatus: (status) => statuses.push(status),
  });
  const ended = (async () => {
    for await (const { change } of live) versions.push(change.version);
  })();
  const states = () => statuses.map(({ state }) => state);
  return { versions, statuses, states, live, ended };
}

test('a stream that is cut again and again loses nothing, doubles nothing, and says so', async () => {
  const { versions, statuses, states, live, ended } = collect();
  await eventually(() => expect(states()).toEqual(['live']));
  let last = 0;
  for (const cut of range(6)) {
    for (let i = 0; i < 5; i++) {
      const result = await sell();
      if (result.ok) last = result.sku.version;
      if (i === cut % 5) gateway.proxy.cut();
    }
  }
  await eventually(() => expect(versions.at(-1)).toBe(last));
  expect(versions).toEqual(range(30).map((n) => last - 30 + n));
  const resuming = statuses.find((status) => status.state === 'resuming');
  expect(resuming).toMatchObject({ error: { code: 'NO_ANSWER' } });
  expect(resuming?.cursor).toMatch(/\S/);
  expect(states().filter((state) => state === 'live').length).toBeGreaterThan(1);
  await live.return?.();
  await ended;
});

test('a connection that goes silent is dead, and the next one goes on', async () => {
  const { versions, statuses, live, ended } = collect({ silenceMs: 1_000 });
  await eventually(() => expect(statuses.at(-1)?.state).toBe('live'));
  gateway.proxy.isSilent = true;
  const sold = await sell();
  await eventually(() => expect(statuses.at(-1)?.state).toBe('resuming'));
  expect(statuses.at(-1)).toMatchObject({ error: { code: 'TIMED_OUT' } });
  gateway.proxy.isSilent = false;
  await eventually(() => expect(versions).toEqual([sold.ok && sold.sku.version]));
  await live.return?.();
  await ended;
});

test('comments of the gateway keep a silent stream', async () => {
  const { states, live, ended } = collect({ silenceMs: 13_500 });
  await sleep(15_000);
  expect(states()).toEqual(['live']);
  await live.return?.();
  await ended;
});

test('an abort ends it at once, and frees the connection', async () => {
  const stop = new AbortController();
  const { states, ended } = collect({ signal: stop.signal });
  await eventually(() => expect(states()).toEqual(['live']));
  // `fetch` may keep another one for later requests.
  const { open } = gateway.proxy;
  const begun = performance.now();
  stop.abort();
  await expect(ended).rejects.toMatchObject({ name: 'AbortError', code: 'ABORTED' });
  expect(performance.now() - begun).toBeLessThan(1_000);
  await eventually(() => expect(gateway.proxy.open).toBeLessThan(open));
});

test('an abort ends it and frees the connection also while the reader is busy, and what had arrived is not given', async () => {
  const begin = await writer.changes({ filter: { skuIds: [SKU.skuId] } }).next();
  for (let i = 0; i < 20; i++) await sell();
  const stop = new AbortController();
  const live = client.live({ after: begin.value?.cursor, signal: stop.signal });
  await live.next();
  const { open } = gateway.proxy;
  stop.abort();
  await eventually(() => expect(gateway.proxy.open).toBeLessThan(open));
  await expect(live.next()).rejects.toMatchObject({ code: 'ABORTED' });
  expect(await live.next()).toEqual({ value: undefined, done: true });

  const end = new AbortController();
  const changes = writer.changes({ signal: end.signal });
  await changes.next();
  end.abort();
  await expect(changes.next()).rejects.toMatchObject({ name: 'AbortError', code: 'ABORTED' });
});

test('a reader that leaves the loop frees the connection, also while nothing comes', async () => {
  const { states, live, ended } = collect();
  await eventually(() => expect(states()).toEqual(['live']));
  let { open } = gateway.proxy;
  await live.return?.();
  await ended;
  await eventually(() => expect(gateway.proxy.open).toBeLessThan(open));

  const { value: start } = await writer.changes().next();
  for await (const event of client.live({ after: start?.cursor })) {
    ({ open } = gateway.proxy);
    if (event) break;
  }
  await eventually(() => expect(gateway.proxy.open).toBeLessThan(open));
});

test('nothing is read ahead: a slow reader holds one piece of what waits', async () => {
  const encoder = new TextEncoder();
  let pieces = 0;
  // Without end, and ten events at a time.
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        const events = range(10).map((n) => ({ cursor: `${pieces}/${n}`, change: {} }));
        pieces += 1;
        const blocks = events.map(
          (result) => `event: next\ndata: ${JSON.stringify({ data: { result } })}\n\n`,
        );
        controller.enqueue(encoder.encode(blocks.join('')));
      },
    },
    { highWaterMark: 0 },
  );
  const headers = { 'content-type': 'text/event-stream; charset=utf-8' };
  const slow = createClient({
    url: gateway.url,
    token: TOKEN,
    fetch: async () => new Response(body, { headers }),
  });
  const cursors: string[] = [];
  for await (const { cursor } of slow.live({ after: 'c' })) {
    cursors.push(cursor);
    // A fast reader of the same thread would have had its turn.
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(pieces).toBe(Math.ceil(cursors.length / 10));
    if (cursors.length === 35) break;
  }
  expect(cursors).toEqual(range(35).map((n) => `${Math.floor((n - 1) / 10)}/${((n - 1) % 10) + 1}`));
});

test('what no other try would change is thrown', async () => {
  await expect(client.live({ after: 'no cursor' }).next()).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  const stranger = createClient({ url: gateway.url, token: 'nobody' });
  await expect(stranger.live().next()).rejects.toMatchObject({ code: 'UNAUTHENTICATED', status: 401 });
});

test('streams that are refused for now, and faults of the gateway, are waited for', async () => {
  const event = { cursor: 'c2', change: { skuId: 'a' } };
  const sent = (text: string) => (response: Parameters<Parameters<typeof openScripted>[0]>[0]) =>
    void response.writeHead(200, { 'content-type': 'text/event-stream' }).end(text);
  const fault = { errors: [{ message: 'A fault.', extensions: { code: 'INTERNAL_SERVER_ERROR' } }] };
  const server = await openScripted(
    json(200, { data: { result: 'c1' } }),
    refuse(429, 'TOO_MANY_STREAMS', { 'retry-after': '1' }),
    sent(`event: next\ndata: ${JSON.stringify(fault)}\n\n`),
    // Cut in the middle of an event, which therefore comes again.
    sent(`:\r\n\r\nevent: next\r\ndata: ${JSON.stringify({ data: { result: event } })}`),
    sent(
      `: ping\n\nevent: next\ndata: ${JSON.stringify({ data: { result: event } })}\n\nevent: complete\ndata:\n\n`,
    ),
    refuse(403, 'FORBIDDEN'),
  );
  try {
    const codes: unknown[] = [];
    const live = createClient({ url: server.url, token: TOKEN }).live({
      onStatus: (status) => codes.push(status.state === 'live' ? 'live' : status.error.code),
    });
    expect(await live.next()).toEqual({ value: event, done: false });
    await expect(live.next()).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(codes).toEqual([
      'TOO_MANY_STREAMS',
      ...['live', 'INTERNAL_SERVER_ERROR'],
      ...['live', 'NO_ANSWER'],
      ...['live', 'NO_ANSWER'],
    ]);
    const cursors = server.asked.map(
      ({ body }) => (JSON.parse(body) as { variables: { after?: string } }).variables.after,
    );
    expect(cursors).toEqual([undefined, 'c1', 'c1', 'c1', 'c1', 'c2']);
  } finally {
    server.close();
  }
});
