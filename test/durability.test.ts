/** Acknowledged means on disk: the gateway is killed in the middle of a stream of updates, again and again. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCatalog } from '../src/db/catalog.ts';
import { openStore } from '../src/db/open.ts';
import { saveSupplier, saveToken } from '../src/db/tokens.ts';
import { startGateway, type RunningGateway } from './process.ts';
import type { TestDatabase } from './databases.ts';
import { createTestDatabase, describeOnEachStore } from './stores.ts';

const CYCLES = 4;
const CLIENTS = 12;
const TOKEN = 'a-token-for-the-clients';
/** The gateway is killed when the clients had so many answers each, on average, and then at a random moment within this time. */
const MIN_UPDATES = 5;
const KILL_WITHIN_MS = 100;

/** What a client knows of the SKU that it alone updates: it sends 1, 2, 3, ... */
interface Progress {
  readonly skuId: string;
  sent: number;
  acknowledged: number;
}

describeOnEachStore('durability', (kind) => {
  let database: TestDatabase;
  const clients: Progress[] = Array.from({ length: CLIENTS }, (_, i) => ({
    skuId: `sku-${i}`,
    sent: 0,
    acknowledged: 0,
  }));

  beforeAll(async () => {
    database = await createTestDatabase(kind);
    await seed(
      database.url,
      clients.map(({ skuId }) => skuId),
    );
  });
  afterAll(() => database.remove());

  test('every update that was answered is there after a kill -9, and its change record with it', async () => {
    for (let cycle = 0; cycle < CYCLES; cycle++) {
      const gateway = await startGateway(database.url, '--log-level', 'error');
      const streams = clients.map((client) => updateUntilKilled(gateway, client));
      const enough = sum(clients) + CLIENTS * MIN_UPDATES;
      await expect.poll(() => sum(clients), { timeout: 15_000 }).toBeGreaterThan(enough);
      await new Promise((resolve) => setTimeout(resolve, KILL_WITHIN_MS * Math.random()));
      expect(await gateway.stop('SIGKILL')).toBeNull();
      await Promise.all(streams);
      await expectNothingLost(database.url, clients);
    }
  });
});

function sum(clients: readonly Progress[]): number {
  return clients.reduce((total, { acknowledged }) => total + acknowledged, 0);
}

async function seed(url: string, skuIds: readonly string[]): Promise<void> {
  const store = await openStore(url);
  const clock = () => new Date();
  await saveSupplier(store, 'acme', clock());
  await saveToken(
    store,
    TOKEN,
    { supplierId: 'acme', name: 'clients', role: 'supplier', permissions: ['edit_items'], expiresAt: null },
    clock(),
  );
  await createCatalog(store, clock).save(
    { supplierId: 'acme', actor: 'seed' },
    skuIds.map((skuId) => ({ skuId })),
  );
  await store.close();
}

async function updateUntilKilled({ origin }: RunningGateway, client: Progress): Promise<void> {
  for (;;) {
    client.sent = client.acknowledged + 1;
    try {
      const response = await fetch(`${origin}/timp/products/skus/inventory/`, {
        method: 'POST',
        headers: { authorization: `Token ${TOKEN}`, 'content-type': 'application/json' },
        body: JSON.stringify({ sku_id: client.skuId, quantity_in_stock: client.sent }),
      });
      if (response.status !== 200) return;
    } catch {
      return;
    }
    client.acknowledged = client.sent;
  }
}

/** Reads the store itself. The last update may be stored though its answer was lost; nothing before it may be missing. */
async function expectNothingLost(url: string, clients: readonly Progress[]): Promise<void> {
  const store = await openStore(url);
  for (const client of clients) {
    const sku = await store.db
      .selectFrom('sku')
      .select(['quantity_in_stock', 'version'])
      .where('sku_id', '=', client.skuId)
      .executeTakeFirstOrThrow();
    expect([client.acknowledged, client.sent]).toContain(sku.quantity_in_stock);
    const changes = await store.db
      .selectFrom('inventory_change')
      .select('quantity_in_stock')
      .where('sku_id', '=', client.skuId)
      .orderBy('version')
      .execute();
    // One change an update, each with the quantity of its number.
    expect(changes.map((change) => change.quantity_in_stock)).toEqual(
      Array.from({ length: sku.quantity_in_stock }, (_, i) => i + 1),
    );
    expect(sku.version).toBe(changes.length);
    client.acknowledged = sku.quantity_in_stock;
  }
  await store.close();
}
