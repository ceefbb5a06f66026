/** No update is lost: preconditions and adjustments are checked and applied in one step, however many clients there are. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createInventory, type OpenInventory } from '../../src/db/inventory.ts';
import { openStore } from '../../src/db/store/open-store.ts';
import type { StoreKind } from '../../src/db/store/store.ts';
import { parseIdentifier } from '../../src/domain/identifier.ts';
import type { Precondition } from '../../src/domain/sku.ts';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';
import {
  clientOf,
  isLong,
  seedDatabase,
  send,
  sendMalformed,
  stock,
  type SingleAnswer,
} from '../support/mutations.ts';
import { startGateway } from '../support/machine/process.ts';
import { range } from '../support/range.ts';
import { adjustSku, requestOf, setSku, updateFor } from '../support/requests.ts';
import { createTestDatabase, describeOnEachStore } from '../support/stores/stores.ts';

const MAX = 2_147_483_647;
const CLIENTS = 64;
/** Compare-and-set attempts of all clients together. */
const ATTEMPTS = isLong ? 20_000 : 1_200;
const clock = () => new Date();
const only = <T>([first]: readonly T[]): T => {
  if (first === undefined) throw new Error('There is none.');
  return first;
};
const countBy = (words: readonly string[]) =>
  Object.fromEntries(
    Map.groupBy(words, (word) => word)
      .entries()
      .map(([word, all]) => [word, all.length]),
  );
const wordOf = ({ outcome, userErrors: [error] }: SingleAnswer) => error?.code ?? outcome;

const dashboard = { supplierId: 'acme', actor: 'client', source: 'GRAPHQL' } as const;

async function readSku({ find }: OpenInventory, skuId: string) {
  const match = only(await find('acme', [parseIdentifier('skuId', skuId)]));
  if (!('sku' in match)) throw new Error(`There is no ${skuId}.`);
  return match.sku;
}

/** A client that adds one by reading, and writing what it read plus one, until all attempts are used up. */
async function increment(
  inventory: OpenInventory,
  skuId: string,
  by: keyof Precondition,
  left: { n: number },
) {
  let applied = 0;
  while (left.n-- > 0) {
    const { quantityInStock, version } = await readSku(inventory, skuId);
    const expected = by === 'version' ? { version } : { quantityInStock };
    const row = setSku(skuId, { quantityInStock: quantityInStock + 1 }, expected);
    const result = only(await updateFor(inventory, dashboard, [row]));
    if (result.outcome === 'APPLIED') applied++;
    else expect(result).toMatchObject({ outcome: 'REJECTED', refusal: { problem: 'PRECONDITION_FAILED' } });
  }
  return applied;
}

describeOnEachStore('lost updates', (kind) => {
  let gateway: Gateway;
  let count = 0;
  beforeAll(async () => {
    gateway = await openGateway(kind);
  });
  afterAll(() => gateway.close());

  /** A SKU of the test's own. */
  async function newSku(quantityInStock = 0, quantityOnBackorder = 0): Promise<string> {
    const skuId = `own-${++count}`;
    await stock(gateway, { skuId, quantityInStock, quantityOnBackorder });
    return skuId;
  }
  const update = (skuId: string, input: object, token?: string) =>
    send(gateway, 'update', { identifier: { skuId }, ...input }, token);
  const adjust = (skuId: string, input: object) =>
    send(gateway, 'adjust', { identifier: { skuId }, ...input });
  /** In stock, on backorder, version; read by an update that changes nothing. */
  async function stateOf(skuId: string) {
    const { sku } = await adjust(skuId, { quantityInStockDelta: 0 });
    return [sku?.quantityInStock, sku?.quantityOnBackorder, sku?.version];
  }

  describe('a precondition', () => {
    test('on the version holds for who read last, and for nobody who read before', async () => {
      const skuId = await newSku(5);
      const expected = { version: 0 };
      expect(await update(skuId, { quantityInStock: 6, expected })).toMatchObject({
        outcome: 'APPLIED',
        sku: { quantityInStock: 6, version: 1 },
      });
      const late = [
        await update(skuId, { quantityInStock: 9, expected }),
        await adjust(skuId, { quantityInStockDelta: 1, expected }),
        only(
          (
            await send(gateway, 'bulk', {
              updates: [{ identifier: { skuId }, quantityInStock: 9, expected }],
            })
          ).results,
        ),
      ];
      for (const { outcome, change, sku, userErrors } of late) {
        expect({ outcome, change, sku }).toMatchObject({
          outcome: 'REJECTED',
          change: null,
          sku: { quantityInStock: 6, version: 1 },
        });
        expect(userErrors).toMatchObject([{ code: 'PRECONDITION_FAILED', retryable: false }]);
      }
      expect(late.map(({ userErrors }) => only(userErrors).path)).toEqual([
        ['input', 'expected'],
        ['input', 'expected'],
        ['input', 'updates', '0', 'expected'],
      ]);
      expect(await stateOf(skuId)).toEqual([6, 0, 1]);
    });

    test('on the quantity holds by value, the version sees a change there and back', async () => {
      const skuId = await newSku(5);
      await update(skuId, { quantityInStock: 0 });
      await update(skuId, { quantityInStock: 5 });
      expect(await update(skuId, { quantityInStock: 7, expected: { version: 0 } })).toMatchObject({
        outcome: 'REJECTED',
      });
      expect(await update(skuId, { quantityInStock: 7, expected: { quantityInStock: 5 } })).toMatchObject({
        outcome: 'APPLIED',
        sku: { version: 3 },
      });
    });

    test('with both fields needs both, and the message names those that are off', async () => {
      const skuId = await newSku(5);
      const failing = [
        [{ version: 0, quantityInStock: 4 }, 'quantityInStock is 5, not 4. Look at'],
        [{ version: 1, quantityInStock: 5 }, 'version is 0, not 1. Look at'],
        [{ version: 1, quantityInStock: 4 }, 'version is 0, not 1. quantityInStock is 5, not 4. Look at'],
      ] as const;
      for (const [expected, message] of failing) {
        const { userErrors } = await update(skuId, { quantityInStock: 6, expected });
        expect(only(userErrors).message).toMatch(new RegExp(`^${message}`));
      }
      const expected = { version: 0, quantityInStock: 5 };
      expect(await update(skuId, { quantityInStock: 6, expected })).toMatchObject({ outcome: 'APPLIED' });
    });

    test('that fails is REJECTED even where nothing would change, and on a dry run', async () => {
      const skuId = await newSku(5);
      for (const more of [{}, { dryRun: true }]) {
        expect(await update(skuId, { quantityInStock: 5, expected: { version: 3 }, ...more })).toMatchObject({
          outcome: 'REJECTED',
          userErrors: [{ code: 'PRECONDITION_FAILED' }],
        });
      }
    });

    test('of null is none; an empty one, and one with a negative version, are malformed', async () => {
      const skuId = await newSku(5);
      for (const expected of [
        null,
        { version: null, quantityInStock: 5 },
        { version: 1, quantityInStock: null },
      ]) {
        const { outcome } = await update(skuId, { restrictions: 'DISCONTD', expected });
        expect(['APPLIED', 'UNCHANGED']).toContain(outcome);
      }
      for (const expected of [
        {},
        { version: null },
        { version: null, quantityInStock: null },
        { version: -1 },
      ]) {
        const error = await sendMalformed(gateway, 'update', {
          identifier: { skuId },
          quantityInStock: 1,
          expected,
        });
        expect(error.extensions.code).toBe('BAD_USER_INPUT');
      }
    });

    test('on an unknown SKU is SKU_NOT_FOUND, as without one', async () => {
      expect(await update('no-such', { quantityInStock: 1, expected: { version: 0 } })).toMatchObject({
        outcome: 'REJECTED',
        sku: null,
        userErrors: [{ code: 'SKU_NOT_FOUND' }],
      });
    });
  });

  describe('a failed precondition', () => {
    test('before the first change shows the SKU, and null for the last change', async () => {
      const skuId = await newSku(5, 2);
      const { userErrors } = await update(skuId, { quantityInStock: 1, expected: { version: 1 } });
      expect(userErrors).toMatchObject([
        {
          __typename: 'PreconditionFailedError',
          current: { skuId, quantityInStock: 5, quantityOnBackorder: 2, restrictions: null, version: 0 },
          lastChange: null,
        },
      ]);
    });

    test('shows who made the current state, when, why and by which document', async () => {
      const skuId = await newSku(5);
      await update(skuId, { quantityInStock: 6, reason: 'an older one' });
      const { change } = await update(
        skuId,
        { quantityInStock: 7, reason: 'Counted', referenceDocumentUri: 'urn:count:7' },
        tokens.colleague,
      );
      const { userErrors } = await update(skuId, { quantityInStock: 1, expected: { version: 1 } });
      const { current, lastChange } = only(userErrors);
      expect(lastChange).toEqual(change);
      expect(lastChange).toMatchObject({
        actor: 'colleague',
        reason: 'Counted',
        referenceDocumentUri: 'urn:count:7',
        version: 2,
        before: { quantityInStock: 6 },
        after: { quantityInStock: 7 },
        changedAt: current?.updatedAt,
      });
    });

    test('shows the winner of the same moment: of 64 who read the same version one wins', async () => {
      const skuId = await newSku(5);
      const answers = await Promise.all(
        range(CLIENTS).map((n) =>
          update(skuId, { quantityInStock: 100 + n, expected: { version: 0 }, reason: `client ${n}` }),
        ),
      );
      const winner = only(answers.filter(({ outcome }) => outcome === 'APPLIED'));
      const losers = answers.filter(({ outcome }) => outcome === 'REJECTED');
      expect(losers).toHaveLength(CLIENTS - 1);
      for (const { userErrors } of losers) {
        expect(only(userErrors)).toMatchObject({ current: winner.sku, lastChange: winner.change });
      }
      expect(await stateOf(skuId)).toEqual([winner.sku?.quantityInStock, 0, 1]);
    });

    test('in an all-or-nothing call shows the state that is stored, not one that was undone', async () => {
      const skuId = await newSku(5);
      await update(skuId, { quantityInStock: 6 });
      const { results } = await send(gateway, 'bulk', {
        atomicity: 'ALL_OR_NOTHING',
        updates: [
          { identifier: { skuId }, quantityInStock: 7 },
          { identifier: { skuId }, quantityInStock: 8, expected: { version: 1 } },
        ],
      });
      expect(results.map(({ userErrors }) => only(userErrors).code)).toEqual([
        'ROLLED_BACK',
        'PRECONDITION_FAILED',
      ]);
      const [, failed] = results;
      expect(await stateOf(skuId)).toEqual([6, 0, 1]);
      expect(failed?.sku).toMatchObject({ quantityInStock: 6, version: 1 });
    });
  });

  describe('64 clients that read, and write what they read plus one', () => {
    test.for(['version', 'quantityInStock'] as const)(
      'under a precondition on %s end at exactly the number of those that succeeded',
      { timeout: isLong ? 300_000 : 20_000 },
      async (by) => {
        const skuId = await newSku();
        const inventory = createInventory(gateway.store, clock);
        const left = { n: ATTEMPTS / 2 };
        const applied = await Promise.all(range(CLIENTS).map(() => increment(inventory, skuId, by, left)));
        const total = applied.reduce((sum, n) => sum + n, 0);
        expect(total).toBeGreaterThanOrEqual(ATTEMPTS / 2 / CLIENTS);
        expect(await stateOf(skuId)).toEqual([total, 0, total]);
        await inventory.close();
      },
    );

    test('through two gateways on one database end at exactly that number too', async () => {
      const skuId = await newSku();
      const second = await openStore(gateway.url);
      const inventories = [createInventory(gateway.store, clock), createInventory(second, clock)];
      const left = { n: ATTEMPTS / 4 };
      const applied = await Promise.all(
        inventories.flatMap((inventory) =>
          range(CLIENTS / 2).map(() => increment(inventory, skuId, 'version', left)),
        ),
      );
      const total = applied.reduce((sum, n) => sum + n, 0);
      expect(total).toBeGreaterThan(0);
      expect(await stateOf(skuId)).toEqual([total, 0, total]);
      await Promise.all(inventories.map((inventory) => inventory.close()));
      await second.close();
    });

    // Two processes share SQLite's locks in another way than two connections of one process. To PostgreSQL they are the same.
    test.runIf(kind === 'sqlite')(
      'through two processes on one database, some adjusting, lose nothing either',
      async () => {
        await expectNothingLostAcrossProcesses(kind);
      },
    );
  });

  describe('an adjustment', () => {
    test('is added to what is there: 100 at once sum exactly', async () => {
      const skuId = await newSku(1_000, 1_000);
      const answers = await Promise.all(
        range(100).map((n) =>
          adjust(skuId, { quantityInStockDelta: n % 2 ? n : -n, quantityOnBackorderDelta: n }),
        ),
      );
      expect(countBy(answers.map(wordOf))).toEqual({ APPLIED: 100 });
      expect(new Set(answers.map(({ sku }) => sku?.version))).toEqual(new Set(range(100)));
      expect(await stateOf(skuId)).toEqual([950, 6_050, 100]);
    });

    test('never takes more than there is: of 100 who take one of 40, 60 are refused', async () => {
      const skuId = await newSku(40);
      const answers = await Promise.all(range(100).map(() => adjust(skuId, { quantityInStockDelta: -1 })));
      expect(countBy(answers.map(wordOf))).toEqual({ APPLIED: 40, QUANTITY_BELOW_ZERO: 60 });
      expect(await stateOf(skuId)).toEqual([0, 0, 40]);
    });

    test('of 100 through two gateways never takes more than there is, nor loses one', async () => {
      const skuId = await newSku(40);
      const second = await openStore(gateway.url);
      const inventories = [createInventory(gateway.store, clock), createInventory(second, clock)];
      const answers = await Promise.all(
        inventories.flatMap((inventory) =>
          range(50).map(() =>
            inventory.update(requestOf(dashboard, [adjustSku(skuId, { quantityInStock: -1 })])),
          ),
        ),
      );
      const outcomes = answers.map(({ results }) => only(results).outcome);
      expect(countBy(outcomes)).toEqual({ APPLIED: 40, REJECTED: 60 });
      expect(await stateOf(skuId)).toEqual([0, 0, 40]);
      await Promise.all(inventories.map((inventory) => inventory.close()));
      await second.close();
    });

    test('below zero says what there is and where, and may be tried again', async () => {
      const skuId = await newSku(5, 2);
      expect(await adjust(skuId, { quantityOnBackorderDelta: -3 })).toMatchObject({
        outcome: 'REJECTED',
        sku: { quantityOnBackorder: 2, version: 0 },
        change: null,
        userErrors: [
          {
            __typename: 'QuantityBelowZeroError',
            code: 'QUANTITY_BELOW_ZERO',
            message: 'quantityOnBackorder is 2 and cannot go down by 3. Subtract at most 2.',
            retryable: true,
            current: { skuId, quantityInStock: 5, quantityOnBackorder: 2 },
          },
        ],
      });
    });

    test(`goes up to ${MAX} and not one further, down to 0 and not one further`, async () => {
      const skuId = await newSku(MAX - 1, 1);
      const steps = [
        [{ quantityInStockDelta: 1 }, 'APPLIED'],
        [{ quantityInStockDelta: 1 }, 'QUANTITY_TOO_LARGE'],
        [{ quantityInStockDelta: MAX }, 'QUANTITY_TOO_LARGE'],
        [{ quantityInStockDelta: 0 }, 'UNCHANGED'],
        [{ quantityOnBackorderDelta: -1 }, 'APPLIED'],
        [{ quantityOnBackorderDelta: -1 }, 'QUANTITY_BELOW_ZERO'],
        [{ quantityInStockDelta: -MAX, quantityOnBackorderDelta: MAX }, 'APPLIED'],
        [{ quantityInStockDelta: -1 }, 'QUANTITY_BELOW_ZERO'],
        [{ quantityOnBackorderDelta: 1 }, 'QUANTITY_TOO_LARGE'],
      ] as const;
      for (const [input, word] of steps) expect(wordOf(await adjust(skuId, input))).toBe(word);
      expect(await stateOf(skuId)).toEqual([0, MAX, 3]);
    });

    test('of both quantities is all or nothing, whichever of them cannot be', async () => {
      const skuId = await newSku(5, MAX - 1);
      expect(wordOf(await adjust(skuId, { quantityInStockDelta: -6, quantityOnBackorderDelta: 1 }))).toBe(
        'QUANTITY_BELOW_ZERO',
      );
      const tooLarge = await adjust(skuId, { quantityInStockDelta: -5, quantityOnBackorderDelta: 2 });
      expect(only(tooLarge.userErrors)).toMatchObject({
        __typename: 'QuantityTooLargeError',
        code: 'QUANTITY_TOO_LARGE',
        retryable: true,
        current: { quantityInStock: 5, quantityOnBackorder: MAX - 1 },
      });
      expect(await stateOf(skuId)).toEqual([5, MAX - 1, 0]);
      await adjust(skuId, { quantityInStockDelta: -5, quantityOnBackorderDelta: 1 });
      expect(await stateOf(skuId)).toEqual([0, MAX, 1]);
    });

    test('of nothing, of null, and by more than any quantity is malformed', async () => {
      const skuId = await newSku(5);
      const malformed = [
        {},
        { quantityInStockDelta: null },
        { quantityOnBackorderDelta: null, quantityInStockDelta: 1 },
        { quantityInStockDelta: -MAX - 1 },
        { quantityInStockDelta: MAX + 1 },
        { quantityInStockDelta: 1.5 },
        { quantityInStockDelta: '1' },
      ];
      for (const input of malformed) {
        const error = await sendMalformed(gateway, 'adjust', { identifier: { skuId }, ...input });
        expect(error.extensions.code).toBe('BAD_USER_INPUT');
      }
      expect(await stateOf(skuId)).toEqual([5, 0, 0]);
    });

    test('leaves a restriction as it is', async () => {
      const skuId = await newSku(5);
      await update(skuId, { restrictions: 'TMPUNAVAIL' });
      expect(await adjust(skuId, { quantityInStockDelta: 1 })).toMatchObject({
        outcome: 'APPLIED',
        sku: { quantityInStock: 6, restrictions: 'TMPUNAVAIL' },
      });
    });
  });
});

/** Two real programs: in each 8 clients compare and set, and 8 add one, 6 times each. */
async function expectNothingLostAcrossProcesses(kind: StoreKind): Promise<void> {
  const database = await createTestDatabase(kind);
  await seedDatabase(database.url, [{ skuId: 'S' }]);
  const start = () => startGateway(database.url, '--log-level', 'error');
  const gateways = await Promise.all([start(), start()]);
  const identifier = { skuId: 'S' };
  const addOne = async (origin: string) =>
    (await send(clientOf(origin), 'adjust', { identifier, quantityInStockDelta: 1 })).outcome;
  const compareAndSet = async (origin: string) => {
    const read = await send(clientOf(origin), 'adjust', { identifier, quantityInStockDelta: 0 });
    if (!read.sku) throw new Error('There is no SKU.');
    const { quantityInStock, version } = read.sku;
    const input = { identifier, quantityInStock: quantityInStock + 1, expected: { version } };
    return (await send(clientOf(origin), 'update', input)).outcome;
  };
  const outcomes: string[] = [];
  const client = async (origin: string, attempt: (origin: string) => Promise<string>) => {
    for (let i = 0; i < 6; i++) outcomes.push(await attempt(origin));
  };
  try {
    await Promise.all(
      gateways.flatMap(({ origin }) =>
        range(8).flatMap(() => [client(origin, compareAndSet), client(origin, addOne)]),
      ),
    );
    const applied = outcomes.filter((outcome) => outcome === 'APPLIED').length;
    expect(outcomes).toHaveLength(192);
    expect(applied).toBeGreaterThanOrEqual(96);
    const read = await send(clientOf(only(gateways).origin), 'adjust', {
      identifier,
      quantityInStockDelta: 0,
    });
    expect(read.sku).toMatchObject({ quantityInStock: applied, version: applied });
  } finally {
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    await database.remove();
  }
}
