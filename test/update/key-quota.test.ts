/** A supplier's idempotency keys take so much room and no more: past it new keys are refused, and nothing else is. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { checkDatabase } from '../../src/db/upkeep/check.ts';
import { bytesOfKey } from '../../src/db/update/key-bytes.ts';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';
import { countKeyBytes } from '../support/kept-keys.ts';
import { clientOf, mutations, seedDatabase, send, stock } from '../support/mutations.ts';
import { startGateway } from '../support/machine/process.ts';
import { runProgramHere } from '../support/run-here.ts';
import { requestOf, setSku } from '../support/requests.ts';
import { range } from '../support/range.ts';
import { createTestDatabase, describeOnEachStore } from '../support/stores/stores.ts';

const DEFAULT_QUOTA_BYTES = 2 ** 30;
const HOUR_MS = 3_600_000;
const FULL = 'IDEMPOTENCY_STORE_FULL';
/** Applies one row of many, and asks for little. */
const FILL = `mutation ($input: BulkUpdateSkuInventoryInput!) {
  bulkUpdateSkuInventory(input: $input) { appliedCount }
}`;
const origin = { supplierId: 'acme', actor: 'dashboard', source: 'GRAPHQL' } as const;

describeOnEachStore('a supplier whose keys take all the room', (kind) => {
  let gateway: Gateway;
  let count = 0;
  let skuId = '';
  beforeAll(async () => void (gateway = await openGateway(kind)));
  beforeEach(async () => {
    await gateway.store.db.deleteFrom('idempotency_key').execute();
    await countKeyBytes(gateway.store);
    skuId = `own-${++count}`;
    await stock(gateway, { skuId, quantityInStock: 10 });
    await send(gateway, 'adjust', one('before'));
  });
  afterAll(() => gateway.close());

  const one = (idempotencyKey?: string) => ({
    identifier: { skuId },
    quantityInStockDelta: 1,
    idempotencyKey,
  });
  const requestUnder = (idempotencyKey: string | null, quantityInStock: number) =>
    requestOf(origin, [setSku(skuId, { quantityInStock })], { idempotencyKey });
  const fillUp = (bytes = DEFAULT_QUOTA_BYTES) =>
    gateway.store.db
      .updateTable('supplier')
      .set({ idempotency_bytes: bytes })
      .where('supplier_id', '=', 'acme')
      .execute();
  const keptBytes = async () => {
    const { bytes } = await gateway.store.db
      .selectFrom('supplier')
      .select('idempotency_bytes as bytes')
      .where('supplier_id', '=', 'acme')
      .executeTakeFirstOrThrow();
    return bytes;
  };

  test('is refused a new key with 429 at both doors, and told when to try again', async () => {
    await fillUp();
    const graphql = await gateway.server.inject({
      method: 'POST',
      url: '/graphql',
      headers: { authorization: `Bearer ${tokens.full}`, 'content-type': 'application/json' },
      payload: JSON.stringify({ query: mutations.adjust, variables: { input: one('new') } }),
    });
    expect([graphql.statusCode, graphql.headers['retry-after']]).toEqual([429, '60']);
    expect(graphql.json().errors[0].extensions.code).toBe(FULL);
    expect(graphql.json().errors[0].message).toMatch(/keys .* without a key/);
    const legacy = await gateway.legacy(
      { sku_id: skuId, quantity_in_stock: 99 },
      { 'idempotency-key': 'new' },
    );
    expect([legacy.statusCode, legacy.headers['retry-after']]).toEqual([429, '60']);
    expect(await send(gateway, 'adjust', one())).toMatchObject({ sku: { quantityInStock: 12 } });
  });

  test('is answered under the keys that it has, without a key, and in dry runs', async () => {
    await fillUp();
    expect(await send(gateway, 'adjust', one('before'))).toMatchObject({ replayed: true });
    expect(await send(gateway, 'adjust', { ...one('before'), quantityInStockDelta: 7 })).toMatchObject({
      userErrors: [{ code: 'IDEMPOTENCY_KEY_REUSED' }],
    });
    expect(await send(gateway, 'adjust', { ...one('new'), dryRun: true })).toMatchObject({
      outcome: 'DRY_RUN',
    });
    expect(await send(gateway, 'adjust', one())).toMatchObject({ sku: { quantityInStock: 12 } });
  });

  test('harms none of those that share its transaction, its own among them', async () => {
    await fillUp();
    const { inventory } = gateway;
    const rival = { ...origin, supplierId: 'rival' };
    const neighbour = requestOf(rival, [setSku('shared', { quantityInStock: 5 })], { idempotencyKey: 'new' });
    const answers = await Promise.allSettled([
      inventory.update(requestUnder(null, 1)),
      inventory.update(requestUnder('new', 2)),
      inventory.update(neighbour),
      inventory.update(requestUnder(null, 3)),
    ]);
    expect(
      answers.map((answer) =>
        answer.status === 'fulfilled' ? answer.value.results[0]?.outcome : answer.reason.code,
      ),
    ).toEqual(['APPLIED', FULL, 'APPLIED', 'APPLIED']);
  });

  test("is refused another input under a known key without that key's answer being read, large as it may be", async () => {
    const unreadable = Buffer.of(1, 255, 255);
    await gateway.store.db.updateTable('idempotency_key').set({ answer: unreadable }).execute();
    expect(await send(gateway, 'adjust', { ...one('before'), quantityInStockDelta: 7 })).toMatchObject({
      userErrors: [{ code: 'IDEMPOTENCY_KEY_REUSED' }],
    });
  });

  test('has room again once its old keys are forgotten', async () => {
    await gateway.store.db
      .updateTable('service_clock')
      .set({ elapsed_ms: 50 * HOUR_MS })
      .execute();
    await fillUp(DEFAULT_QUOTA_BYTES + (await keptBytes()) - 1);
    await gateway.inventory.purgeKeys(24 * HOUR_MS);
    expect(await keptBytes()).toBe(DEFAULT_QUOTA_BYTES - 1);
    expect(await send(gateway, 'adjust', one('new'))).toMatchObject({ outcome: 'APPLIED' });
  });

  test('is one whose keys were counted right: single and bulk, replayed and refused', async () => {
    const updates = range(50).map((n) => ({
      identifier: { skuId: n % 2 ? skuId : 'none' },
      quantityInStock: n,
    }));
    await Promise.all(range(30).map((n) => send(gateway, 'adjust', one(`${n % 20}`))));
    await send(gateway, 'bulk', { updates, idempotencyKey: 'bulk' });
    await send(gateway, 'bulk', { updates: updates.slice(1, 2), idempotencyKey: 'none' });
    const { total } = await gateway.store.db
      .selectFrom('idempotency_key')
      .select((eb) => eb.fn.sum<number>(bytesOfKey).as('total'))
      .executeTakeFirstOrThrow();
    expect(await keptBytes()).toBe(total);
    expect((await checkDatabase(gateway.url)).findings).toEqual([]);
  });
});

describe('--idempotency-quota', () => {
  test('is what the real program keeps to', async () => {
    const { url, remove } = await createTestDatabase('sqlite');
    await seedDatabase(url, [{ skuId: 'S' }]);
    const flags = ['--idempotency-quota', '1', '--rate-limit', '0', '--log-level', 'silent'];
    const gateway = await startGateway(url, ...flags);
    const client = clientOf(gateway.origin);
    /** An answer of a third of a MiB, which names what was not found: texts that nothing makes smaller. */
    const fill = async (key: number) => {
      const unknown = range(2_000).map(() => randomBytes(180).toString('base64'));
      const updates = ['S', ...unknown].map((skuId) => ({ identifier: { skuId }, quantityInStock: key }));
      const { body } = await client.graphql(FILL, { input: { updates, idempotencyKey: `${key}` } });
      return body.errors?.[0].extensions.code ?? 'OK';
    };
    try {
      const codes = [];
      for (const key of range(4)) codes.push(await fill(key));
      expect(codes).toEqual(['OK', 'OK', 'OK', FULL]);
    } finally {
      await gateway.stop();
    }
    await remove();
  });

  test.for(['0', '1.5', 'x', '2000000'])('cannot be %s', async (value) => {
    const { code, err } = await runProgramHere(['serve', '--idempotency-quota', value]);
    expect([code, err]).toEqual([2, expect.stringContaining('1 to 1,048,576')]);
  });
});
