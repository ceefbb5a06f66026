/** SKU ids are exact, and a supplier's own, on each store. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { identifierKinds, MAX_IDENTIFIER_LENGTH, parseIdentifier } from '../../src/domain/identifier.ts';
import { openSuppliers, type Suppliers, type TestSupplier } from '../support/suppliers.ts';
import { describeOnEachStore } from '../support/stores/stores.ts';

/** Ids that a store, a driver or JSON could take for something else. */
const oddSkuIds = [
  ...['Case', 'case', '007', '7', '1e3', '0.10', '1.0', 'null', 'true', '["x"]', '{}', 'in  ner'],
  ...['a\\b', 'a%b', 'a_b', '?1', '$1', 'a\u2028b', '\u00e9', '日本', '😀', '\uff21'],
  'O\'Brien"; drop table sku; --',
];
const longest = '😀'.repeat(MAX_IDENTIFIER_LENGTH);

describeOnEachStore('a skuId', (kind) => {
  let suppliers: Suppliers;
  let supplier: TestSupplier;
  let rival: TestSupplier;
  beforeAll(async () => {
    suppliers = await openSuppliers(kind);
    supplier = await suppliers.addSupplier([
      { skuId: 'EACH', ean13: '4006381333931' },
      { skuId: 'BOOK', isbn: '0-306-40615-2' },
      { skuId: longest },
      ...oddSkuIds.map((skuId) => ({ skuId })),
    ]);
    rival = await suppliers.addSupplier([
      { skuId: 'BOOK', isbn: '978-0-306-40615-7' },
      { skuId: 'RIVAL-ONLY', ean13: '5901234123457' },
    ]);
  });
  afterAll(() => suppliers.close());

  describe('is found exactly as it is, but for white space around it', () => {
    test.each(oddSkuIds)('%s', async (skuId) => {
      expect(await supplier.find(['skuId', skuId], ['skuId', ` ${skuId}\t`])).toEqual([skuId, skuId]);
    });

    test('at the greatest length', async () => {
      expect(await supplier.find(['skuId', longest])).toEqual([longest]);
    });
  });

  test.each(['CASE', '07', '1000', 'in ner', 'a-b', 'e\u0301', '\u00c9', 'A', '', '4006381333931'])(
    'is not found by the like of it: %j',
    async (skuId) => {
      expect(await supplier.find(['skuId', skuId])).toEqual(['SKU_NOT_FOUND']);
    },
  );

  test('that suppliers share finds each its own', async () => {
    const shared = [
      ['skuId', 'BOOK'],
      ['isbn', '0-306-40615-2'],
      ['isbn', '9780306406157'],
      ['ean13', '978-0-306-40615-7'],
    ] as const;
    const found = ['BOOK', 'BOOK', 'BOOK', 'BOOK'];
    expect(await supplier.find(...shared)).toEqual(found);
    expect(await rival.find(...shared)).toEqual(found);
  });

  test('or code that only another supplier has is unknown', async () => {
    const unknown = ['SKU_NOT_FOUND', 'SKU_NOT_FOUND'];
    expect(await supplier.find(['skuId', 'RIVAL-ONLY'], ['ean13', '5901234123457'])).toEqual(unknown);
    expect(await rival.find(['skuId', 'EACH'], ['ean13', '4006381333931'])).toEqual(unknown);
    const identifiers = [parseIdentifier('skuId', 'EACH'), parseIdentifier('ean13', '4006381333931')];
    const ofNobody = await suppliers.inventory.find('nobody', identifiers);
    expect(ofNobody.map((match) => 'refusal' in match && match.refusal.problem)).toEqual(unknown);
  });

  test('or code is answered in its place among many, also when it comes again', async () => {
    const wanted = identifierKinds.map((idKind) => [idKind, '4006381333931'] as const);
    const found = ['SKU_NOT_FOUND', 'EACH', 'EACH', 'EACH', 'INVALID_IDENTIFIER'];
    const repeat = <T>(items: readonly T[]) =>
      Array.from({ length: 400 }, () => [...items, ...items.toReversed()]).flat();
    expect(await supplier.find(...repeat(wanted))).toEqual(repeat(found));
    expect(await supplier.find()).toEqual([]);
  });
});
