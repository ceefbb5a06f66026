/** What a dashboard relies on when it reads a SKU through GraphQL, and that it sees and touches its own alone; on each store. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalog, openGateway, tokens, type Gateway } from '../support/gateway.ts';
import { describeOnEachStore } from '../support/stores/stores.ts';

const SKU = `
  query ($by: SkuIdentifierInput!) {
    sku(by: $by) {
      skuId itemId title condition upca ean13 gtin14 isbn
      quantityInStock quantityOnBackorder restrictions availability version updatedAt
    }
  }
`;
const UPDATE = `
  mutation ($input: UpdateSkuInventoryInput!) {
    updateSkuInventory(input: $input) { outcome userErrors { code message } }
  }
`;

describeOnEachStore('GraphQL', (kind) => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await openGateway(kind);
  });
  afterAll(() => gateway.close());

  async function read(by: object) {
    const { body } = await gateway.graphql(SKU, { by });
    expect(body.errors).toBeUndefined();
    return body.data.sku;
  }
  const update = (identifier: object, values: object) =>
    gateway.graphql(UPDATE, { input: { identifier, ...values } });
  const readRow = (supplierId: string, skuId: string) =>
    gateway.store.db
      .selectFrom('sku')
      .select(['quantity_in_stock', 'version'])
      .where('supplier_id', '=', supplierId)
      .where('sku_id', '=', skuId)
      .executeTakeFirstOrThrow();

  describe('sku', () => {
    test('has every field of the catalog, null where the catalog has nothing', async () => {
      for (const { skuId } of catalog.slice(3)) {
        const row = await gateway.store.db
          .selectFrom('sku')
          .selectAll()
          .where('supplier_id', '=', 'acme')
          .where('sku_id', '=', skuId)
          .executeTakeFirstOrThrow();
        expect(await read({ skuId })).toEqual({
          skuId,
          itemId: row.item_id,
          title: row.title,
          condition: row.condition?.toUpperCase() ?? null,
          upca: row.upca,
          ean13: row.ean13,
          gtin14: row.gtin14,
          isbn: row.isbn,
          quantityInStock: row.quantity_in_stock,
          quantityOnBackorder: row.quantity_on_backorder,
          restrictions: row.restrictions?.toUpperCase() ?? null,
          availability: expect.stringMatching(/./),
          version: row.version,
          updatedAt: row.updated_at,
        });
      }
      const codes = { upca: null, ean13: null, gtin14: null, isbn: '978-0-306-40615-7' };
      const details = { title: 'A book', condition: 'NEW', itemId: null };
      expect(await read({ skuId: 'BOOK-NEW' })).toMatchObject({ ...codes, ...details });
    });

    test.each([
      [{ quantityInStock: 1, quantityOnBackorder: 1, restrictions: null }, 'IN_STOCK'],
      [{ quantityInStock: 0, quantityOnBackorder: 1, restrictions: null }, 'BACKORDER'],
      [{ quantityInStock: 0, quantityOnBackorder: 0, restrictions: null }, 'OUT_OF_STOCK'],
      [{ quantityInStock: 1, quantityOnBackorder: 1, restrictions: 'TMPUNAVAIL' }, 'TEMPORARILY_UNAVAILABLE'],
      [{ quantityInStock: 1, quantityOnBackorder: 1, restrictions: 'DISCONTD' }, 'DISCONTINUED'],
    ])('its availability follows from %j: %s', async (values, availability) => {
      await update({ skuId: 'GONE' }, values);
      expect((await read({ skuId: 'GONE' })).availability).toBe(availability);
    });

    test.each<[object, string | null]>([
      [{ skuId: 'shared' }, 'shared'],
      [{ skuId: ' shared ' }, 'shared'],
      [{ skuId: 'SHARED' }, null],
      [{ upca: '0-36000-29145-2' }, 'shared'],
      [{ ean13: '0036000291452' }, 'shared'],
      [{ gtin14: '00036000291452' }, 'shared'],
      [{ isbn: '0-306-40615-2' }, 'BOOK-USED'],
      [{ gtin14: '14006381333938' }, 'CASE-OF-10'],
      [{ upca: 'not a valid code' }, 'ODD-CODE'],
      [{ upca: '036000291453' }, null],
      [{ skuId: 'none' }, null],
    ])('by %j is %s', async (by, skuId) => {
      expect((await read(by))?.skuId ?? null).toBe(skuId);
    });

    test('by a code that several share is an error that names them', async () => {
      const { status, body } = await gateway.graphql(SKU, { by: { isbn: '9780306406157' } });
      expect([status, body.data]).toEqual([200, { sku: null }]);
      expect(body.errors).toEqual([
        expect.objectContaining({
          message: expect.stringContaining('Name the one you mean by its skuId.'),
          path: ['sku'],
          extensions: {
            code: 'AMBIGUOUS_IDENTIFIER',
            candidates: ['BOOK-NEW', 'BOOK-USED'],
            candidateCount: 2,
          },
        }),
      ]);
    });
  });

  describe("another supplier's SKU", () => {
    test.each([
      [{ skuId: 'rival-only' }, { skuId: 'rival-none' }],
      [{ ean13: '5901234123457' }, { ean13: '4012345678901' }],
    ])('%j is answered byte for byte like the unknown %j', async (theirs, unknown) => {
      const ask = async (query: string, variables: object) => {
        const { statusCode, payload, headers } = await gateway.server.inject({
          method: 'POST',
          url: '/graphql',
          headers: {
            authorization: `Bearer ${tokens.full}`,
            'content-type': 'application/json',
            'x-request-id': 'id',
          },
          payload: JSON.stringify({ query, variables }),
        });
        return JSON.stringify([statusCode, { ...headers, date: '', 'server-timing': '' }, payload]);
      };
      const [theirCode = '', unknownCode = ''] = [theirs, unknown].flatMap((by) => Object.values(by));
      const inputs = [theirs, unknown].map((identifier) => ({ input: { identifier, quantityInStock: 1 } }));
      const [foreign = '', none = ''] = await Promise.all(inputs.map((input) => ask(UPDATE, input)));
      expect(foreign).toContain('SKU_NOT_FOUND');
      expect(foreign.replaceAll(theirCode, unknownCode)).toBe(none);
      expect(await ask(SKU, { by: theirs })).toBe(await ask(SKU, { by: unknown }));
      expect(await readRow('rival', 'rival-only')).toMatchObject({ quantity_in_stock: 79, version: 0 });
    });

    test('under a code of ours is left alone', async () => {
      await update({ upca: '036000291452' }, { quantityInStock: 12 });
      expect((await readRow('acme', 'shared')).quantity_in_stock).toBe(12);
      expect((await readRow('rival', 'shared')).quantity_in_stock).toBe(77);
      const { body } = await gateway.graphql(SKU, { by: { upca: '036000291452' } }, tokens.rival);
      expect(body.data.sku.quantityInStock).toBe(77);
    });
  });
});
