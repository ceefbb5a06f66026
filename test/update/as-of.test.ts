/** As-of times in a store and through GraphQL: what is stale is ignored and named, and times move forward without a change. */
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stateFields } from '../../src/domain/sku.ts';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';
import { send, stock } from '../support/mutations.ts';
import { setSku, updateFor, type Origin, type Values } from '../support/requests.ts';
import { describeOnEachStore } from '../support/stores/stores.ts';

const NOW = Date.parse('2026-11-01T12:00:00.000Z');
const at = (minutes: number) => new Date(NOW + minutes * 60_000).toISOString();
const origin: Origin = { supplierId: 'acme', actor: 'robot', source: 'GRAPHQL' };

const RESULT = `outcome sku { quantityInStock restrictions version asOf { quantityInStock quantityOnBackorder restrictions backorderDate } }
  change { id asOf } staleFields { field asOf storedAsOf } newerChange { id reason }
  userErrors { code message path retryable ... on AsOfInFutureError { serverTime } }`;
const BULK = `mutation ($input: BulkUpdateSkuInventoryInput!) { answer: bulkUpdateSkuInventory(input: $input) {
  appliedCount unchangedCount staleCount rejectedCount replayed results { ${RESULT} } } }`;
const ADJUST = `mutation ($input: AdjustSkuInventoryInput!) { answer: adjustSkuInventory(input: $input) { ${RESULT} } }`;

describeOnEachStore('an update with a time', (kind) => {
  let gateway: Gateway;
  let made = 0;
  beforeAll(async () => {
    gateway = await openGateway(kind, () => new Date(NOW));
  });
  afterAll(() => gateway.close());

  /** A SKU of the test's own, with 10 in stock. */
  async function newSku(): Promise<string> {
    const skuId = `timed-${++made}`;
    await stock(gateway, { skuId, quantityInStock: 10 });
    return skuId;
  }
  async function bulk(updates: readonly object[], more: object = {}) {
    const { body } = await gateway.graphql(BULK, { input: { updates, ...more } });
    expect(body.errors).toBeUndefined();
    return body.data.answer;
  }
  const rowOf = async (skuId: string) =>
    gateway.store.db.selectFrom('sku').selectAll().where('sku_id', '=', skuId).executeTakeFirstOrThrow();

  test('is applied, ignored where it is older, and says what is newer', async () => {
    const skuId = await newSku();
    const identifier = { skuId };
    const { results } = await bulk(
      [
        { identifier, quantityInStock: 3 },
        { identifier, quantityInStock: 4, restrictions: 'DISCONTD', asOf: '2026-11-01T09:00:00+01:00' },
        { identifier, quantityInStock: 5, asOf: null },
        { identifier, quantityInStock: 6, asOf: at(-120) },
      ],
      { asOf: at(-60), reason: 'counted' },
    );
    expect(results.map(({ outcome }: { outcome: string }) => outcome)).toEqual([
      'APPLIED',
      'APPLIED',
      'APPLIED',
      'STALE_IGNORED',
    ]);
    expect(results[1]).toMatchObject({
      sku: { quantityInStock: 3, restrictions: 'DISCONTD', asOf: { restrictions: at(-240) } },
      change: { asOf: at(-240) },
      staleFields: [{ field: 'QUANTITY_IN_STOCK', asOf: at(-240), storedAsOf: at(-60) }],
    });
    expect(results[3]).toMatchObject({
      sku: { quantityInStock: 5, version: 3, asOf: { quantityInStock: at(-60), backorderDate: null } },
      change: null,
      staleFields: [{ field: 'QUANTITY_IN_STOCK', asOf: at(-120), storedAsOf: at(-60) }],
      newerChange: { id: results[2].change.id, reason: 'counted' },
      userErrors: [],
    });
    const again = await bulk([{ identifier, quantityInStock: 9, asOf: at(-90) }]);
    expect(again).toMatchObject({
      staleCount: 1,
      results: [{ newerChange: { id: results[2].change.id, reason: 'counted' } }],
    });
  });

  test('that changes nothing moves the time forward, without a version or a change', async () => {
    const skuId = await newSku();
    const before = await gateway.inventory.lastPosition('acme');
    const [confirmed] = (await bulk([{ identifier: { skuId }, quantityInStock: 10, asOf: at(-60) }])).results;
    expect(confirmed).toMatchObject({ outcome: 'UNCHANGED', sku: { version: 0 }, change: null });
    expect(await rowOf(skuId)).toMatchObject({
      version: 0,
      quantity_in_stock_as_of: at(-60),
      quantity_in_stock_set_as_of: null,
      restrictions_as_of: '',
    });
    const [late] = (await bulk([{ identifier: { skuId }, quantityInStock: 4, asOf: at(-61) }])).results;
    expect(late).toMatchObject({ outcome: 'STALE_IGNORED', newerChange: null });
    expect(await gateway.inventory.lastPosition('acme')).toBe(before);
    await send(gateway, 'update', { identifier: { skuId }, quantityInStock: 10 });
    expect(await rowOf(skuId)).toMatchObject({ version: 0, quantity_in_stock_as_of: at(0) });
  });

  test('that is applied and then said again in one call has the later time', async () => {
    const skuId = await newSku();
    const identifier = { skuId };
    await bulk([
      { identifier, quantityInStock: 3, asOf: at(-60) },
      { identifier, quantityInStock: 3, asOf: at(-30) },
    ]);
    expect(await rowOf(skuId)).toMatchObject({ version: 1, quantity_in_stock_as_of: at(-30) });
  });

  test('of one value leaves the times of the others as they are', async () => {
    const skuId = await newSku();
    const identifier = { skuId };
    await bulk([{ identifier, quantityInStock: 3, quantityOnBackorder: 4 }], { asOf: at(-60) });
    const before = await rowOf(skuId);
    await bulk([{ identifier, restrictions: 'DISCONTD' }], { asOf: at(-30) });
    expect(await rowOf(skuId)).toEqual({
      ...before,
      restrictions: 'discontd',
      restrictions_as_of: at(-30),
      version: 2,
      updated_at: before.updated_at,
      last_change_position: await gateway.inventory.lastPosition('acme'),
    });
  });

  test('of one value keeps the times of a row that was stored before there were any', async () => {
    const skuId = await newSku();
    const then = at(-600);
    await gateway.store.db
      .updateTable('sku')
      .set({
        version: 1,
        updated_at: then,
        quantity_in_stock_as_of: null,
        quantity_in_stock_set_as_of: null,
        quantity_on_backorder_as_of: null,
        quantity_on_backorder_set_as_of: null,
        restrictions_as_of: null,
        backorder_date_as_of: null,
      })
      .where('sku_id', '=', skuId)
      .execute();
    const [{ sku }] = (await bulk([{ identifier: { skuId }, restrictions: 'DISCONTD' }])).results;
    const asOf = {
      quantityInStock: then,
      quantityOnBackorder: then,
      restrictions: at(0),
      backorderDate: then,
    };
    expect(sku).toMatchObject({ version: 2, asOf });
    const [match] = await gateway.inventory.find('acme', [setSku(skuId, {}).identifier]);
    expect(match).toMatchObject({
      sku: { asOf: { ...asOf, inStockWhenSet: then, onBackorderWhenSet: then } },
    });
  });

  test('in a dry run is decided alike, and stores nothing', async () => {
    const skuId = await newSku();
    await bulk([{ identifier: { skuId }, quantityInStock: 3, asOf: at(-60) }]);
    const stored = await rowOf(skuId);
    const { results } = await bulk(
      [
        { identifier: { skuId }, quantityInStock: 4, asOf: at(-61) },
        { identifier: { skuId }, quantityInStock: 3, asOf: at(-59) },
      ],
      { dryRun: true },
    );
    expect(results).toMatchObject([
      { outcome: 'STALE_IGNORED', newerChange: { reason: null } },
      { outcome: 'UNCHANGED' },
    ]);
    expect(await rowOf(skuId)).toEqual(stored);
  });

  test('of an adjustment counts unless a value was set later', async () => {
    const skuId = await newSku();
    const adjust = async (quantityInStockDelta: number, asOf: string) => {
      const input = { identifier: { skuId }, quantityInStockDelta, asOf };
      return (await gateway.graphql(ADJUST, { input })).body.data.answer;
    };
    await bulk([{ identifier: { skuId }, quantityInStock: 3, asOf: at(-60) }]);
    expect(await adjust(-1, at(-61))).toMatchObject({
      outcome: 'STALE_IGNORED',
      sku: { quantityInStock: 3 },
    });
    expect(await adjust(-1, at(-30))).toMatchObject({ outcome: 'APPLIED', sku: { quantityInStock: 2 } });
    expect(await adjust(-1, at(-50))).toMatchObject({
      outcome: 'APPLIED',
      sku: { quantityInStock: 1, asOf: { quantityInStock: at(-30) } },
    });
    expect(await rowOf(skuId)).toMatchObject({
      quantity_in_stock_as_of: at(-30),
      quantity_in_stock_set_as_of: at(-60),
    });
  });

  test('keeps its answer under a key, and rolls back nothing', async () => {
    const skuId = await newSku();
    const other = await newSku();
    await bulk([{ identifier: { skuId }, quantityInStock: 3, asOf: at(-60) }]);
    const call = [
      { identifier: { skuId }, quantityInStock: 4, asOf: at(-61) },
      { identifier: { skuId: other }, quantityInStock: 4, asOf: at(-61) },
    ];
    const more = { atomicity: 'ALL_OR_NOTHING', idempotencyKey: `late ${skuId}` };
    const first = await bulk(call, more);
    expect(first).toMatchObject({ appliedCount: 1, staleCount: 1, rejectedCount: 0, replayed: false });
    expect(await bulk(call, more)).toEqual({ ...first, replayed: true });
  });

  test('too far ahead is refused by its row, with the clock of the server', async () => {
    const skuId = await newSku();
    const { results } = await bulk(
      [
        { identifier: { skuId }, quantityInStock: 1 },
        { identifier: { skuId }, quantityInStock: 2, asOf: at(5) },
        { identifier: { skuId }, quantityInStock: 3, asOf: 'yesterday' },
      ],
      { asOf: at(72) },
    );
    expect(results).toMatchObject([
      {
        outcome: 'REJECTED',
        userErrors: [
          {
            code: 'AS_OF_IN_FUTURE',
            message: `asOf is 1 h 12 min ahead of this server's clock (${at(0)}). Correct the clock or the time zone.`,
            path: ['input', 'updates', '0', 'asOf'],
            retryable: true,
            serverTime: at(0),
          },
        ],
      },
      { outcome: 'APPLIED' },
      { userErrors: [{ code: 'BAD_USER_INPUT', message: expect.stringMatching(/^asOf: .*ISO 8601/) }] },
    ]);
  });

  test('shows the stored time only to who may view SKUs', async () => {
    const query = (field: string) => `mutation { updateSkuInventory(input: {
      identifier: { skuId: "shared" }, quantityInStock: 1, asOf: "${at(-60)}" }) { outcome staleFields { ${field} } } }`;
    const refused = await gateway.graphql(query('storedAsOf'), {}, tokens.edit);
    expect(refused.body.errors[0].extensions.code).toBe('FORBIDDEN');
    const seen = await gateway.graphql(query('field asOf'), {}, tokens.edit);
    expect(seen.body.errors).toBeUndefined();
  });

  test('leaves the same state in whatever order it arrives', { timeout: 60_000 }, async () => {
    const values: fc.Arbitrary<Values> = fc.record(
      {
        quantityInStock: fc.nat({ max: 3 }),
        quantityOnBackorder: fc.nat({ max: 3 }),
        restrictions: fc.constantFrom('discontd', 'tmpunavail', null),
        backorderDate: fc.constantFrom('2026-11-30', '2026-12-24', null),
      },
      { requiredKeys: [] },
    );
    const orders = fc
      .array(values, { minLength: 2, maxLength: 8 })
      .map((list) => list.map((each, i) => ({ each, asOf: at(i - 60) })))
      .chain((all) =>
        fc.tuple(
          fc.constant(all),
          fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }),
        ),
      );
    await fc.assert(
      fc.asyncProperty(orders, fc.boolean(), async ([inOrder, shuffled], isOneCall) => {
        const ends = [];
        for (const updates of [inOrder, shuffled]) {
          const skuId = await newSku();
          const rows = updates.map(({ each, asOf }) => ({ ...setSku(skuId, each), asOf }));
          for (const part of isOneCall ? [rows] : rows.map((row) => [row])) {
            await updateFor(gateway.inventory, origin, part);
          }
          const [match] = await gateway.inventory.find('acme', [setSku(skuId, {}).identifier]);
          if (!match || !('sku' in match)) throw new Error('The SKU is gone.');
          const { sku } = match;
          ends.push([...stateFields.map((field) => sku[field]), sku.asOf]);
        }
        expect(ends[1]).toEqual(ends[0]);
      }),
      { numRuns: 15 },
    );
  });
});
