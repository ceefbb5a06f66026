/** /ready says the truth about the store, and cannot be used to make it work. */
import Sqlite from 'better-sqlite3';
import { sql } from 'kysely';
import { statSync } from 'node:fs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { HostError } from '../../src/db/driver/postgres/host-error.ts';
import type { Store } from '../../src/db/store/store.ts';
import { createReadiness } from '../../src/db/commit/readiness.ts';
import { UnavailableError } from '../../src/domain/unavailable.ts';
import type { TestDatabase } from '../support/stores/databases.ts';
import { describeOnEachStore, openTestStore } from '../support/stores/stores.ts';

describeOnEachStore('readiness', (kind) => {
  let database: TestDatabase & { readonly store: Store };
  let store: Store;
  beforeEach(async () => {
    database = await openTestStore(kind);
    ({ store } = database);
  });
  afterEach(() => database.remove());

  const path = () => database.url.slice('sqlite:'.length);
  const later = () => vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 1_001);

  test('is there on a store that takes writes', async () => {
    expect(await createReadiness(store).check()).toBeNull();
  });

  test('is asked of the store once a second, however often it is asked for', async () => {
    const readiness = createReadiness(store);
    const asked =
      kind === 'sqlite' ? vi.spyOn(store.db, 'connection') : vi.spyOn(store.writes, 'getExecutor');
    await Promise.all(Array.from({ length: 200 }, () => readiness.check()));
    await readiness.check();
    const calls = asked.mock.calls.length;
    expect(calls).toBeGreaterThan(0);
    const clock = later();
    await Promise.all(Array.from({ length: 200 }, () => readiness.check()));
    clock.mockRestore();
    expect(asked.mock.calls.length).toBe(2 * calls);
    // One check asks so often, and no more.
    await createReadiness(store).check();
    expect(asked.mock.calls.length).toBe(3 * calls);
  });

  test('is not there on a store that is read-only, and comes back with it', async () => {
    const [off, on] =
      kind === 'sqlite'
        ? [sql`pragma query_only = on`, sql`pragma query_only = off`]
        : [sql`set default_transaction_read_only = on`, sql`set default_transaction_read_only = off`];
    await off.execute(store.writes);
    const readiness = createReadiness(store);
    expect(await readiness.check()).toMatch(/read-only|SQLITE_READONLY/);
    await on.execute(store.writes);
    const clock = later();
    expect(await readiness.check()).toBeNull();
    clock.mockRestore();
  });

  test('is not there while the store says nothing, and no second check queues behind the first', async () => {
    const gate = Promise.withResolvers<void>();
    const prove = vi.fn<() => Promise<void>>(() => gate.promise);
    const db = { connection: () => ({ execute: prove }), getExecutor: notNow };
    const problem = vi.fn<() => HostError | null>(() => null);
    const silent = { kind, db, writes: db, hosts: { problem } };
    function notNow() {
      return { transformQuery: (node: unknown) => node, compileQuery: () => ({}), executeQuery: prove };
    }
    const readiness = createReadiness(silent as unknown as Store);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    try {
      for (let round = 0; round < 3; round++) {
        const checked = readiness.check();
        await vi.advanceTimersByTimeAsync(2_000);
        expect(await checked).toBe('The store has not answered in time.');
        await vi.advanceTimersByTimeAsync(1_001);
      }
      problem.mockReturnValue(new HostError('REPLACED_PRIMARY', 'It names hosts.'));
      const checked = readiness.check();
      await vi.advanceTimersByTimeAsync(2_000);
      expect(await checked).toMatch(
        /^The one .* was replaced by another one, which is gone \(REPLACED_PRIMARY\)\.$/,
      );
      expect(prove).toHaveBeenCalledTimes(1);
    } finally {
      vi.useRealTimers();
      gate.resolve();
    }
  });

  test('takes the word of real commits: a failed one counts until one succeeds, or for four seconds', async () => {
    const readiness = createReadiness(store);
    const full = Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
    readiness.failed(new UnavailableError('STORE_UNAVAILABLE', full));
    expect(await readiness.check()).toBe('The store cannot be written (SQLITE_FULL).');
    readiness.committed({ ms: 1, rows: 0, positions: [], steps: [], outcomes: [], refusals: [] });
    expect(await readiness.check()).toBeNull();
    readiness.failed(new UnavailableError('STORE_UNAVAILABLE', full));
    readiness.failed(new TypeError('A bug says nothing of the store.'));
    expect(await readiness.check()).toBe('The store cannot be written (SQLITE_FULL).');
    const clock = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 4_001);
    expect(await readiness.check()).toBeNull();
    clock.mockRestore();
  });

  test.runIf(kind === 'sqlite')('a check commits for real, and changes nothing', async () => {
    await sql`pragma user_version = 7`.execute(store.db);
    const before = statSync(`${path()}-wal`).size;
    expect(await createReadiness(store).check()).toBeNull();
    // One page and its header.
    expect(statSync(`${path()}-wal`).size - before).toBe(2_048 + 24);
    const { rows } = await sql`pragma user_version`.execute(store.db);
    expect(rows).toEqual([{ user_version: 7 }]);
  });

  test.runIf(kind === 'sqlite')(
    'a check waits for no other writer, and leaves the patience of others as it was',
    async () => {
      const other = new Sqlite(path());
      other.exec('begin immediate');
      const started = performance.now();
      expect(await createReadiness(store).check()).toBeNull();
      // Another writer is waited for five seconds elsewhere.
      expect(performance.now() - started).toBeLessThan(4_500);
      other.exec('rollback');
      other.close();
      const { rows } = await sql`pragma busy_timeout`.execute(store.db);
      expect(rows).toEqual([{ timeout: 5_000 }]);
    },
  );

  test.runIf(kind === 'postgres')(
    'is not there when the database is gone, and names nothing of it',
    async () => {
      await database.remove();
      const reason = await createReadiness(store).check();
      expect(reason).toMatch(/^The store cannot be written( \(\w+\))?\.$/);
      database = await openTestStore(kind);
    },
  );
});
