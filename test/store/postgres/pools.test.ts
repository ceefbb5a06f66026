/** Long reads on PostgreSQL: they are stopped, they are in nobody's way, and no process that stalls keeps its locks. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createInventory } from '../../../src/db/inventory.ts';
import { openStore } from '../../../src/db/store/open-store.ts';
import type { Store } from '../../../src/db/store/store.ts';
import { createAuthenticate } from '../../../src/db/authenticate.ts';
import { inTransaction } from '../../../src/db/store/transaction.ts';
import { parseIdentifier } from '../../../src/domain/identifier.ts';
import type { TestDatabase } from '../../support/stores/databases.ts';
import { eventually } from '../../support/eventually.ts';
import { seedStore, tokens } from '../../support/gateway.ts';
import { setSku, updateFor } from '../../support/requests.ts';
import { createTestDatabase } from '../../support/stores/stores.ts';

const clock = () => new Date();
const origin = { supplierId: 'acme', actor: 'client', source: 'GRAPHQL' } as const;
/** Of any one pool there are fewer connections. */
const MANY = 20;

describe.skipIf(inject('postgresUrl') === null)('on PostgreSQL', () => {
  let database: TestDatabase;
  let watcher: Store;
  const opened: Store[] = [];
  const open = async (patience: { queryTimeoutMs?: number; answerTimeoutMs?: number } = {}) => {
    const store = await openStore(database.url, patience);
    opened.push(store);
    return store;
  };
  beforeAll(async () => {
    database = await createTestDatabase('postgres');
    watcher = await open();
    await seedStore(watcher, clock);
  });
  afterAll(async () => {
    await Promise.all(opened.map((store) => store.close()));
    await database.remove();
  });

  const running = async (text: string) => {
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from pg_stat_activity
      where datname = current_database() and state = 'active' and pid <> pg_backend_pid()
        and query like ${`%${text}%`}`.execute(watcher.points);
    return rows[0]?.count ?? 0;
  };

  test('tokens, single SKUs and updates are served while reads have all the connections that they may have', async () => {
    const store = await open();
    const inventory = createInventory(store, clock);
    let finished = 0;
    let reads: Promise<unknown>[] = [];
    await watcher.db.connection().execute(async (holder) => {
      await sql`select pg_advisory_lock(1)`.execute(holder);
      reads = Array.from({ length: MANY }, async () => {
        await sql`select pg_advisory_lock_shared(1), pg_advisory_unlock_shared(1)`.execute(store.db);
        finished++;
      });
      await eventually(async () => expect(await running('pg_advisory_lock_shared')).toBeGreaterThan(1));
      expect(await createAuthenticate(store, clock)(tokens.full)).toMatchObject({ supplierId: 'acme' });
      expect(await inventory.find('acme', [parseIdentifier('skuId', 'shared')])).toMatchObject([
        { sku: { quantityInStock: 10 } },
      ]);
      expect(await updateFor(inventory, origin, [setSku('shared', { quantityInStock: 11 })])).toMatchObject([
        { outcome: 'APPLIED' },
      ]);
      expect(finished).toBe(0);
      await sql`select pg_advisory_unlock(1)`.execute(holder);
    });
    await Promise.all(reads);
    expect(finished).toBe(MANY);
    await inventory.close();
  });

  test('a read that takes too long is stopped, in the server too, and its connection serves on', async () => {
    const store = await open({ queryTimeoutMs: 200 });
    const slow = () => sql`select pg_sleep(60)`.execute(store.db);
    const reads = await Promise.allSettled(Array.from({ length: MANY }, slow));
    for (const read of reads) expect(read).toMatchObject({ reason: { code: 'QUERY_TIMEOUT' } });
    expect(await running('pg_sleep')).toBe(0);
    expect((await sql`select 1 as one`.execute(store.db)).rows).toEqual([{ one: 1 }]);
  });

  test('a process that stalls within a transaction loses its locks, and learns it', async () => {
    const stalling = await open({ answerTimeoutMs: 500 });
    const inventory = createInventory(await open(), clock);
    const lockAcme = sql`update supplier set last_position = last_position where supplier_id = 'acme'`;
    const locked = Promise.withResolvers<void>();
    const others = Promise.withResolvers<void>();
    const stalled = inTransaction(stalling, async (trx) => {
      await lockAcme.execute(trx);
      locked.resolve();
      await others.promise;
      await lockAcme.execute(trx);
    });
    const failure = stalled.catch((error: unknown) => error);
    await locked.promise;
    const results = await updateFor(inventory, origin, [setSku('shared', { quantityInStock: 12 })]);
    expect(results).toMatchObject([{ outcome: 'APPLIED' }]);
    others.resolve();
    expect(await failure).toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await inventory.close();
  });

  test('its connections say whose they are', async () => {
    const { rows } = await sql`select distinct application_name from pg_stat_activity
      where datname = current_database() and backend_type = 'client backend'`.execute(watcher.points);
    expect(rows).toEqual([{ application_name: 'stockgate' }]);
  });
});
