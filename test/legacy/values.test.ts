/** What a legacy update sets: each field with a value, with null and left out; each way to name a SKU, and whose SKUs can be named. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';
import { rawRequest, sendRaw } from '../support/raw-http.ts';
import { describeOnEachStore } from '../support/stores/stores.ts';

const PATH = '/timp/products/skus/inventory/';

describeOnEachStore('a legacy update', (kind) => {
  let gateway: Gateway;
  let origin: string;
  beforeAll(async () => {
    gateway = await openGateway(kind);
    origin = await gateway.listen();
  });
  afterAll(() => gateway.close());

  const stored = {
    quantity_in_stock: 10,
    quantity_on_backorder: 5,
    restrictions: 'tmpunavail' as const,
    backorder_date: '2026-11-30',
  };
  beforeEach(async () => {
    await gateway.store.db
      .updateTable('sku')
      .set(stored)
      .where('supplier_id', '=', 'acme')
      .where('sku_id', '=', 'shared')
      .execute();
  });

  /** The row, which GraphQL must tell alike. */
  async function readBack() {
    const row = await gateway.store.db
      .selectFrom('sku')
      .select(['quantity_in_stock', 'quantity_on_backorder', 'restrictions', 'backorder_date', 'version'])
      .where('supplier_id', '=', 'acme')
      .where('sku_id', '=', 'shared')
      .executeTakeFirstOrThrow();
    const { body } = await gateway.graphql(
      '{ sku(by: { skuId: "shared" }) { quantityInStock quantityOnBackorder restrictions backorderDate version } }',
    );
    expect(body.data.sku).toEqual({
      quantityInStock: row.quantity_in_stock,
      quantityOnBackorder: row.quantity_on_backorder,
      restrictions: row.restrictions?.toUpperCase() ?? null,
      backorderDate: row.backorder_date,
      version: row.version,
    });
    return row;
  }

  describe('a field that is given is set, and one left out stays as it is', () => {
    test.each<[object, object]>([
      [{ quantity_in_stock: 4 }, { quantity_in_stock: 4 }],
      [{ quantity_in_stock: 0 }, { quantity_in_stock: 0 }],
      [{ quantity_in_stock: '007' }, { quantity_in_stock: 7 }],
      [{ quantity_in_stock: 2_147_483_647 }, { quantity_in_stock: 2_147_483_647 }],
      [{ quantity_on_backorder: 6 }, { quantity_on_backorder: 6 }],
      [{ quantity_on_backorder: 0 }, { quantity_on_backorder: 0 }],
      [{ restrictions: 'discontd' }, { restrictions: 'discontd' }],
      [{ restrictions: null }, { restrictions: null }],
      [{ restrictions: '' }, { restrictions: null }],
      [{ backorder_date: '2027-01-15' }, { backorder_date: '2027-01-15' }],
      [{ backorder_date: null }, { backorder_date: null }],
      [
        { quantity_in_stock: 1, quantity_on_backorder: 2, restrictions: 'discontd' },
        { quantity_in_stock: 1, quantity_on_backorder: 2, restrictions: 'discontd' },
      ],
    ])('%j', async (fields, set) => {
      const { version } = await readBack();
      const response = await gateway.legacy({ sku_id: 'shared', ...fields });
      expect([response.statusCode, response.json()]).toEqual([200, { message: 'success' }]);
      expect(await readBack()).toEqual({ ...stored, ...set, version: version + 1 });
    });
  });

  describe('null is refused where it would say nothing, and nothing is stored', () => {
    test.each(['sku_id', 'upca', 'ean13', 'gtin14', 'isbn', 'quantity_in_stock', 'quantity_on_backorder'])(
      '%s',
      async (field) => {
        const before = await readBack();
        const response = await gateway.legacy({ sku_id: 'shared', restrictions: 'discontd', [field]: null });
        expect(response.statusCode).toBe(400);
        expect(response.json()).toEqual({
          [field]: ['This field may not be null.'],
          message: `${field}: This field may not be null.`,
        });
        expect(await readBack()).toEqual(before);
      },
    );
  });

  describe('a SKU is named by any of its identifiers, in any spelling of the code', () => {
    test.each<[object, string]>([
      [{ sku_id: ' shared ' }, 'shared'],
      [{ upca: '036000291452' }, 'shared'],
      [{ upca: 36_000_291_452 }, 'shared'],
      [{ upca: '0-36000-29145-2' }, 'shared'],
      [{ ean13: '0036000291452' }, 'shared'],
      [{ gtin14: '00036000291452' }, 'shared'],
      [{ isbn: '978-0-306-40615-7' }, 'BOOK-NEW'],
      [{ isbn: '0-306-40615-2' }, 'BOOK-USED'],
      [{ gtin14: '14006381333938' }, 'CASE-OF-10'],
      [{ ean13: '4006381333931' }, 'EACH'],
      [{ upca: 'not a valid code' }, 'ODD-CODE'],
      [{ upca: '036000291452', isbn: '0-306-40615-2' }, 'shared'],
      [{ sku_id: 'EACH', upca: '036000291452' }, 'EACH'],
    ])('%j', async (identifier, skuId) => {
      const versions = async () => {
        const rows = await gateway.store.db
          .selectFrom('sku')
          .select(['supplier_id', 'sku_id', 'version'])
          .execute();
        return new Map(rows.map((row) => [`${row.supplier_id} ${row.sku_id}`, row.version]));
      };
      const before = await versions();
      // Whatever it had, one of the two changes it.
      for (const quantity_in_stock of [500, 501]) {
        const response = await gateway.legacy({ ...identifier, quantity_in_stock });
        expect(response.statusCode).toBe(200);
      }
      const changed = [...(await versions())].filter(([key, version]) => before.get(key) !== version);
      expect(changed.map(([key]) => key)).toEqual([`acme ${skuId}`]);
    });
  });

  test('a code that cannot be valid is the same 404, with a hint that says why', async () => {
    const response = await gateway.legacy({ upca: '036000291453', quantity_in_stock: 1 });
    expect(response.statusCode).toBe(404);
    expect(response.json()).toEqual({
      message:
        "No sku found with sku identifier: {'upca': '036000291453'}; Valid identifiers: sku_id, upca, ean13, gtin14, isbn",
      hint: expect.stringContaining('The last digit is 3 where the others call for 2'),
    });
  });

  test('a valid code of nobody gets no hint', async () => {
    const response = await gateway.legacy({ ean13: '4012345678901', quantity_in_stock: 1 });
    expect(response.statusCode).toBe(404);
    expect(Object.keys(response.json<object>())).toEqual(['message']);
  });

  test.each([
    ['skuId', '{"sku_id":"rival-only","quantity_in_stock":1}', 'rival-only', 'rival-none'],
    ['code', '{"ean13":"5901234123457","quantity_in_stock":1}', '5901234123457', '4012345678901'],
  ])(
    "another supplier's %s is answered byte for byte like an unknown one",
    async (_kind, body, theirs, unknown) => {
      const headers = {
        Authorization: `Token ${tokens.full}`,
        'Content-Type': 'application/json',
        'X-Request-Id': 'same-id',
      };
      const ask = (text: string) => sendRaw(origin, rawRequest(`POST ${PATH}`, headers, text));
      const answer = await ask(body);
      expect(answer.status).toBe(404);
      expect(answer.text.replaceAll(theirs, unknown)).toBe((await ask(body.replace(theirs, unknown))).text);
    },
  );

  test("an update of a code that two suppliers have changes the caller's SKU alone", async () => {
    await gateway.legacy({ upca: '036000291452', quantity_in_stock: 11 });
    await gateway.legacy(
      { sku_id: 'shared', quantity_on_backorder: 12 },
      { authorization: `Token ${tokens.rival}` },
    );
    const rows = await gateway.store.db
      .selectFrom('sku')
      .select(['supplier_id', 'quantity_in_stock', 'quantity_on_backorder'])
      .where('sku_id', '=', 'shared')
      .orderBy('supplier_id')
      .execute();
    expect(rows).toEqual([
      { supplier_id: 'acme', quantity_in_stock: 11, quantity_on_backorder: 5 },
      { supplier_id: 'rival', quantity_in_stock: 77, quantity_on_backorder: 12 },
    ]);
  });

  test('each applied update leaves one record, with its door and its token', async () => {
    await gateway.legacy({ sku_id: 'EACH', quantity_in_stock: 31 });
    await gateway.legacy({ sku_id: 'EACH', quantity_in_stock: 31 });
    await gateway.legacy({ sku_id: 'EACH', quantity_in_stock: -1 });
    const records = await gateway.store.db
      .selectFrom('inventory_change')
      .select(['source', 'actor', 'quantity_in_stock'])
      .where('sku_id', '=', 'EACH')
      .where('quantity_in_stock', '=', 31)
      .execute();
    expect(records).toEqual([{ source: 'REST', actor: 'dashboard', quantity_in_stock: 31 }]);
  });
});
