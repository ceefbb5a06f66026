/** A retry counts once: the same idempotency key is answered as the first time, however the first answer was lost. Kills: test/crash. */
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createInventory } from '../../src/db/inventory.ts';
import { openStore } from '../../src/db/store/open-store.ts';
import type { UpdateRequest } from '../../src/domain/update.ts';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';
import { countKeyBytes } from '../support/kept-keys.ts';
import {
  clientOf,
  isLong,
  mutations,
  seedDatabase,
  send,
  sendMalformed,
  stock,
  type SingleAnswer,
} from '../support/mutations.ts';
import { startGateway } from '../support/machine/process.ts';
import { rawRequest } from '../support/raw-http.ts';
import { range } from '../support/range.ts';
import { adjustSku, requestOf } from '../support/requests.ts';
import { createTestDatabase, describeOnEachStore } from '../support/stores/stores.ts';

/** Keys in each of the tests with many, and how often each is sent. */
const KEYS = isLong ? 2_000 : 100;
/** Each sent TIMES times together: fewer than the queue refuses. */
const KEYS_AT_ONCE = 500;
const TIMES = 5;
/** Retries that a client has under way at once. */
const CLIENTS = 50;
const manyKeys = { timeout: isLong ? 300_000 : 20_000 };
const HOUR_MS = 3_600_000;

/** An answer as text, but for whether it was the first. */
const textOf = (answer: SingleAnswer) => JSON.stringify({ ...answer, replayed: null });
const firsts = (answers: readonly { replayed: boolean }[]) => answers.filter(({ replayed }) => !replayed);

/** Does something for each item, a few at a time. */
async function forEachOf<Item>(items: readonly Item[], work: (item: Item) => Promise<unknown>) {
  const queue = items.values();
  await Promise.all(
    range(CLIENTS).map(async () => {
      for (const item of queue) await work(item);
    }),
  );
}

describeOnEachStore('retries', (kind) => {
  let gateway: Gateway;
  let count = 0;
  let now = Date.parse('2026-11-01T09:30:00.000Z');
  const clock = () => new Date(now);
  beforeAll(async () => {
    gateway = await openGateway(kind, clock);
  });
  afterAll(() => gateway.close());

  /** A SKU of the test's own, with 10 in stock. */
  async function newSku(): Promise<string> {
    const skuId = `own-${++count}`;
    await stock(gateway, { skuId, quantityInStock: 10 });
    return skuId;
  }
  /** Adds one to its stock. */
  const addOne = (skuId: string, more: object, token?: string) =>
    send(gateway, 'adjust', { identifier: { skuId }, quantityInStockDelta: 1, ...more }, token);
  const update = (skuId: string, more: object, token?: string) =>
    send(gateway, 'update', { identifier: { skuId }, ...more }, token);
  /** In stock, and the version. */
  async function stateOf(skuId: string, token?: string) {
    const { sku } = await addOne(skuId, { quantityInStockDelta: 0 }, token);
    return [sku?.quantityInStock, sku?.version];
  }
  const keptBytes = async () => {
    const { bytes } = await gateway.store.db
      .selectFrom('supplier')
      .select('idempotency_bytes as bytes')
      .where('supplier_id', '=', 'acme')
      .executeTakeFirstOrThrow();
    return bytes;
  };
  const countKeys = async () => {
    const { total } = await gateway.store.db
      .selectFrom('idempotency_key')
      .select((eb) => eb.fn.countAll().as('total'))
      .executeTakeFirstOrThrow();
    return Number(total);
  };

  describe('the same key and input', () => {
    test('is answered the same and changes nothing, also after somebody else changed the SKU', async () => {
      const skuId = await newSku();
      const first = await addOne(skuId, { idempotencyKey: 'k1', reason: 'sold' });
      expect(first).toMatchObject({ replayed: false, outcome: 'APPLIED', sku: { quantityInStock: 11 } });
      await update(skuId, { quantityInStock: 50 });
      for (let i = 0; i < 3; i++) {
        const again = await addOne(skuId, { idempotencyKey: 'k1', reason: 'sold' });
        expect(again).toEqual({ ...first, replayed: true });
      }
      expect(await stateOf(skuId)).toEqual([50, 2]);
    });

    test('without a key counts twice: null is no key', async () => {
      const skuId = await newSku();
      for (let i = 0; i < 2; i++) {
        expect(await addOne(skuId, { idempotencyKey: null })).toMatchObject({ replayed: false });
      }
      expect(await stateOf(skuId)).toEqual([12, 2]);
    });

    test('is kept where the SKU had the values already', async () => {
      const skuId = await newSku();
      const input = { quantityInStock: 10, idempotencyKey: 'unchanged' };
      const first = await update(skuId, input);
      expect(first).toMatchObject({ outcome: 'UNCHANGED', replayed: false });
      await update(skuId, { quantityInStock: 3 });
      expect(await update(skuId, input)).toEqual({ ...first, replayed: true });
      expect(await stateOf(skuId)).toEqual([3, 1]);
    });

    test('is the same in another spelling of the request, and from another token of the supplier', async () => {
      const skuId = await newSku();
      const first = await update(skuId, { quantityInStock: 4, idempotencyKey: 'spelled' });
      const again = [
        await update(` ${skuId} `, { idempotencyKey: 'spelled', quantityInStock: 4 }),
        await update(skuId, {
          quantityInStock: 4,
          idempotencyKey: 'spelled',
          expected: null,
          reason: null,
          dryRun: false,
        }),
        await update(skuId, { quantityInStock: 4, idempotencyKey: 'spelled' }, tokens.colleague),
      ];
      for (const answer of again) expect(answer).toEqual({ ...first, replayed: true });
    });

    test('keeps a bulk call whole under one key: rejected rows and the group too', async () => {
      const [one, two] = [await newSku(), await newSku()];
      const input = {
        updates: [
          { identifier: { skuId: one }, quantityInStock: 1 },
          { identifier: { skuId: 'no-such' }, quantityInStock: 1 },
          { identifier: { skuId: two }, quantityInStock: -1 },
          { identifier: { skuId: two }, quantityInStock: 10 },
        ],
        idempotencyKey: 'whole',
      };
      const first = await send(gateway, 'bulk', input);
      expect(first.results.map(({ outcome }) => outcome)).toEqual([
        'APPLIED',
        'REJECTED',
        'REJECTED',
        'UNCHANGED',
      ]);
      await update(two, { quantityInStock: 99 });
      await stock(gateway, { skuId: 'no-such' });
      expect(await send(gateway, 'bulk', input)).toEqual({ ...first, replayed: true });
      const { body } = await gateway.graphql(mutations.bulk, { input, only: 'REJECTED' });
      expect(body.data.answer.results.map(({ index }: { index: number }) => index)).toEqual([1, 2]);
      expect([await stateOf(one), await stateOf(two)]).toEqual([
        [1, 1],
        [99, 1],
      ]);
    });
  });

  describe('another input under the key', () => {
    test('is IDEMPOTENCY_KEY_REUSED, whatever differs, and changes nothing', async () => {
      const [skuId, other] = [await newSku(), await newSku()];
      const input = { quantityInStock: 4, idempotencyKey: 'reused' };
      await update(skuId, input);
      const different = [
        await update(skuId, { ...input, quantityInStock: 5 }),
        await update(skuId, { ...input, quantityOnBackorder: 0 }),
        await update(skuId, { ...input, restrictions: null }),
        await update(skuId, { ...input, expected: { version: 1 } }),
        await update(skuId, { ...input, reason: 'because' }),
        await update(skuId, { ...input, referenceDocumentUri: 'urn:order:1' }),
        await update(other, input),
      ];
      for (const answer of different) {
        expect(answer).toMatchObject({
          outcome: 'REJECTED',
          replayed: false,
          sku: null,
          change: null,
          userErrors: [
            {
              __typename: 'IdempotencyKeyReusedError',
              code: 'IDEMPOTENCY_KEY_REUSED',
              path: ['input', 'idempotencyKey'],
              retryable: false,
            },
          ],
        });
      }
      expect([await stateOf(skuId), await stateOf(other)]).toEqual([
        [4, 1],
        [10, 0],
      ]);
    });

    test('refuses a bulk call as a whole: other rows, another order, another atomicity', async () => {
      const [one, two] = [await newSku(), await newSku()];
      const updates = [one, two].map((skuId) => ({ identifier: { skuId }, quantityInStock: 1 }));
      const idempotencyKey = 'bulk reused';
      await send(gateway, 'bulk', { updates, idempotencyKey });
      const different = [
        { updates: updates.slice(1) },
        { updates: updates.toReversed() },
        { updates: [...updates, { identifier: { skuId: one } }] },
        { updates, atomicity: 'ALL_OR_NOTHING' },
      ];
      for (const input of different) {
        expect(await send(gateway, 'bulk', { ...input, idempotencyKey })).toMatchObject({
          results: [],
          groupId: null,
          appliedCount: 0,
          userErrors: [{ code: 'IDEMPOTENCY_KEY_REUSED', path: ['input', 'idempotencyKey'] }],
        });
      }
    });

    test('is refused too when both arrive at once: one of them is applied', async () => {
      const skuId = await newSku();
      const answers = await Promise.all(
        range(20).map((n) =>
          addOne(skuId, { quantityInStockDelta: n % 2 ? 1 : 100, idempotencyKey: 'both' }),
        ),
      );
      const outcomes = Map.groupBy(answers, ({ outcome }) => outcome);
      expect(outcomes.get('APPLIED')).toHaveLength(10);
      expect(outcomes.get('REJECTED')).toHaveLength(10);
      expect(firsts(outcomes.get('APPLIED') ?? [])).toHaveLength(1);
      expect(await stateOf(skuId)).toEqual([outcomes.get('APPLIED')?.[0]?.sku?.quantityInStock, 1]);
    });
  });

  describe('a key counts', () => {
    test('within its supplier: another one has the same key for itself', async () => {
      const input = { identifier: { skuId: 'shared' }, quantityInStockDelta: 1, idempotencyKey: 'mine' };
      const [ours, theirs] = [
        await send(gateway, 'adjust', input),
        await send(gateway, 'adjust', { ...input, quantityInStockDelta: 2 }, tokens.rival),
      ];
      expect([ours, theirs]).toMatchObject([
        { outcome: 'APPLIED', replayed: false, sku: { quantityInStock: 11 } },
        { outcome: 'APPLIED', replayed: false, sku: { quantityInStock: 79 } },
      ]);
    });

    test('within its mutation: each has the same key for itself', async () => {
      const skuId = await newSku();
      const idempotencyKey = 'per mutation';
      const updates = [{ identifier: { skuId }, quantityInStock: 7 }];
      const answers = [
        await update(skuId, { quantityInStock: 5, idempotencyKey }),
        await addOne(skuId, { idempotencyKey }),
        await send(gateway, 'bulk', { updates, idempotencyKey }),
      ];
      expect(answers.map(({ replayed }) => replayed)).toEqual([false, false, false]);
      expect(await stateOf(skuId)).toEqual([7, 3]);
    });

    test('as it is spelled: upper and lower case, and spaces around it, make another key', async () => {
      const skuId = await newSku();
      for (const idempotencyKey of ['key', 'KEY', ' key', 'key ']) {
        expect(await addOne(skuId, { idempotencyKey })).toMatchObject({
          outcome: 'APPLIED',
          replayed: false,
        });
      }
    });
  });

  describe('nothing is kept', () => {
    test('of a refused request: mended, it may be sent again under the same key', async () => {
      const skuId = await newSku();
      const before = await countKeys();
      const idempotencyKey = 'mended';
      expect(await addOne('no-such-sku', { idempotencyKey })).toMatchObject({ outcome: 'REJECTED' });
      expect(await addOne(skuId, { idempotencyKey, quantityInStockDelta: -11 })).toMatchObject({
        userErrors: [{ code: 'QUANTITY_BELOW_ZERO' }],
      });
      expect(await addOne(skuId, { idempotencyKey, expected: { version: 5 } })).toMatchObject({
        userErrors: [{ code: 'PRECONDITION_FAILED' }],
      });
      expect(await countKeys()).toBe(before);
      expect(await addOne(skuId, { idempotencyKey })).toMatchObject({ outcome: 'APPLIED', replayed: false });
      expect(await addOne(skuId, { idempotencyKey })).toMatchObject({ outcome: 'APPLIED', replayed: true });
      expect(await countKeys()).toBe(before + 1);
    });

    test('of a refused request that waits in one batch with its mended form', async () => {
      const skuId = await newSku();
      const idempotencyKey = 'mended at once';
      const [refused, mended, again] = await Promise.all([
        addOne(skuId, { idempotencyKey, quantityInStockDelta: -11 }),
        addOne(skuId, { idempotencyKey }),
        addOne(skuId, { idempotencyKey }),
      ]);
      expect(refused).toMatchObject({ userErrors: [{ code: 'QUANTITY_BELOW_ZERO' }] });
      expect([mended, again]).toMatchObject([
        { outcome: 'APPLIED', replayed: false },
        { outcome: 'APPLIED', replayed: true },
      ]);
    });

    test('of a bulk call of which every row was refused, or that was rolled back', async () => {
      const skuId = await newSku();
      const row = { identifier: { skuId }, quantityInStock: 1 };
      const bad = { identifier: { skuId }, quantityInStock: -1 };
      const idempotencyKey = 'bulk mended';
      for (const input of [{ updates: [bad] }, { updates: [row, bad], atomicity: 'ALL_OR_NOTHING' }]) {
        const { results } = await send(gateway, 'bulk', { ...input, idempotencyKey });
        expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['REJECTED']));
      }
      expect(await send(gateway, 'bulk', { updates: [row], idempotencyKey })).toMatchObject({
        appliedCount: 1,
        replayed: false,
      });
    });

    test('of a dry run: the real one may follow under its key, and a dry run never answers for it', async () => {
      const skuId = await newSku();
      const before = await countKeys();
      const idempotencyKey = 'dry';
      for (let i = 0; i < 2; i++) {
        expect(await addOne(skuId, { idempotencyKey, dryRun: true })).toMatchObject({
          outcome: 'DRY_RUN',
          replayed: false,
          sku: { quantityInStock: 11 },
          change: { id: null },
        });
      }
      expect(await countKeys()).toBe(before);
      expect(await addOne(skuId, { idempotencyKey })).toMatchObject({ outcome: 'APPLIED', replayed: false });
      expect(await addOne(skuId, { idempotencyKey, dryRun: true })).toMatchObject({
        outcome: 'DRY_RUN',
        sku: { quantityInStock: 12 },
      });
      expect(await stateOf(skuId)).toEqual([11, 1]);
    });
  });

  test.for([
    ['', 'This must not be empty.'],
    ['x'.repeat(256), 'This must have no more than 255 characters.'],
    ['tab\there', 'This must be printable ASCII.'],
    ['line\n', 'This must be printable ASCII.'],
    ['nul\0', 'This must be printable ASCII.'],
    ['del\x7f', 'This must be printable ASCII.'],
    ['clé', 'This must be printable ASCII.'],
    ['ключ', 'This must be printable ASCII.'],
    ['\ud800', 'This must be printable ASCII.'],
  ] as const)('the key %j is malformed', async ([idempotencyKey, message]) => {
    const skuId = await newSku();
    for (const [name, input] of [
      ['update', { identifier: { skuId }, quantityInStock: 1 }],
      ['adjust', { identifier: { skuId }, quantityInStockDelta: 1 }],
      ['bulk', { updates: [{ identifier: { skuId }, quantityInStock: 1 }] }],
    ] as const) {
      const error = await sendMalformed(gateway, name, { ...input, idempotencyKey });
      expect(error.extensions).toEqual({
        code: 'BAD_USER_INPUT',
        problems: [{ path: ['input', 'idempotencyKey'], message }],
      });
    }
    expect(await stateOf(skuId)).toEqual([10, 0]);
  });

  test('a key may have 1 to 255 characters, each printable one among them', async () => {
    const skuId = await newSku();
    const printable = String.fromCharCode(...range(95).map((n) => n + 31));
    for (const idempotencyKey of ['x', ' ', 'x'.repeat(255), printable]) {
      expect(await addOne(skuId, { idempotencyKey })).toMatchObject({ replayed: false });
      expect(await addOne(skuId, { idempotencyKey })).toMatchObject({ replayed: true });
    }
    expect(await stateOf(skuId)).toEqual([14, 4]);
  });

  describe('duplicates that arrive at once', () => {
    test('make one change and equal answers', async () => {
      const skuId = await newSku();
      const answers = await Promise.all(range(50).map(() => addOne(skuId, { idempotencyKey: 'at once' })));
      expect(firsts(answers)).toHaveLength(1);
      expect(new Set(answers.map((answer) => textOf(answer))).size).toBe(1);
      expect(await stateOf(skuId)).toEqual([11, 1]);
    });

    test('in two gateways on one database make one change and equal answers', async () => {
      const skuId = await newSku();
      const second = await openStore(gateway.url);
      const inventories = [createInventory(gateway.store, clock), createInventory(second, clock)];
      for (const n of range(20)) {
        const request = requestFor(skuId, `in two ${n}`);
        const answers = await Promise.all(
          // Alone in its batch, a duplicate that failed would not be tried again.
          (n % 2 ? inventories : [...inventories, ...inventories]).map((inventory) =>
            inventory.update(request),
          ),
        );
        expect(firsts(answers)).toHaveLength(1);
        expect(new Set(answers.map(({ results }) => JSON.stringify(results))).size).toBe(1);
      }
      expect(await stateOf(skuId)).toEqual([30, 20]);
      await Promise.all(inventories.map((inventory) => inventory.close()));
      await second.close();
    });

    test(`${KEYS} keys, each ${TIMES} times, make one change a key and equal answers`, manyKeys, async () => {
      const skuId = await newSku();
      const names = range(KEYS).map((n) => `together ${n}`);
      const answers = [];
      for (let first = 0; first < KEYS; first += KEYS_AT_ONCE) {
        const keys = range(TIMES).flatMap(() => names.slice(first, first + KEYS_AT_ONCE));
        const sent = keys.map(async (idempotencyKey) => ({
          idempotencyKey,
          answer: await addOne(skuId, { idempotencyKey }),
        }));
        answers.push(...(await Promise.all(sent)));
      }
      for (const group of Map.groupBy(answers, ({ idempotencyKey }) => idempotencyKey).values()) {
        expect(firsts(group.map(({ answer }) => answer))).toHaveLength(1);
        expect(new Set(group.map(({ answer }) => textOf(answer))).size).toBe(1);
      }
      expect(await stateOf(skuId)).toEqual([10 + KEYS, KEYS]);
    });
  });

  test(
    `after a dropped connection: ${KEYS} keys, each dropped and sent again, make one change a key`,
    manyKeys,
    async () => {
      const skuId = await newSku();
      const origin = await gateway.listen();
      const client = clientOf(origin, tokens.full);
      const inputOf = (n: number) => ({
        identifier: { skuId },
        quantityInStockDelta: 1,
        idempotencyKey: `dropped ${n}`,
      });
      let lost = 0;
      await forEachOf(range(KEYS), async (n) => {
        await sendAndHangUp(origin, inputOf(n), 'SENT');
        if (n % 2) await sendAndHangUp(origin, inputOf(n), 'ANSWERED');
        const answers = [];
        for (let i = 2; i < TIMES; i++) answers.push(await send(client, 'adjust', inputOf(n)));
        expect(new Set(answers.map((answer) => textOf(answer))).size).toBe(1);
        expect(answers.map(({ replayed }) => replayed)).toEqual([expect.any(Boolean), true, true]);
        if (answers[0]?.replayed) lost++;
      });
      // Half of the clients hung up when the change was made for sure; the others raced with it.
      expect(lost).toBeGreaterThanOrEqual(KEYS / 2);
      expect(await stateOf(skuId)).toEqual([10 + KEYS, KEYS]);
    },
  );

  // To PostgreSQL two processes are the same as two gateways in one. Only SQLite's locks tell them apart.
  test.runIf(kind === 'sqlite')('duplicates in two processes make one change and equal answers', async () => {
    const database = await createTestDatabase(kind);
    await seedDatabase(database.url, [{ skuId: 'S' }]);
    const start = () => startGateway(database.url, '--log-level', 'error');
    const gateways = await Promise.all([start(), start()]);
    try {
      await forEachOf(range(KEYS / 5), async (n) => {
        const input = { identifier: { skuId: 'S' }, quantityInStockDelta: 1, idempotencyKey: `${n}` };
        const answers = await Promise.all(
          gateways.map(({ origin }) => send(clientOf(origin), 'adjust', input)),
        );
        expect(firsts(answers)).toHaveLength(1);
        expect(new Set(answers.map((answer) => textOf(answer))).size).toBe(1);
      });
    } finally {
      await Promise.all(gateways.map((running) => running.stop()));
    }
    expect(await storedChanges(database.url)).toEqual(range(KEYS / 5));
    await database.remove();
  });

  describe('forgetting keys', () => {
    /** As if gateways had served the store for so much longer. */
    const serveFor = (ms: number) =>
      gateway.store.db
        .updateTable('service_clock')
        .set((eb) => ({ elapsed_ms: eb('elapsed_ms', '+', ms) }))
        .execute();

    test('forgets those kept for so long, and no other', async () => {
      const skuId = await newSku();
      const { inventory } = gateway;
      await addOne(skuId, { idempotencyKey: 'old' });
      // PostgreSQL forgets a whole day at its end.
      await serveFor(49 * HOUR_MS);
      await addOne(skuId, { idempotencyKey: 'young' });
      await inventory.purgeKeys(24 * HOUR_MS);
      expect(await countKeys()).toBe(1);
      expect(await addOne(skuId, { idempotencyKey: 'young' })).toMatchObject({ replayed: true });
      expect(await addOne(skuId, { idempotencyKey: 'old' })).toMatchObject({ replayed: false });
      // A key is as old as its first request: a retry does not keep it.
      await serveFor(25 * HOUR_MS);
      await addOne(skuId, { idempotencyKey: 'young' });
      await inventory.purgeKeys(HOUR_MS);
      expect(await countKeys()).toBe(0);
      expect(await keptBytes()).toBe(0);
      expect(await stateOf(skuId)).toEqual([13, 3]);
    });

    test.skipIf(kind === 'postgres')(
      'takes turns with writers: updates are answered while many keys are forgotten',
      async () => {
        const skuId = await newSku();
        await fillWithKeys(gateway, 20_000);
        await serveFor(2 * HOUR_MS);
        let purged = false;
        const purging = gateway.inventory.purgeKeys(HOUR_MS).then(() => (purged = true));
        const answeredMeanwhile: boolean[] = [];
        for (const n of range(10)) {
          expect(await addOne(skuId, { idempotencyKey: `meanwhile ${n}` })).toMatchObject({
            outcome: 'APPLIED',
          });
          answeredMeanwhile.push(!purged);
        }
        expect(answeredMeanwhile.filter(Boolean).length).toBeGreaterThanOrEqual(5);
        await purging;
        expect(await countKeys()).toBe(10);
        expect(await addOne(skuId, { idempotencyKey: 'meanwhile 1' })).toMatchObject({ replayed: true });
      },
    );
  });
});

/** Adds one to a SKU's stock, under a key. */
function requestFor(skuId: string, idempotencyKey: string): UpdateRequest {
  const origin = { supplierId: 'acme', actor: 'client', source: 'GRAPHQL' } as const;
  return requestOf(origin, [adjustSku(skuId, { quantityInStock: 1 })], {
    operation: 'adjustSkuInventory',
    idempotencyKey,
  });
}

/** Sends an adjustment whole, and hangs up as soon as it is sent, or as soon as the answer begins to come, unread. */
function sendAndHangUp(origin: string, input: object, when: 'SENT' | 'ANSWERED'): Promise<void> {
  const { hostname, port } = new URL(origin);
  const request = rawRequest(
    'POST /graphql',
    { Authorization: `Bearer ${tokens.full}`, 'Content-Type': 'application/json' },
    JSON.stringify({ query: mutations.adjust, variables: { input } }),
  );
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    socket.on('error', reject);
    socket.on('close', () => resolve());
    if (when === 'ANSWERED') socket.on('data', () => socket.destroy());
    socket.write(request, () => when === 'SENT' && socket.destroy());
  });
}

/** The quantities after each change of the one SKU, in order. */
async function storedChanges(url: string): Promise<number[]> {
  const store = await openStore(url);
  const changes = await store.db
    .selectFrom('inventory_change')
    .select('quantity_in_stock')
    .orderBy('position')
    .execute();
  await store.close();
  return changes.map((change) => change.quantity_in_stock);
}

async function fillWithKeys({ store }: Gateway, total: number): Promise<void> {
  for (let from = 0; from < total; from += 1_000) {
    await store.db
      .insertInto('idempotency_key')
      .values(
        range(1_000).map((n) => ({
          supplier_id: 'acme',
          operation: 'updateSkuInventory',
          key: `old ${from + n}`,
          fingerprint: 'f',
          answer: Buffer.from('{}'),
          made_at_ms: 0,
        })),
      )
      .execute();
  }
  await countKeyBytes(store);
}
