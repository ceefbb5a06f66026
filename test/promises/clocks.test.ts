/** A wall clock that jumps under the real program breaks no promise: keys stay, revoked tokens end, times of SKUs never go back. */
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { afterAll, expect, test, type TestContext } from 'vitest';
import { openStore } from '../../src/db/store/open-store.ts';
import type { Store, StoreKind } from '../../src/db/store/store.ts';
import { listTokens, revokeToken } from '../../src/db/tokens.ts';
import { clientOf, seedDatabase, send } from '../support/mutations.ts';
import { spawnGateway, untilListening } from '../support/machine/process.ts';
import { createTestDatabase, describeOnEachStore } from '../support/stores/stores.ts';
import { createWallClock, skipWithoutFaketime, type WallClock } from '../support/machine/wall-clock.ts';

const HOUR_S = 3_600;
const DAY_S = 24 * HOUR_S;
/** A revocation takes effect within two seconds; the rest is for a machine that is busy. */
const REVOKED_WITHIN_MS = 10_000;
const hasty = fileURLToPath(new URL('../fixtures/hasty-purge.ts', import.meta.url));
const patient = { timeout: 60_000 };

interface Started {
  readonly url: string;
  readonly clock: WallClock;
  readonly client: ReturnType<typeof clientOf>;
  /** Ends the program in order, and removes its database. */
  stop(): Promise<void>;
}

/** Runs the real program, which purges ten times a second, on a clock that can jump. */
async function start(kind: StoreKind): Promise<Started> {
  const { url, remove } = await createTestDatabase(kind);
  const clock = createWallClock();
  await seedDatabase(
    url,
    ['retried', 'served', 'dated'].map((skuId) => ({ skuId })),
  );
  const env = { ...clock.env, NODE_OPTIONS: `--import=${hasty}` };
  const gateway = await untilListening(spawnGateway(url, ['--log-level', 'error'], { env }));
  return {
    url,
    clock,
    client: clientOf(gateway.origin),
    stop: async () => {
      expect(await gateway.stop()).toBe(0);
      clock.remove();
      await remove();
    },
  };
}

describeOnEachStore('a wall clock', (kind) => {
  /** One program for all tests: each has a SKU of its own, and puts the clock right at its end. */
  let running: Promise<Started> | undefined;
  afterAll(async () => (await running)?.stop());

  const withProgram = async (context: TestContext, work: (started: Started) => Promise<void>) => {
    skipWithoutFaketime(context);
    const started = await (running ??= start(kind));
    try {
      await work(started);
    } finally {
      started.clock.jump(0);
    }
  };
  const addOne = (client: Started['client'], skuId: string, more: object = {}) =>
    send(client, 'adjust', { identifier: { skuId }, quantityInStockDelta: 1, ...more });

  test('that goes back a day turns no time of a SKU back', patient, (context) =>
    withProgram(context, async ({ clock, client }) => {
      const before = await addOne(client, 'dated');
      clock.jump(-DAY_S);
      const after = await addOne(client, 'dated');
      expect(after.sku?.updatedAt).toBe(before.sku?.updatedAt);
      expect(after.change?.changedAt).toBe(before.change?.changedAt);
    }),
  );

  test('that is two days ahead for a moment forgets no key: a retry counts once', patient, (context) =>
    withProgram(context, async ({ url, clock, client }) => {
      const first = await addOne(client, 'retried', { idempotencyKey: 'young' });
      clock.jump(2 * DAY_S);
      // The program's clock did jump.
      expect(Date.parse((await addOne(client, 'retried')).sku?.updatedAt ?? '')).toBeGreaterThan(
        Date.parse(first.sku?.updatedAt ?? '') + DAY_S * 1_000,
      );
      await untilPurged(url);
      clock.jump(0);
      expect(await addOne(client, 'retried', { idempotencyKey: 'young' })).toEqual({
        ...first,
        replayed: true,
      });
      expect(await addOne(client, 'retried')).toMatchObject({ sku: { quantityInStock: 3 } });
    }),
  );

  // The last, because it revokes the clients' token.
  test('that goes back an hour keeps no revoked token alive', patient, (context) =>
    withProgram(context, async ({ url, clock, client }) => {
      expect(await addOne(client, 'served')).toMatchObject({ outcome: 'APPLIED' });
      const store = await openStore(url);
      const [token] = await listTokens(store);
      clock.jump(-HOUR_S);
      expect(await revokeToken(store, token?.id ?? '', new Date())).toBe(true);
      await store.close();
      const statusOf = async () => (await client.graphql('{ __typename }')).status;
      await expect.poll(statusOf, { timeout: REVOKED_WITHIN_MS, interval: 200 }).toBe(401);
    }),
  );
});

/** Waits until the program has purged: a key that is old by every clock is gone. */
async function untilPurged(url: string): Promise<void> {
  const store = await openStore(url);
  if (store.kind === 'postgres') await addOldDay(store);
  await store.db
    .insertInto('idempotency_key')
    .values({
      supplier_id: 'acme',
      operation: 'adjustSkuInventory',
      key: 'old',
      fingerprint: '',
      answer: Buffer.from('{}'),
      made_at_ms: -2 * DAY_S * 1_000,
    })
    .execute();
  const old = store.db.selectFrom('idempotency_key').select('key').where('key', '=', 'old');
  await expect.poll(() => old.execute(), { timeout: 20_000 }).toEqual([]);
  await store.close();
}

/** PostgreSQL forgets whole days. This one ended long before the program began to serve. */
async function addOldDay({ db }: Store): Promise<void> {
  const end = sql.lit(-1.5 * DAY_S * 1_000);
  await db.transaction().execute(async (trx) => {
    await sql`alter table idempotency_key detach partition idempotency_key_d0`.execute(trx);
    await sql`alter table idempotency_key attach partition idempotency_key_d0
      for values from (${end}) to (${sql.lit(DAY_S * 1_000)})`.execute(trx);
    await sql`create table idempotency_key_old partition of idempotency_key
      for values from (minvalue) to (${end})`.execute(trx);
  });
}
