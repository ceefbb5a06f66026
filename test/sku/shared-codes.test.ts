/** A code that very many SKUs share costs no more than one that a few share, and lists by it stay right. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CatalogRow } from '../../src/domain/catalog.ts';
import { parseIdentifier, type Identifier } from '../../src/domain/identifier.ts';
import type { Sku, SkuFilter, SkuOrder } from '../../src/domain/sku.ts';
import { MAX_CANDIDATE_COUNT, MAX_CANDIDATES, type Refusal } from '../../src/domain/refusal.ts';
import { setBy, updateFor } from '../support/requests.ts';
import { openSuppliers, type Suppliers, type TestSupplier } from '../support/suppliers.ts';
import { describeOnEachStore } from '../support/stores/stores.ts';
import { range } from '../support/range.ts';

const SHARED = 10_050;
const skuIdOf = (n: number) => `S${String(n).padStart(5, '0')}`;
const wideText = parseIdentifier('upca', 'Does not apply');
const wideGtin = parseIdentifier('ean13', '4-006381-333931');
const few = parseIdentifier('isbn', '0-306-40615-2');

/** All have the text; every second one the EAN, spelled as a GTIN-14, and of those every second one as an EAN too. */
const rows: readonly CatalogRow[] = [
  ...range(SHARED).map((n) => ({
    skuId: skuIdOf(n),
    upca: 'Does not apply',
    ...(n % 2 === 0 && { gtin14: '04006381333931' }),
    ...(n % 4 === 0 && { isbn: '9780306406157', title: 'A book' }),
    quantityInStock: n % 7,
  })),
  { skuId: '\uff21 lone', gtin14: '04006381333931' },
  { skuId: '😀 lone', upca: '4006381333931' },
];

describeOnEachStore('a code that many SKUs share', (kind) => {
  let suppliers: Suppliers;
  let supplier: TestSupplier;
  let all: readonly Sku[];
  beforeAll(async () => {
    suppliers = await openSuppliers(kind);
    supplier = await suppliers.addSupplier(rows);
    all = await list({}, 'SKU_ID', false, rows.length);
    expect(all).toHaveLength(rows.length);
  }, 60_000);
  afterAll(() => suppliers.close());

  const { list, count } = {
    list: (filter: SkuFilter, order: SkuOrder, descending: boolean, limit: number, last?: Sku) =>
      suppliers.inventory.listSkus(supplier.origin.supplierId, {
        filter,
        order,
        descending,
        after: last
          ? { value: order === 'SKU_ID' ? last.skuId : last.quantityInStock, skuId: last.skuId }
          : null,
        limit,
      }),
    count: (filter: SkuFilter) => suppliers.inventory.countSkus(supplier.origin.supplierId, filter, 20_000),
  };

  async function refusalOf(identifier: Identifier): Promise<Refusal> {
    const [match] = await suppliers.inventory.find(supplier.origin.supplierId, [identifier]);
    if (!match || 'sku' in match) throw new Error('It was to be refused.');
    const [updated] = await updateFor(suppliers.inventory, supplier.origin, [
      { identifier, edit: { kind: 'SET', quantityInStock: 1 } },
    ]);
    expect(updated).toEqual({ outcome: 'REJECTED', refusal: match.refusal });
    return match.refusal;
  }

  test.each([
    ['as spelled', wideText, range(10).map(skuIdOf), MAX_CANDIDATE_COUNT],
    ['in other kinds', wideGtin, range(10).map((n) => skuIdOf(2 * n)), MAX_CANDIDATE_COUNT],
    ['in its kind, spelled otherwise', few, range(10).map((n) => skuIdOf(4 * n)), MAX_CANDIDATE_COUNT],
  ])('%s is refused with the first ten, and the number of all', async (_how, identifier, first, total) => {
    expect(first).toHaveLength(MAX_CANDIDATES);
    const refusal = await refusalOf(identifier);
    expect(refusal).toMatchObject({ problem: 'AMBIGUOUS_IDENTIFIER', candidateCount: total });
    expect('candidates' in refusal && refusal.candidates.map(({ skuId }) => skuId)).toEqual(first);
  });

  test('costs a bulk of a thousand rows, each spelling it otherwise, one look-up', async () => {
    const rowsOf = (code: (n: number) => string) =>
      range(1_000).map((n) => setBy('ean13', code(n), { quantityInStock: 1 }));
    const duration = async (work: () => Promise<unknown>) => {
      const started = performance.now();
      await work();
      return performance.now() - started;
    };
    const unknown = rowsOf((n) => ` 5901234${' '.repeat(n)}123457`.slice(0, 256));
    const shared = rowsOf((n) => `4006381${'-'.repeat(n % 200)}333931`);
    await updateFor(suppliers.inventory, supplier.origin, unknown);
    const quiet = await duration(() => updateFor(suppliers.inventory, supplier.origin, unknown));
    const wide = await duration(() => updateFor(suppliers.inventory, supplier.origin, shared));
    expect(wide).toBeLessThan(10 * quiet + 500);
  });

  describe('in a filter', () => {
    const named: readonly (readonly [string, SkuFilter, (sku: Sku) => boolean])[] = [
      ['alone', { identifiers: [wideText] }, ({ upca }) => upca === 'Does not apply'],
      [
        'with others',
        {
          identifiers: [wideGtin, few, parseIdentifier('skuId', skuIdOf(3)), parseIdentifier('upca', 'none')],
        },
        ({ gtin14, isbn, skuId, upca }) =>
          gtin14 !== null || isbn !== null || skuId === skuIdOf(3) || upca === '4006381333931',
      ],
      [
        'with skuIds',
        { identifiers: [wideGtin, few], skuIds: ['unknown', skuIdOf(1), skuIdOf(2), skuIdOf(8_004)] },
        ({ skuId }) => skuId === skuIdOf(2) || skuId === skuIdOf(8_004),
      ],
      [
        'with other conditions',
        { identifiers: [wideText], minQuantityInStock: 6, search: 'BOOK' },
        ({ title, quantityInStock }) => title !== null && quantityInStock === 6,
      ],
    ];

    test.each(named)(
      '%s lets through all that share it, counted, in any order',
      async (_how, filter, holds) => {
        const expected = all.filter(holds);
        expect(await count(filter)).toBe(expected.length);
        const byQuantity = expected.toSorted((a, b) => a.quantityInStock - b.quantityInStock);
        for (const [order, sorted] of [
          ['SKU_ID', expected],
          ['QUANTITY_IN_STOCK', byQuantity],
        ] as const) {
          const idsOf = (skus: readonly Sku[]) => skus.map(({ skuId }) => skuId);
          expect(idsOf(await list(filter, order, false, 50))).toEqual(idsOf(sorted.slice(0, 50)));
          expect(idsOf(await list(filter, order, true, 50))).toEqual(idsOf(sorted.toReversed().slice(0, 50)));
          const middle = sorted.length >> 1;
          expect(idsOf(await list(filter, order, false, 50, sorted[middle]))).toEqual(
            idsOf(sorted.slice(middle + 1, middle + 51)),
          );
        }
      },
    );
  });
});
