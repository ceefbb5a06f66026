/** Several gateways on one PostgreSQL under mixed load: no deadlock, every answer accounted for, positions without a gap. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createCatalog } from '../../src/db/catalog.ts';
import { createInventory, type OpenInventory } from '../../src/db/inventory.ts';
import { openStore } from '../../src/db/store/open-store.ts';
import type { Store } from '../../src/db/store/store.ts';
import { saveSupplier } from '../../src/db/suppliers.ts';
import type { RowResult, UpdateAnswer, UpdateRequest } from '../../src/domain/update.ts';
import type { TestDatabase } from '../support/stores/databases.ts';
import { eventually } from '../support/eventually.ts';
import { adjustSku, requestOf, setSku } from '../support/requests.ts';
import { range } from '../support/range.ts';
import { createTestDatabase } from '../support/stores/stores.ts';

const GATEWAYS = 3;
const ROUNDS = 6;
const SKUS = 20;
/** Clients of a gateway that update SKUs which no other gateway touches, and how often each does. */
const CLIENTS = 32;
const UPDATES = 40;
const suppliers = range(16).map((n) => `supplier-${n}`);
const skuIds = range(SKUS).map((n) => `sku-${n}`);
const ownSku = (gateway: number, client: number) => `own-${gateway}-${client}`;
const ownSkus = range(GATEWAYS).flatMap((n) => range(CLIENTS).map((client) => ownSku(n - 1, client)));
const clock = () => new Date();

/** What one gateway was answered, and what its imports counted. */
interface Told {
  readonly answers: UpdateAnswer[];
  imported: number;
}

describe.skipIf(inject('postgresUrl') === null)('several gateways on one PostgreSQL', () => {
  let database: TestDatabase;
  let stores: Store[] = [];
  let inventories: OpenInventory[] = [];
  let watcher: Store;
  beforeAll(async () => {
    database = await createTestDatabase('postgres');
    watcher = await openStore(database.url);
    for (const supplierId of suppliers) {
      await saveSupplier(watcher, supplierId, clock());
      await createCatalog(watcher, clock).save(
        { supplierId, actor: 'seed' },
        [...skuIds, ...ownSkus].map((skuId) => ({ skuId })),
      );
    }
    // As on a database that has been in use: the planner knows that a few suppliers are all.
    await sql`analyze`.execute(watcher.db);
    stores = await Promise.all(range(GATEWAYS).map(() => openStore(database.url)));
    inventories = stores.map((store) => createInventory(store, clock));
  });
  afterAll(async () => {
    await watcher.close();
    await database.remove();
  });

  /** The same work at every gateway, each in an order of its own, all suppliers at once. */
  async function work(gateway: number): Promise<Told> {
    const [store, inventory] = [stores[gateway], inventories[gateway]];
    if (!store || !inventory) throw new Error('There is no such gateway.');
    const told: Told = { answers: [], imported: 0 };
    const catalog = createCatalog(store, clock);
    const ask = async (supplierId: string, more: Partial<UpdateRequest>) => {
      const origin = { supplierId, actor: `gateway ${gateway}`, source: 'GRAPHQL' } as const;
      const answer = await inventory.update(requestOf(origin, [], more));
      told.answers.push(answer);
      return answer;
    };
    const set = (skuId: string, quantityInStock: number, version?: number) =>
      setSku(skuId, { quantityInStock }, version === undefined ? undefined : { version });
    const order = <T>(items: readonly T[]) => (gateway % 2 === 0 ? items : items.toReversed());
    const serve = async (supplierId: string, round: number) => {
      const quantity = 1_000 * (round + 1) + gateway;
      const singles = order(skuIds).map((skuId) => ask(supplierId, { rows: [set(skuId, quantity)] }));
      const bulk = ask(supplierId, {
        rows: order(skuIds).map((skuId) => set(skuId, quantity + 500)),
        atomicity: 'ALL_OR_NOTHING',
      });
      const keyed = order(skuIds).map((skuId) =>
        ask(supplierId, {
          operation: 'adjust',
          idempotencyKey: `${skuId}-${round}`,
          rows: [adjustSku(skuId, { quantityInStock: 1 })],
        }),
      );
      const { results } = await bulk;
      await ask(supplierId, { source: 'REVERT', rows: results.flatMap((result) => undo(result, set)) });
      await Promise.all([...singles, ...keyed]);
    };
    // Only the suppliers' rows are in their way: no lock on a SKU puts their transactions in order.
    const updateOwn = async (client: number) => {
      for (const n of range(UPDATES)) {
        const supplierId = suppliers[(client * 7 + n * (2 * gateway + 1)) % suppliers.length] ?? '';
        await ask(supplierId, { rows: [set(ownSku(gateway, client), n)] });
      }
    };
    const own = range(CLIENTS).map(updateOwn);
    for (const round of range(ROUNDS)) {
      const rows = order([...skuIds, `new-${round}`]).map((skuId) => ({
        skuId,
        title: `Title ${round} of ${gateway}`,
        ean13: '4006381333931',
        quantityOnBackorder: 10 * round + gateway,
      }));
      const served = order(suppliers).map((supplierId) => serve(supplierId, round));
      for (const supplierId of order(suppliers.slice(0, 4))) {
        told.imported += (await catalog.save({ supplierId, actor: `import ${gateway}` }, rows)).created;
      }
      await inventory.purgeKeys(60_000);
      await Promise.all(served);
    }
    await Promise.all(own);
    return told;
  }

  test(
    'updates, bulk calls, keys, undos and imports of 16 suppliers at once',
    { timeout: 120_000 },
    async () => {
      const told = await Promise.all(range(GATEWAYS).map((n) => work(n - 1)));
      await Promise.all(inventories.map((inventory) => inventory.close()));
      await Promise.all(stores.map((store) => store.close()));

      const answers = told.flatMap((one) => one.answers);
      expect(answers).toHaveLength(
        GATEWAYS * (ROUNDS * suppliers.length * (2 * SKUS + 2) + CLIENTS * UPDATES),
      );
      const applied = answers.flatMap(({ replayed, results }) => (replayed ? [] : results.flatMap(changeOf)));
      const { rows: log } = await sql<{ supplier_id: string; position: number; source: string }>`
      select supplier_id, position, source from inventory_change order by supplier_id, position`.execute(
        watcher.db,
      );
      for (const supplierId of suppliers) {
        const positions = log.flatMap((row) => (row.supplier_id === supplierId ? [row.position] : []));
        expect(positions).toEqual(range(positions.length));
      }
      // Each change that was told is in the log, and no other but the imports'.
      const places = applied.map((change) => `${change.supplierId} ${change.position}`);
      const updates = log.filter(({ source }) => source !== 'IMPORT');
      expect(places.toSorted()).toEqual(
        updates.map(({ supplier_id, position }) => `${supplier_id} ${position}`).toSorted(),
      );
      // One gateway of the three made each new SKU, and each key's one change.
      expect(told.reduce((sum, { imported }) => sum + imported, 0)).toBe(4 * ROUNDS);
      expect(answers.filter(({ replayed }) => replayed)).toHaveLength(
        (GATEWAYS - 1) * ROUNDS * suppliers.length * SKUS,
      );
      await expectNoDeadlock();
    },
  );

  /** A server process reports its counts when its connection ends, at the latest. */
  async function expectNoDeadlock() {
    const others = () =>
      sql<{ pid: number }>`select pid from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`.execute(watcher.db);
    await eventually(async () => expect((await others()).rows).toEqual([]));
    const { rows } =
      await sql`select deadlocks from pg_stat_database where datname = current_database()`.execute(
        watcher.db,
      );
    expect(rows).toEqual([{ deadlocks: 0 }]);
  }
});

function changeOf(result: RowResult) {
  return result.outcome === 'APPLIED' ? [result.change] : [];
}

/** Sets back what this result changed, if nobody else has changed the SKU since. */
function undo<T>(result: RowResult, set: (skuId: string, quantity: number, version: number) => T): T[] {
  return changeOf(result).map(({ skuId, before, version }) => set(skuId, before.quantityInStock, version));
}
