/** Live streams while PostgreSQL crashes and comes back: each goes on by itself, and tells each change once, whole and in order. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { follow, FOLLOW, type EventStream } from '../support/event-stream.ts';
import { eventually } from '../support/eventually.ts';
import { startGateway } from '../support/machine/process.ts';
import { CLIENT_TOKEN, seedDatabase } from '../support/mutations.ts';
import { range } from '../support/range.ts';
import { createPostgresDatabase } from '../support/stores/databases.ts';
import { createPostgresServer } from '../support/stores/postgres-server.ts';

const CRASHES = 2;
const WITH_SKU = FOLLOW.replace('change {', 'change { sku { title lastChange { id } }');

test(
  'streams go on by themselves after the server crashed and came back',
  { timeout: 120_000 },
  async (context) => {
    const server = await createPostgresServer();
    if (!server) return context.skip();
    await server.start();
    const { url } = await createPostgresDatabase(server.url);
    await seedDatabase(url, [{ skuId: 'A' }]);
    const gateway = await startGateway(url, '--rate-limit', '0', '--log-level', 'silent');
    const open = (query: string, method: 'GET' | 'POST') =>
      follow(gateway.origin, { query, method, token: CLIENT_TOKEN, after: 'WzBd' });
    const streams = await Promise.all(
      range(9).map((n) => open(n % 3 === 0 ? FOLLOW : WITH_SKU, n % 2 === 0 ? 'GET' : 'POST')),
    );
    const texts = streams.map(() => '');
    const ended = Promise.allSettled(
      streams.map(async (stream: EventStream, i) => {
        for (let event = await stream.next(); event; event = await stream.next())
          texts[i] += `${event.change.id} `;
        texts[i] += 'ended';
      }),
    );
    let quantity = 0;
    let isOver = false;
    const write = async () => {
      while (!isOver) {
        await fetch(`${gateway.origin}/timp/products/skus/inventory/`, {
          method: 'POST',
          headers: { authorization: `Token ${CLIENT_TOKEN}`, 'content-type': 'application/json' },
          body: JSON.stringify({ sku_id: 'A', quantity_in_stock: ++quantity }),
        }).catch(() => undefined);
        await pause(2);
      }
    };
    const writers = Promise.all([write(), write()]);
    try {
      for (const _ of range(CRASHES)) {
        await pause(1_500);
        await server.stop('immediate');
        await pause(700);
        await server.start();
      }
      await pause(1_500);
      isOver = true;
      await writers;
      const { body } = await ask(gateway.origin, '{ inventoryChanges(last: 1) { nodes { id } } }');
      const last = Number(body.data.inventoryChanges.nodes[0].id);
      expect(last).toBeGreaterThan(100);
      const all = range(last)
        .map((id) => `${id} `)
        .join('');
      await eventually(() => expect(texts).toEqual(streams.map(() => all)));
    } finally {
      isOver = true;
      for (const stream of streams) stream.drop();
      await ended;
      await gateway.stop();
      await server.remove();
    }
  },
);

async function ask(origin: string, query: string) {
  const response = await fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: { authorization: `Token ${CLIENT_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return { body: await response.json() };
}
