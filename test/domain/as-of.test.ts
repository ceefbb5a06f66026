/** As-of times: an older value never replaces a newer one, whatever the order in which updates arrive. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide } from '../../src/domain/decide.ts';
import { describeRefusal } from '../../src/domain/refusal.ts';
import { asOfBefore, stateFields, type AsOf, type Sku } from '../../src/domain/sku.ts';
import type { InventoryUpdate } from '../../src/domain/update.ts';
import { adjustSku, setSku, type Values } from '../support/requests.ts';

const NOW = '2026-11-01T12:00:00.000Z';
/** A time of the same day. */
const at = (minutes: number) =>
  new Date(Date.parse('2026-11-01T00:00:00.000Z') + minutes * 60_000).toISOString();

const sku: Sku = {
  supplierId: 'acme',
  skuId: 'A',
  itemId: null,
  title: null,
  condition: null,
  upca: null,
  ean13: null,
  gtin14: null,
  isbn: null,
  quantityInStock: 10,
  quantityOnBackorder: 10,
  restrictions: null,
  backorderDate: null,
  version: 0,
  updatedAt: at(0),
  lastChangePosition: null,
  asOf: asOfBefore(0, at(0)),
};

const set = (values: Values, asOf?: string): InventoryUpdate => ({ ...setSku('A', values), asOf });
const adjust = (quantityInStock: number, asOf?: string): InventoryUpdate => ({
  ...adjustSku('A', { quantityInStock }),
  asOf,
});
const decideOn = (before: Sku, update: InventoryUpdate, now = NOW) =>
  decide({ skus: [before], count: 1 }, update, now);

/** The SKU after the updates, in this order of arrival, and the outcome of each. */
function arrive(updates: readonly InventoryUpdate[], now = NOW): { sku: Sku; outcomes: string[] } {
  let latest = sku;
  const outcomes = updates.map((update) => {
    const decision = decideOn(latest, update, now);
    if ('after' in decision) latest = decision.after;
    return decision.outcome;
  });
  return { sku: latest, outcomes };
}

describe('a value that is set', () => {
  test('is applied if it is newer, and ignored if it is older than what is stored', () => {
    const { sku: after } = arrive([set({ quantityInStock: 3 }, at(60))]);
    expect(after.asOf).toEqual({
      ...sku.asOf,
      quantityInStock: at(60),
      inStockWhenSet: at(60),
    });
    expect(decideOn(after, set({ quantityInStock: 4 }, at(59)))).toEqual({
      outcome: 'STALE_IGNORED',
      sku: after,
      staleFields: [{ field: 'quantityInStock', asOf: at(59), storedAsOf: at(60) }],
    });
    expect(decideOn(after, set({ quantityInStock: 4 }, at(61)))).toMatchObject({
      outcome: 'APPLIED',
      after: { quantityInStock: 4, asOf: { quantityInStock: at(61) } },
      staleFields: [],
    });
  });

  test('of the same time wins by arriving later', () => {
    const { sku: after, outcomes } = arrive([
      set({ quantityInStock: 3 }, at(60)),
      set({ quantityInStock: 4 }, at(60)),
    ]);
    expect([after.quantityInStock, outcomes]).toEqual([4, ['APPLIED', 'APPLIED']]);
  });

  test('is applied beside another one that is stale and left out', () => {
    const { sku: before } = arrive([set({ quantityInStock: 3 }, at(60))]);
    const decision = decideOn(before, set({ quantityInStock: 4, restrictions: 'discontd' }, at(50)));
    expect(decision).toMatchObject({
      outcome: 'APPLIED',
      after: {
        quantityInStock: 3,
        restrictions: 'discontd',
        asOf: { quantityInStock: at(60), restrictions: at(50) },
      },
      staleFields: [{ field: 'quantityInStock' }],
    });
  });

  test('that says again what is known moves the time forward, without a version', () => {
    const { sku: after, outcomes } = arrive([set({ quantityInStock: 10 }, at(60))]);
    expect(outcomes).toEqual(['UNCHANGED']);
    expect(after).toEqual({
      ...sku,
      asOf: { ...sku.asOf, quantityInStock: at(60), inStockWhenSet: at(60) },
    });
    expect(arrive([set({ quantityInStock: 10 }, at(60)), set({ quantityInStock: 3 }, at(50))])).toMatchObject(
      {
        sku: { quantityInStock: 10 },
        outcomes: ['UNCHANGED', 'STALE_IGNORED'],
      },
    );
  });

  test('lifts a date or a restriction like any value, and null is as new as its time', () => {
    const lifted = set({ backorderDate: null, restrictions: null }, at(60));
    const older = set({ backorderDate: '2026-12-24', restrictions: 'discontd' }, at(50));
    expect(arrive([lifted, older])).toMatchObject({
      sku: { backorderDate: null, restrictions: null },
      outcomes: ['UNCHANGED', 'STALE_IGNORED'],
    });
  });

  test('without a time is of now and never stale, also after a clock went back', () => {
    const { sku: after, outcomes } = arrive([
      set({ quantityInStock: 3 }, at(723)),
      set({ quantityInStock: 4 }),
    ]);
    expect([after.quantityInStock, outcomes]).toEqual([4, ['APPLIED', 'APPLIED']]);
    expect(after.asOf.quantityInStock).toBe(at(723));
    expect(arrive([set({ quantityInStock: 3 })]).sku.asOf.quantityInStock).toBe(NOW);
  });

  test('is older than a change of a SKU that has no times yet, if its time is', () => {
    const changed = { ...sku, version: 7, updatedAt: at(60), asOf: asOfBefore(7, at(60)) };
    expect(decideOn(changed, set({ quantityInStock: 3 }, at(59))).outcome).toBe('STALE_IGNORED');
    expect(decideOn(changed, set({ quantityInStock: 3 }, at(60))).outcome).toBe('APPLIED');
  });
});

describe('an adjustment', () => {
  test('counts in any order with others', () => {
    const updates = [adjust(1, at(60)), adjust(10, at(50)), adjust(100, at(55))];
    expect(arrive(updates)).toMatchObject({
      sku: { quantityInStock: 121, asOf: { quantityInStock: at(60), inStockWhenSet: null } },
    });
  });

  test('is ignored if a value that was set later includes it', () => {
    const { sku: before } = arrive([set({ quantityInStock: 3 }, at(60))]);
    expect(decideOn(before, adjust(-1, at(59)))).toEqual({
      outcome: 'STALE_IGNORED',
      sku: before,
      staleFields: [{ field: 'quantityInStock', asOf: at(59), storedAsOf: at(60) }],
    });
  });

  test('of one stale quantity is ignored whole', () => {
    const { sku: before } = arrive([set({ quantityInStock: 3 }, at(60))]);
    const both = { ...adjustSku('A', { quantityInStock: 1, quantityOnBackorder: 1 }), asOf: at(50) };
    expect(decideOn(before, both)).toMatchObject({
      outcome: 'STALE_IGNORED',
      staleFields: [{ field: 'quantityInStock' }],
    });
  });

  test('makes a value of an earlier time stale, which would lose it', () => {
    expect(arrive([adjust(-1, at(60)), set({ quantityInStock: 3 }, at(50))])).toMatchObject({
      sku: { quantityInStock: 9 },
      outcomes: ['APPLIED', 'STALE_IGNORED'],
    });
    expect(
      arrive([set({ quantityInStock: 3 }, at(50)), adjust(-1, at(60)), adjust(-1, at(55))]),
    ).toMatchObject({
      sku: { quantityInStock: 1, asOf: { quantityInStock: at(60), inStockWhenSet: at(50) } },
    });
  });

  test('that is stale is ignored, and not refused for its bounds', () => {
    const { sku: before } = arrive([set({ quantityInStock: 3 }, at(60))]);
    expect(decideOn(before, adjust(-100, at(50))).outcome).toBe('STALE_IGNORED');
  });
});

test('a precondition is checked before staleness', () => {
  const { sku: before } = arrive([set({ quantityInStock: 3 }, at(60))]);
  const stale = { ...setSku('A', { quantityInStock: 4 }, { version: 7 }), asOf: at(50) };
  expect(decideOn(before, stale)).toMatchObject({
    outcome: 'REJECTED',
    refusal: { problem: 'PRECONDITION_FAILED' },
  });
});

describe('a time ahead of the server', () => {
  const decideAhead = (ms: number) =>
    decideOn(sku, set({ quantityInStock: 3 }, new Date(Date.parse(NOW) + ms).toISOString()));

  test('is accepted up to 5 minutes', () => {
    expect(decideAhead(300_000).outcome).toBe('APPLIED');
    expect(decideAhead(300_001)).toMatchObject({ refusal: { problem: 'AS_OF_IN_FUTURE', now: NOW } });
  });

  test.each([
    [360_000, '6 min'],
    [4_320_000, '1 h 12 min'],
    [273_600_000, '3 d 4 h'],
  ])('by %i ms is refused, and the message says by how much', (ms, span) => {
    const decision = decideAhead(ms);
    expect(decision.outcome === 'REJECTED' && describeRefusal(decision.refusal)).toBe(
      `asOf is ${span} ahead of this server's clock (${NOW}). Correct the clock or the time zone.`,
    );
  });
});

describe('the end does not depend on the order of arrival', () => {
  const values: fc.Arbitrary<Values> = fc.record(
    {
      quantityInStock: fc.nat({ max: 3 }),
      quantityOnBackorder: fc.nat({ max: 3 }),
      restrictions: fc.constantFrom('discontd', 'tmpunavail', null),
      backorderDate: fc.constantFrom('2026-11-30', '2026-12-24', null),
    },
    { requiredKeys: [] },
  );
  /** Sets of distinct times, and another order of the same. */
  const twoOrders = fc
    .array(values, { minLength: 1, maxLength: 12 })
    .map((list) => list.map((each, i) => set(each, at(i + 1))))
    .chain((updates) =>
      fc.tuple(
        fc.constant(updates),
        fc.shuffledSubarray(updates, { minLength: updates.length, maxLength: updates.length }),
      ),
    );

  const endOf = (updates: readonly InventoryUpdate[]) => {
    const { sku: end } = arrive(updates);
    return [...stateFields.map((field) => end[field]), end.asOf];
  };

  test('of timed sets of any fields', () => {
    fc.assert(
      fc.property(twoOrders, ([inOrder, shuffled]) => {
        expect(endOf(shuffled)).toEqual(endOf(inOrder));
      }),
      { numRuns: 2_000 },
    );
  });

  test('and each field has the value of the newest update that sets it', () => {
    fc.assert(
      fc.property(twoOrders, ([inOrder, shuffled]) => {
        const { sku: end } = arrive(shuffled);
        for (const field of stateFields) {
          const last = inOrder.findLast(({ edit }) => edit.kind === 'SET' && edit[field] !== undefined);
          expect(end[field]).toBe(last?.edit.kind === 'SET' ? last.edit[field] : sku[field]);
          expect((end.asOf satisfies AsOf)[field]).toBe(last?.asOf ?? null);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test('of timed adjustments', () => {
    const adjustments = fc
      .array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 8 })
      .map((list) => list.map((by, i) => adjust(by, at(i))));
    const orders = adjustments.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })),
    );
    const plenty = (updates: readonly InventoryUpdate[]) =>
      endOf([set({ quantityInStock: 100 }, at(-1)), ...updates]);
    fc.assert(
      fc.property(orders, ([inOrder, shuffled]) => {
        expect(plenty(shuffled)).toEqual(plenty(inOrder));
      }),
    );
  });
});
