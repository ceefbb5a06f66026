/** What a dashboard relies on when it updates a SKU through GraphQL; on each store. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openGateway, type Gateway } from '../support/gateway.ts';
import { describeOnEachStore } from '../support/stores/stores.ts';

const UPDATE = `
  mutation ($input: UpdateSkuInventoryInput!) {
    updateSkuInventory(input: $input) {
      outcome
      sku { skuId quantityInStock quantityOnBackorder restrictions version updatedAt }
      userErrors {
        __typename code message path retryable
        ... on InvalidIdentifierError { expectedCheckDigit }
        ... on AmbiguousIdentifierError { candidates { skuId condition } }
      }
    }
  }
`;
const SKU = `
  query ($by: SkuIdentifierInput!) {
    sku(by: $by) {
      skuId quantityInStock quantityOnBackorder restrictions version updatedAt
    }
  }
`;

describeOnEachStore('updateSkuInventory', (kind) => {
  let gateway: Gateway;
  let now = new Date('2026-11-01T09:30:00.000Z');
  beforeAll(async () => {
    gateway = await openGateway(kind, () => now);
  });
  afterAll(() => gateway.close());

  async function update(identifier: object, values: object) {
    const { status, body } = await gateway.graphql(UPDATE, { input: { identifier, ...values } });
    expect([status, body.errors]).toEqual([200, undefined]);
    return body.data.updateSkuInventory;
  }
  async function read(by: object) {
    const { body } = await gateway.graphql(SKU, { by });
    expect(body.errors).toBeUndefined();
    return body.data.sku;
  }
  const readRow = (supplierId: string, skuId: string) =>
    gateway.store.db
      .selectFrom('sku')
      .select(['quantity_in_stock', 'quantity_on_backorder', 'restrictions', 'version'])
      .where('supplier_id', '=', supplierId)
      .where('sku_id', '=', skuId)
      .executeTakeFirstOrThrow();
  const countChanges = async () =>
    (await gateway.store.db.selectFrom('inventory_change').selectAll().execute()).length;

  test('APPLIED: the payload is the SKU after the update, one version on, with no errors', async () => {
    now = new Date('2026-11-02T10:00:00.123Z');
    const { version } = await read({ skuId: 'xkuOwSQ3utl' });
    expect(await update({ skuId: 'xkuOwSQ3utl' }, { quantityInStock: 3 })).toEqual({
      outcome: 'APPLIED',
      sku: {
        skuId: 'xkuOwSQ3utl',
        quantityInStock: 3,
        quantityOnBackorder: 0,
        restrictions: null,
        version: version + 1,
        updatedAt: '2026-11-02T10:00:00.123Z',
      },
      userErrors: [],
    });
  });

  test('UNCHANGED: the values were there already; version, moment and log stay', async () => {
    const first = await update({ skuId: '2mNh6Gvwgl7LjmZj' }, { quantityInStock: 8 });
    const changes = await countChanges();
    now = new Date(now.getTime() + 1000);
    const again = await update({ skuId: '2mNh6Gvwgl7LjmZj' }, { quantityInStock: 8 });
    expect(again).toEqual({ outcome: 'UNCHANGED', sku: first.sku, userErrors: [] });
    expect(await countChanges()).toBe(changes);
  });

  describe('REJECTED: there is no SKU in the payload, and nothing is stored', () => {
    test.each([
      [
        { skuId: 'none' },
        {
          __typename: 'SkuNotFoundError',
          code: 'SKU_NOT_FOUND',
          message:
            'None of your SKUs has the skuId "none". Check the identifier and the supplier of your token.',
        },
      ],
      [
        { ean13: '4012345678901' },
        {
          __typename: 'SkuNotFoundError',
          code: 'SKU_NOT_FOUND',
          message:
            'None of your SKUs has the ean13 "4012345678901". Check the identifier and the supplier of your token.',
        },
      ],
      [
        { upca: '036000291453' },
        {
          __typename: 'InvalidIdentifierError',
          code: 'INVALID_IDENTIFIER',
          message: expect.stringContaining('it cannot be valid'),
          expectedCheckDigit: '2',
        },
      ],
      [
        { isbn: '97803064' },
        {
          __typename: 'InvalidIdentifierError',
          code: 'INVALID_IDENTIFIER',
          message: expect.stringContaining('An ISBN has 10 or 13 digits'),
          expectedCheckDigit: null,
        },
      ],
      [
        { isbn: '9780306406157' },
        {
          __typename: 'AmbiguousIdentifierError',
          code: 'AMBIGUOUS_IDENTIFIER',
          message: expect.stringContaining('BOOK-NEW, BOOK-USED'),
          candidates: [
            { skuId: 'BOOK-NEW', condition: 'NEW' },
            { skuId: 'BOOK-USED', condition: 'USED' },
          ],
        },
      ],
    ])('%j', async (identifier, error) => {
      const changes = await countChanges();
      expect(await update(identifier, { quantityInStock: 99 })).toEqual({
        outcome: 'REJECTED',
        sku: null,
        userErrors: [{ path: ['input', 'identifier'], retryable: false, ...error }],
      });
      expect(await countChanges()).toBe(changes);
    });
  });

  describe('sets what is given, and leaves what is left out', () => {
    const stored = { quantity_in_stock: 10, quantity_on_backorder: 5, restrictions: 'tmpunavail' as const };
    beforeEach(async () => {
      await gateway.store.db.updateTable('sku').set(stored).where('sku_id', '=', 'EACH').execute();
    });

    test.each<[object, object]>([
      [{ quantityInStock: 4 }, { quantity_in_stock: 4 }],
      [{ quantityInStock: 0 }, { quantity_in_stock: 0 }],
      [{ quantityInStock: 2_147_483_647 }, { quantity_in_stock: 2_147_483_647 }],
      [{ quantityOnBackorder: 0 }, { quantity_on_backorder: 0 }],
      [{ quantityOnBackorder: 6 }, { quantity_on_backorder: 6 }],
      [{ restrictions: 'DISCONTD' }, { restrictions: 'discontd' }],
      [{ restrictions: null }, { restrictions: null }],
      [
        { quantityInStock: 1, quantityOnBackorder: 2, restrictions: 'DISCONTD' },
        { quantity_in_stock: 1, quantity_on_backorder: 2, restrictions: 'discontd' },
      ],
    ])('%j', async (values, set) => {
      const { version } = await readRow('acme', 'EACH');
      const { outcome, sku } = await update({ skuId: 'EACH' }, values);
      expect(outcome).toBe('APPLIED');
      expect(await readRow('acme', 'EACH')).toEqual({ ...stored, ...set, version: version + 1 });
      expect(await read({ skuId: 'EACH' })).toEqual(sku);
    });

    test('a literal in the document says the same as a variable', async () => {
      const { body } = await gateway.graphql(`mutation { updateSkuInventory(
          input: { identifier: { skuId: "EACH" }, quantityOnBackorder: 0, restrictions: null }
        ) { outcome } }`);
      expect(body).toEqual({ data: { updateSkuInventory: { outcome: 'APPLIED' } } });
      expect(await readRow('acme', 'EACH')).toMatchObject({ quantity_on_backorder: 0, restrictions: null });
    });
  });

  test('updates in one document are applied in order, each seeing the one before', async () => {
    const field = (alias: string, quantity: number) =>
      `${alias}: updateSkuInventory(input: { identifier: { skuId: "GONE" }, quantityInStock: ${quantity} }) { outcome sku { quantityInStock } }`;
    const { body } = await gateway.graphql(
      `mutation { ${field('a', 21)} ${field('b', 21)} ${field('c', 22)} }`,
    );
    expect(body.data).toEqual({
      a: { outcome: 'APPLIED', sku: { quantityInStock: 21 } },
      b: { outcome: 'UNCHANGED', sku: { quantityInStock: 21 } },
      c: { outcome: 'APPLIED', sku: { quantityInStock: 22 } },
    });
  });

  test('the record says through which door and on whose word', async () => {
    await update({ skuId: 'ODD-CODE' }, { quantityOnBackorder: 1 });
    const record = await gateway.store.db
      .selectFrom('inventory_change')
      .select(['source', 'actor', 'version', 'quantity_on_backorder_before', 'quantity_on_backorder'])
      .where('sku_id', '=', 'ODD-CODE')
      .execute();
    expect(record).toEqual([
      {
        source: 'GRAPHQL',
        actor: 'dashboard',
        version: 1,
        quantity_on_backorder_before: 0,
        quantity_on_backorder: 1,
      },
    ]);
  });
});
