/** What an update does to the rows of a store: the new state and one change record, both or neither. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InventoryChangeTable } from '../../src/db/store/tables.ts';
import { asOfBefore, MAX_QUANTITY } from '../../src/domain/sku.ts';
import { setBy, setSku, type Values } from '../support/requests.ts';
import { withoutAsOf } from '../support/rows.ts';
import { openSuppliers, type Suppliers } from '../support/suppliers.ts';
import { describeOnEachStore } from '../support/stores/stores.ts';

describeOnEachStore('an update', (kind) => {
  let suppliers: Suppliers;
  beforeAll(async () => {
    suppliers = await openSuppliers(kind);
  });
  afterAll(() => suppliers.close());

  test('answers with the new state, and stores it with one record of the change', async () => {
    const supplier = await suppliers.addSupplier([
      { skuId: 'A', title: 'A thing', upca: '036000291452', quantityInStock: 10, restrictions: 'tmpunavail' },
      { skuId: 'B', quantityInStock: 20 },
    ]);
    const changedAt = supplier.now;
    const [before, other] = await supplier.skus();
    expect(before).toMatchObject({ version: 0, updated_at: supplier.seededAt });

    const results = await supplier.update(
      setBy('upca', '036000291452', { quantityInStock: 3, restrictions: null }),
    );

    expect(results).toEqual([
      {
        outcome: 'APPLIED',
        sku: {
          supplierId: supplier.origin.supplierId,
          skuId: 'A',
          itemId: null,
          title: 'A thing',
          condition: null,
          upca: '036000291452',
          ean13: null,
          gtin14: null,
          isbn: null,
          quantityInStock: 3,
          quantityOnBackorder: 0,
          restrictions: null,
          backorderDate: null,
          version: 1,
          updatedAt: changedAt,
          lastChangePosition: null,
          asOf: {
            ...asOfBefore(0, ''),
            quantityInStock: changedAt,
            inStockWhenSet: changedAt,
            restrictions: changedAt,
          },
        },
      },
    ]);
    expect(await supplier.skus()).toEqual([
      {
        ...before,
        quantity_in_stock: 3,
        restrictions: null,
        version: 1,
        updated_at: changedAt,
        last_change_position: 1,
        quantity_in_stock_as_of: changedAt,
        quantity_on_backorder_as_of: '',
        restrictions_as_of: changedAt,
        backorder_date_as_of: '',
      },
      other,
    ]);
    expect(await supplier.changes()).toEqual([
      {
        supplier_id: supplier.origin.supplierId,
        position: 1,
        sku_id: 'A',
        version: 1,
        quantity_in_stock_before: 10,
        quantity_in_stock: 3,
        quantity_on_backorder_before: 0,
        quantity_on_backorder: 0,
        restrictions_before: 'tmpunavail',
        restrictions: null,
        backorder_date_before: null,
        backorder_date: null,
        source: 'GRAPHQL',
        reason: null,
        reference_document_uri: null,
        group_id: null,
        previous_position: null,
        actor: 'dashboard',
        as_of: null,
        changed_at: changedAt,
      },
    ]);
    expect(await supplier.lastPosition()).toBe(1);
  });

  describe('sets what it holds, and records before and after', () => {
    test.each<[what: string, values: Values, after: Partial<InventoryChangeTable>]>([
      ['a quantity in stock', { quantityInStock: 3 }, { quantity_in_stock: 3 }],
      ['a quantity in stock of 0', { quantityInStock: 0 }, { quantity_in_stock: 0 }],
      [
        'the largest quantity in stock',
        { quantityInStock: MAX_QUANTITY },
        { quantity_in_stock: 2_147_483_647 },
      ],
      ['a quantity on backorder', { quantityOnBackorder: 3 }, { quantity_on_backorder: 3 }],
      ['a quantity on backorder of 0', { quantityOnBackorder: 0 }, { quantity_on_backorder: 0 }],
      [
        'the largest quantity on backorder',
        { quantityOnBackorder: MAX_QUANTITY },
        { quantity_on_backorder: 2_147_483_647 },
      ],
      ['a restriction', { restrictions: 'discontd' }, { restrictions: 'discontd' }],
      ['null, which lifts the restriction', { restrictions: null }, { restrictions: null }],
      ['a backorder date', { backorderDate: '2027-01-15' }, { backorder_date: '2027-01-15' }],
      ['null, which lifts the backorder date', { backorderDate: null }, { backorder_date: null }],
      [
        'one, with the others undefined',
        { quantityInStock: 3, quantityOnBackorder: undefined, restrictions: undefined },
        { quantity_in_stock: 3 },
      ],
    ])('%s', async (_what, values, after) => {
      const supplier = await suppliers.addSupplier([
        {
          skuId: 'A',
          quantityInStock: 10,
          quantityOnBackorder: 5,
          restrictions: 'tmpunavail',
          backorderDate: '2026-11-30',
        },
      ]);
      const state = {
        quantity_in_stock: 10,
        quantity_on_backorder: 5,
        restrictions: 'tmpunavail',
        backorder_date: '2026-11-30',
      };
      expect(await supplier.update(setSku('A', values))).toMatchObject([{ outcome: 'APPLIED' }]);
      expect(await supplier.skus()).toMatchObject([{ ...state, ...after, version: 1 }]);
      expect(await supplier.changes()).toMatchObject([
        {
          ...state,
          ...after,
          quantity_in_stock_before: 10,
          quantity_on_backorder_before: 5,
          restrictions_before: 'tmpunavail',
          backorder_date_before: '2026-11-30',
        },
      ]);
    });
  });

  test('that changes nothing or is refused writes nothing but as-of times', async () => {
    const supplier = await suppliers.addSupplier([
      { skuId: 'A', quantityInStock: 10, quantityOnBackorder: 5, restrictions: 'tmpunavail' },
      { skuId: 'B', upca: '036000291452' },
      { skuId: 'C', upca: '036000291452' },
    ]);
    const before = await supplier.skus();
    const results = await supplier.update(
      setSku('A', {}),
      setSku('A', { quantityInStock: 10 }),
      setSku('A', { quantityInStock: 10, quantityOnBackorder: 5, restrictions: 'tmpunavail' }),
      setSku('B', { restrictions: null }),
      setSku('a', { quantityInStock: 3 }),
      setBy('upca', '036000291453', { quantityInStock: 3 }),
      setBy('ean13', '036000291452', { quantityInStock: 3 }),
    );
    expect(results.map((result) => ('refusal' in result ? result.refusal.problem : result.outcome))).toEqual([
      'UNCHANGED',
      'UNCHANGED',
      'UNCHANGED',
      'UNCHANGED',
      'SKU_NOT_FOUND',
      'INVALID_IDENTIFIER',
      'AMBIGUOUS_IDENTIFIER',
    ]);
    expect((await supplier.skus()).map(withoutAsOf)).toEqual(before.map(withoutAsOf));
    expect(await supplier.changes()).toEqual([]);
    expect(await supplier.lastPosition()).toBe(0);
  });
});
