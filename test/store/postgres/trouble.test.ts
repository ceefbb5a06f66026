/** A PostgreSQL that stalls, or that is set to forget: nobody waits for ever, the pool stays in its bounds, and the operator is told. */
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { describeDurability } from '../../../src/db/upkeep/durability.ts';
import { createInventory, type OpenInventory } from '../../../src/db/inventory.ts';
import { openStore } from '../../../src/db/store/open-store.ts';
import type { Store } from '../../../src/db/store/store.ts';
import { UnavailableError } from '../../../src/domain/unavailable.ts';
import type { TestDatabase } from '../../support/stores/databases.ts';
import { eventually, PATIENCE_MS } from '../../support/eventually.ts';
import { seedDatabase } from '../../support/mutations.ts';
import { query } from '../../support/stores/postgres-server.ts';
import { range } from '../../support/range.ts';
import { adjustSku, requestOf } from '../../support/requests.ts';
import { createTestDatabase } from '../../support/stores/stores.ts';

const QUERY_TIMEOUT_MS = 500;
const STALL_MS = 1_500;
const MAX_CONNECTIONS = 10;

describe.skipIf(inject('postgresUrl') === null)('a PostgreSQL server', () => {
  let database: TestDatabase;
  let store: Store;
  let watcher: Store;
  let inventory: OpenInventory;
  beforeAll(async () => {
    database = await createTestDatabase('postgres');
    await seedDatabase(
      database.url,
      range(40).map((n) => ({ skuId: `sku-${n}` })),
    );
    store = await openStore(database.url, { answerTimeoutMs: QUERY_TIMEOUT_MS });
    watcher = await openStore(database.url);
    inventory = createInventory(store, () => new Date());
  });
  afterAll(async () => {
    await inventory.close();
    await Promise.all([store.close(), watcher.close()]);
    await database.remove();
  });

  /** The processes behind the store's connections. */
  const backends = async () => {
    const { rows } = await sql<{ pid: number }>`
      select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`.execute(
      watcher.db,
    );
    return rows.map(({ pid }) => pid);
  };
  const client = { supplierId: 'acme', actor: 'client', source: 'GRAPHQL' } as const;
  const add = (n: number, key: string) =>
    inventory.update(
      requestOf(client, [adjustSku(`sku-${(n % 40) + 1}`, { quantityInStock: 1 })], {
        operation: 'adjust',
        idempotencyKey: key,
      }),
    );

  test('that stalls under load: each request is answered in time, and each key makes one change once it is back', async () => {
    const keys = range(300).map((n) => `stall-${n}`);
    const outcomes: Promise<unknown>[] = [];
    let most = 0;
    let stalled: number[] = [];
    for (const [n, key] of keys.entries()) {
      const started = performance.now();
      const settle = async (work: Promise<unknown>) => {
        const error = await work.then(
          () => null,
          (reason: unknown) => reason,
        );
        return { error, ms: performance.now() - started };
      };
      outcomes.push(settle(add(n, key)));
      if (n % 3 === 0)
        outcomes.push(settle(inventory.find('acme', [{ kind: 'skuId', value: 'sku-1', gtin: null }])));
      if (n === 100) {
        stalled = await backends();
        for (const pid of stalled) process.kill(pid, 'SIGSTOP');
      }
      if (n % 20 === 0) {
        // Those that were stopped and given up are still there, but not the gateway's any more.
        most = Math.max(most, (await backends()).filter((pid) => !stalled.includes(pid)).length);
      }
      await sleep(5);
    }
    await sleep(STALL_MS);
    for (const pid of stalled) process.kill(pid, 'SIGCONT');
    const settled = (await Promise.all(outcomes)) as { error: unknown; ms: number }[];
    expect(settled.filter(({ error }) => error !== null).length).toBeGreaterThan(0);
    for (const { error } of settled) expect(error === null || error instanceof UnavailableError).toBe(true);
    // A few batches wait one after the other, and the machine may have much else to do; without a bound they would wait for ever.
    expect(Math.max(...settled.map(({ ms }) => ms))).toBeLessThan(PATIENCE_MS);
    expect(most).toBeLessThanOrEqual(MAX_CONNECTIONS);

    // Half a second is little for a commit on a busy machine.
    for (const [n, key] of keys.entries()) await eventually(() => add(n, key));
    const { rows } = await sql<{ changes: number; total: number }>`
      select (select count(*) from inventory_change)::int as changes, (select sum(quantity_in_stock) from sku)::int as total`.execute(
      watcher.db,
    );
    expect(rows).toEqual([{ changes: keys.length, total: keys.length }]);
  });

  test('that answers before its disk does is told of, by each setting', async () => {
    const noFsync: unknown = expect.stringContaining('fsync=off');
    // The server of the tests is set so.
    expect(await describeDurability(watcher)).toEqual({ waitsForStandby: false, warnings: [noFsync] });
    expect((await describeDurability(watcher, true)).warnings[1]).toContain('wait for no standby');
    const name = new URL(database.url).pathname.slice(1);
    await query(database.url, `alter database ${name} set synchronous_commit = off`);
    const again = await openStore(database.url);
    const { warnings } = await describeDurability(again);
    await again.close();
    expect(warnings).toEqual([noFsync, expect.stringContaining('synchronous_commit=off')]);
  });
});
