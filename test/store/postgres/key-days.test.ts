/** Idempotency keys on PostgreSQL go by whole days, with exact sums, whoever writes or reads meanwhile. */
import { sql } from 'kysely';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { createInventory, type OpenInventory } from '../../../src/db/inventory.ts';
import { KEYS, listPartitions } from '../../../src/db/partition/partitions.ts';
import { openStore } from '../../../src/db/store/open-store.ts';
import type { Store } from '../../../src/db/store/store.ts';
import { checkDatabase } from '../../../src/db/upkeep/check.ts';
import { fingerprintOf } from '../../../src/domain/idempotency.ts';
import { requestOf, setSku } from '../../support/requests.ts';
import { seedDatabase } from '../../support/mutations.ts';
import { openOldStore } from '../../support/stores/old-store.ts';
import type { TestDatabase } from '../../support/stores/databases.ts';
import { createBareDatabase, createTestDatabase } from '../../support/stores/stores.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const origin = { supplierId: 'acme', actor: 'dashboard', source: 'GRAPHQL' } as const;
let quantity = 0;

const requestUnder = (idempotencyKey: string) =>
  requestOf(origin, [setSku('S', { quantityInStock: ++quantity })], { idempotencyKey });

async function serveFor({ db }: Store, ms: number): Promise<void> {
  await db
    .updateTable('service_clock')
    .set((eb) => ({ elapsed_ms: eb('elapsed_ms', '+', ms) }))
    .execute();
}

describe.skipIf(inject('postgresUrl') === null)('days of idempotency keys', () => {
  let database: TestDatabase;
  let store: Store;
  let inventory: OpenInventory;
  beforeEach(async () => {
    database = await createTestDatabase('postgres');
    await seedDatabase(database.url, [{ skuId: 'S' }]);
    store = await openStore(database.url);
    inventory = createInventory(store, () => new Date());
  });
  afterEach(async () => {
    await inventory.close();
    await store.close();
    const { findings } = await checkDatabase(database.url);
    await database.remove();
    expect(findings).toEqual([]);
  });

  const days = async () => (await listPartitions(store.db, KEYS)).map(({ to }) => to / DAY_MS);
  const keys = async () =>
    (await store.db.selectFrom('idempotency_key').select('key').orderBy('key').execute()).map(
      ({ key }) => key,
    );

  test('go as a whole once all their keys are old, and their room is given back', async () => {
    await inventory.update(requestUnder('first'));
    await serveFor(store, 20 * HOUR_MS);
    await inventory.update(requestUnder('evening'));
    await serveFor(store, 5 * HOUR_MS);
    await inventory.update(requestUnder('morning'));
    await inventory.purgeKeys(DAY_MS);
    expect(await keys()).toEqual(['evening', 'first', 'morning']);
    expect(await days()).toEqual([1, 2, 3]);
    await serveFor(store, 24 * HOUR_MS);
    await inventory.purgeKeys(DAY_MS);
    expect(await keys()).toEqual(['morning']);
    expect(await days()).toEqual([2, 3, 4]);
    const { rows } = await sql`select relname from pg_class where relname like '%loose%'`.execute(store.db);
    expect(rows).toEqual([]);
  });

  test('do not count: a key is known on the next day, and is written once', async () => {
    const request = requestUnder('kept');
    const first = await inventory.update(request);
    await serveFor(store, DAY_MS + HOUR_MS);
    expect(await inventory.update(request)).toEqual({ ...first, replayed: true });
    expect(await keys()).toEqual(['kept']);
  });

  test('are made by a write that finds none, also after days on which nobody made one', async () => {
    await serveFor(store, 40 * DAY_MS);
    expect(await inventory.update(requestUnder('late'))).toMatchObject({ results: [{ outcome: 'APPLIED' }] });
    expect(await days()).toEqual([1, 2, 40, 41, 42]);
    await inventory.purgeKeys(DAY_MS);
    expect(await days()).toEqual([40, 41, 42]);
    expect(await keys()).toEqual(['late']);
  });

  test('go while gateways store keys, and the sums stay exact', async () => {
    const other = await openStore(database.url);
    const second = createInventory(other, () => new Date());
    let isOver = false;
    let stored = 0;
    const write = async (gateway: OpenInventory) => {
      while (!isOver) await gateway.update(requestUnder(`key ${++stored}`));
    };
    const writing = Promise.all([write(inventory), write(inventory), write(second), write(second)]);
    for (let day = 0; day < 6; day++) {
      await serveFor(store, 13 * HOUR_MS);
      await Promise.all([inventory.purgeKeys(DAY_MS), second.purgeKeys(DAY_MS)]);
    }
    isOver = true;
    await writing;
    const left = (await keys()).length;
    expect(left).toBeLessThan(stored);
    expect(left).toBeGreaterThan(0);
    expect((await days())[0]).toBeGreaterThan(1);
    await second.close();
    await other.close();
  });

  test('wait for a long reader, and writers do not wait with them', async () => {
    await inventory.update(requestUnder('old'));
    await serveFor(store, 3 * DAY_MS);
    const reader = new Client({ connectionString: database.url });
    await reader.connect();
    await reader.query('begin; select 1 from idempotency_key limit 1');
    let isOver = false;
    let longest = 0;
    const writing = (async () => {
      for (let n = 0; !isOver; n++) {
        const began = performance.now();
        await inventory.update(requestUnder(`new ${n}`));
        longest = Math.max(longest, performance.now() - began);
      }
    })();
    await inventory.purgeKeys(DAY_MS);
    isOver = true;
    await writing;
    expect(longest).toBeLessThan(1_500);
    expect(await keys()).toContain('old');
    await reader.query('commit');
    await reader.end();
    await inventory.purgeKeys(DAY_MS);
    expect(await keys()).not.toContain('old');
  });
});

test.skipIf(inject('postgresUrl') === null)(
  'keys of an old store are known, and go with the day on which it was brought along',
  async () => {
    const { url, remove } = await createBareDatabase('postgres');
    const request = requestOf(origin, [setSku('A', { quantityInStock: 9 })], { idempotencyKey: 'before' });
    const old = await openOldStore('postgres', url, '0012_cursor_ahead');
    await sql`insert into supplier (supplier_id, created_at, name, idempotency_bytes) values ('acme', '', 'acme', 214)`.execute(
      old,
    );
    await sql`insert into idempotency_key (supplier_id, operation, key, fingerprint, answer, made_at_ms)
      values ('acme', 'updateSkuInventory', 'before', ${fingerprintOf(request)}, '{}', 1000)`.execute(old);
    await sql`update service_clock set elapsed_ms = ${30 * HOUR_MS}`.execute(old);
    const file = (name: string) =>
      sql<{ file: number }>`select relfilenode as file from pg_class where relname = ${name}`;
    const before = await file('idempotency_key').execute(old);
    await old.destroy();

    const store = await openStore(url);
    expect(await file('idempotency_key_d0').execute(store.db)).toMatchObject({ rows: before.rows });
    expect((await checkDatabase(url)).findings).toEqual([]);
    const inventory = createInventory(store, () => new Date());
    await inventory.purgeKeys(DAY_MS);
    expect((await store.db.selectFrom('idempotency_key').select('key').execute()).length).toBe(1);
    await serveFor(store, 45 * HOUR_MS);
    await inventory.purgeKeys(DAY_MS);
    expect((await store.db.selectFrom('idempotency_key').select('key').execute()).length).toBe(0);
    expect(await store.db.selectFrom('supplier').select('idempotency_bytes').execute()).toEqual([
      { idempotency_bytes: 0 },
    ]);
    await inventory.close();
    await store.close();
    await remove();
  },
);
