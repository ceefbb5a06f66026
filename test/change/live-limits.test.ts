/** Live streams at their limits: a reader that is slow, a server that closes, a store that fails. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { listTokens, revokeToken, saveToken } from '../../src/db/tokens.ts';
import { countWaiters, follow, FOLLOW } from '../support/event-stream.ts';
import { UnavailableError } from '../../src/domain/unavailable.ts';
import { eventually } from '../support/eventually.ts';
import { oneThread, openGateway, tokens, type Gateway } from '../support/gateway.ts';
import { describeOnEachStore } from '../support/stores/stores.ts';
import { range } from '../support/range.ts';

const acme = {
  supplierId: 'acme',
  role: 'supplier',
  permissions: ['view_items'],
  expiresAt: null,
} as const;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
/** A second or two where nothing else runs; a stream that is not cut off lasts for ever. */
const CLOSED_MS = 15_000;

const BULK = `mutation ($input: BulkUpdateSkuInventoryInput!) {
  bulkUpdateSkuInventory(input: $input) { appliedCount }
}`;
/** As FOLLOW, but an event takes some 10 KB. */
const HEAVY = FOLLOW.replace(
  'cursor',
  `cursor change { ${range(20)
    .map((n) => `r${n}: reason`)
    .join(' ')} }`,
);
const HEAVY_CHANGES = 4000;

/** Asks for everything from the start on, and reads nothing of it. */
async function connectSilently(origin: string): Promise<Socket> {
  const socket = connect(Number(new URL(origin).port), '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.pause();
  const after = Buffer.from('[0]').toString('base64url');
  const body = JSON.stringify({ query: HEAVY, variables: { after } });
  socket.write(
    `POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Token ${tokens.full}\r\nAccept: text/event-stream\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  return socket;
}

/** So many changes with a long reason. */
async function changeOften(gateway: Gateway): Promise<void> {
  const updates = range(HEAVY_CHANGES).map((n) => ({ identifier: { skuId: 'EACH' }, quantityInStock: n }));
  const { body } = await gateway.graphql(BULK, { input: { updates, reason: 'x'.repeat(500) } });
  expect(body.data.bulkUpdateSkuInventory.appliedCount).toBe(HEAVY_CHANGES);
}

describeOnEachStore('a server with live streams', (kind) => {
  let gateway: Gateway;
  let origin = '';
  let closed = false;
  beforeAll(async () => {
    gateway = await openGateway(kind, undefined, {}, oneThread);
    origin = await gateway.listen();
    await changeOften(gateway);
  });
  afterAll(async () => {
    if (!closed) await gateway.close();
  });

  test('reads ahead and holds only a little for a slow reader, which then gets every change in order', async () => {
    const read = vi.spyOn(gateway.inventory, 'changesWindow');
    const before = process.memoryUsage();
    const socket = await connectSilently(origin);
    let pages = -1;
    // Until the sockets are full.
    while (pages < 1 || pages < read.mock.calls.length) {
      pages = read.mock.calls.length;
      await pause(400);
    }
    const held = process.memoryUsage();
    expect(pages).toBeGreaterThan(0);
    // The kernel's buffers on loopback hold some 6 MB, of 40.
    // A page ends at 64 KiB, which seven of these changes have.
    expect(pages * 7).toBeLessThan(HEAVY_CHANGES / 2);
    expect(held.external + held.arrayBuffers - before.external - before.arrayBuffers).toBeLessThan(20e6);
    const events: number[] = [];
    let text = '';
    socket.setEncoding('latin1');
    for await (const chunk of socket) {
      text += chunk;
      const blocks = text.split('event: next');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const id = /"id":"(\d+)"/.exec(block)?.[1];
        if (id !== undefined) events.push(Number(id));
      }
      if (/"id":"4000"/.test(text)) break;
    }
    events.push(HEAVY_CHANGES);
    expect(events).toEqual(range(HEAVY_CHANGES));
    socket.destroy();
  });

  test('ends a stream within five seconds when its token is revoked, and refuses it when it comes again', async () => {
    await saveToken(gateway.store, 'short-lived', { ...acme, name: 'short-lived' }, new Date());
    const [stream, other] = await Promise.all([follow(origin, { token: 'short-lived' }), follow(origin)]);
    const { id = '' } = (await listTokens(gateway.store)).find(({ name }) => name === 'short-lived') ?? {};
    expect(await revokeToken(gateway.store, id, new Date())).toBe(true);
    const revoked = performance.now();
    await stream.rest();
    // Five seconds on a machine that has nothing else to do.
    expect(performance.now() - revoked).toBeLessThan(15_000);
    expect((await follow(origin, { token: 'short-lived' })).status).toBe(401);
    await gateway.legacy({ sku_id: 'EACH', quantity_in_stock: 77 });
    expect(await other.take(1)).toHaveLength(1);
    other.drop();
  });

  test('goes on with a stream when the store fails for a moment', async () => {
    const stream = await follow(origin);
    const failing = vi
      .spyOn(gateway.store.points, 'executeQuery')
      .mockRejectedValue(new UnavailableError('STORE_UNAVAILABLE'));
    await pause(500);
    failing.mockRestore();
    await gateway.legacy({ sku_id: 'EACH', quantity_in_stock: 5 });
    expect(await stream.take(1)).toMatchObject([{ change: { after: { quantityInStock: 5 } } }]);
    stream.drop();
  });

  // The last of them, because it closes the server.
  test('closes soon though a client does not read what it was sent', async () => {
    const socket = await connectSilently(origin);
    await pause(500);
    closed = true;
    const closing = gateway.close();
    const outcome = await Promise.race([
      closing.then(() => 'closed'),
      pause(CLOSED_MS).then(() => 'still open'),
    ]);
    socket.destroy();
    await closing;
    expect(outcome).toBe('closed');
  });
});

describeOnEachStore('a server whose readers wait', (kind) => {
  test('closes soon, and every stream ends: those that wait, and those whose client is gone', async () => {
    const gateway = await openGateway(kind, undefined, {}, oneThread);
    const origin = await gateway.listen();
    const waiters = countWaiters(gateway.inventory);
    const waiting = await Promise.all(range(20).map(() => follow(origin)));
    const gone = await Promise.all(range(5).map(() => follow(origin)));
    for (const stream of gone) stream.drop();
    await eventually(() => expect(waiters()).toBe(1));
    const endings = waiting.map((stream) => stream.rest());
    const idle = await fetch(`${origin}/graphql`, { headers: { accept: 'text/html' } });
    await idle.text();
    const started = performance.now();
    await gateway.close();
    expect(performance.now() - started).toBeLessThan(CLOSED_MS);
    for (const text of await Promise.all(endings)) {
      // Cut off with a hint to come back, and not completed, which would tell a client that there is no more.
      expect(text).toMatch(/retry: 1000$/);
      expect(text).not.toContain('event: complete');
    }
    expect(waiters()).toBe(0);
  });
});
