/** Keys age by the time for which gateways served their store: however many share it, and whatever wall clocks do, none dies early. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createPurgeKeys } from '../../src/db/update/purge-keys.ts';
import type { Store } from '../../src/db/store/store.ts';
import { createServiceClock } from '../../src/db/store/service-clock.ts';
import { saveSupplier } from '../../src/db/suppliers.ts';
import { countKeyBytes } from '../support/kept-keys.ts';
import { range } from '../support/range.ts';
import { describeOnEachStore, openTestStore } from '../support/stores/stores.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

describeOnEachStore('the service clock', (kind) => {
  let database: Awaited<ReturnType<typeof openTestStore>>;
  let store: Store;
  let ms = 0;
  beforeEach(async () => {
    database = await openTestStore(kind);
    store = database.store;
    ms = 0;
  });
  afterEach(() => database.remove());

  /** A gateway that has `by` milliseconds more on its monotonic clock than the test. */
  const gateway = (by = 0) => createServiceClock(store, () => ms + by);
  const shown = async () => (await store.db.selectFrom('service_clock').selectAll().execute())[0]?.elapsed_ms;

  test('is moved on by one gateway of several, by what passes on its own clock', async () => {
    const [one, two] = [gateway(), gateway(HOUR_MS)];
    for (let i = 0; i <= 10; i++) {
      expect([await one.advance(), await two.advance()]).toEqual([true, false]);
      ms += MINUTE_MS;
    }
    expect(await shown()).toBe(10 * MINUTE_MS);
  });

  test('is taken over once, also by two calls at a time', async () => {
    const one = gateway();
    expect(await Promise.all([one.advance(), one.advance()])).toEqual([true, true]);
    expect(await gateway().advance()).toBe(false);
  });

  test('goes on with the next gateway at once if the one before gave it up', async () => {
    const [one, two] = [gateway(), gateway()];
    await one.advance();
    await two.release();
    expect(await two.advance()).toBe(false);
    await one.release();
    expect(await two.advance()).toBe(true);
    expect(await one.advance()).toBe(false);
  });

  test('stands still while no gateway runs, until another has seen it stand still for five minutes', async () => {
    const gone = gateway();
    await gone.advance();
    ms += MINUTE_MS;
    await gone.advance();
    ms += 100 * HOUR_MS;
    const next = gateway();
    for (const owns of [false, false, false, false, false, true]) {
      expect(await next.advance()).toBe(owns);
      expect(await shown()).toBe(MINUTE_MS);
      ms += MINUTE_MS;
    }
    expect(await next.advance()).toBe(true);
    expect(await shown()).toBe(2 * MINUTE_MS);
    // The first one was only suspended: what it slept is not added.
    expect(await gone.advance()).toBe(false);
    expect(await shown()).toBe(2 * MINUTE_MS);
  });

  test('gains two minutes at most from a gateway that was suspended for a day', async () => {
    const clock = gateway();
    await clock.advance();
    ms += 24 * HOUR_MS;
    expect(await clock.advance()).toBe(true);
    expect(await shown()).toBe(2 * MINUTE_MS);
  });

  test('never runs faster than time, with gateways that come, go and stall at random', async () => {
    let seed = 7;
    const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
    const clocks = range(4).map(() => gateway(random(HOUR_MS)));
    for (let i = 0; i < 300; i++) {
      ms += random(random(10) === 0 ? 10 * MINUTE_MS : MINUTE_MS);
      await clocks[random(i % 100 < 50 ? 2 : 4)]?.advance();
      expect(await shown()).toBeLessThanOrEqual(ms);
    }
    expect(await shown()).toBeGreaterThan(ms / 10);
  });

  describe('of a store with old keys:', () => {
    const names = async () =>
      (await store.db.selectFrom('idempotency_key').select('key').orderBy('key').execute()).map(
        ({ key }) => key,
      );
    async function fill(keys: readonly { key: string; made_at_ms: number; bytes?: number }[]) {
      for (const supplier of ['acme', 'rival']) await saveSupplier(store, supplier, new Date(0));
      const rows = keys.map(({ key, made_at_ms, bytes = 10 }, i) => ({
        supplier_id: i % 2 ? 'rival' : 'acme',
        operation: 'updateSkuInventory',
        key,
        fingerprint: 'f',
        answer: Buffer.alloc(bytes, '{'),
        made_at_ms,
      }));
      await store.db.insertInto('idempotency_key').values(rows).execute();
      await countKeyBytes(store);
    }
    const serve = (elapsed_ms: number) => store.db.updateTable('service_clock').set({ elapsed_ms }).execute();

    test('a key is forgotten once it has its age and a margin, and its supplier gets the room back', async () => {
      // PostgreSQL forgets a whole day at its end.
      const day = kind === 'postgres' ? 24 * HOUR_MS : 0;
      await fill([
        { key: 'a', made_at_ms: 0 },
        { key: 'b', made_at_ms: 0 },
        { key: 'c', made_at_ms: day || MINUTE_MS },
      ]);
      const purge = createPurgeKeys(store, gateway());
      await serve(day + 24 * HOUR_MS + 3 * MINUTE_MS);
      expect(await purge(24 * HOUR_MS)).toBe(false);
      expect(await names()).toEqual(['a', 'b', 'c']);
      await serve(day + 24 * HOUR_MS + 4 * MINUTE_MS);
      expect(await purge(24 * HOUR_MS)).toBe(false);
      expect(await names()).toEqual(['c']);
      const bytes = store.db.selectFrom('supplier').select('idempotency_bytes as bytes');
      expect(await bytes.orderBy('supplier_id').execute()).toEqual([{ bytes: 212 }, { bytes: 0 }]);
    });

    test('a gateway that does not move the clock forgets nothing', async () => {
      await fill([{ key: 'a', made_at_ms: 0 }]);
      await gateway().advance();
      await serve(100 * HOUR_MS);
      expect(await createPurgeKeys(store, gateway())(24 * HOUR_MS)).toBe(false);
      expect(await names()).toEqual(['a']);
    });

    test.skipIf(kind === 'postgres')(
      'at most four megabytes go at a time, or one key that has more',
      async () => {
        const mebibytes = [1, 2, 3, 5, 1];
        await fill(
          mebibytes.map((count, i) => ({ key: `${i}`, made_at_ms: i, bytes: count * 1_048_576 - 300 })),
        );
        await serve(100 * HOUR_MS);
        const purge = createPurgeKeys(store, gateway());
        const left = [await names()];
        while (await purge(24 * HOUR_MS)) left.push(await names());
        expect([...left, await names()]).toEqual([
          ['0', '1', '2', '3', '4'],
          ['2', '3', '4'],
          ['3', '4'],
          ['4'],
          [],
        ]);
      },
    );
  });
});
