/** A bulk call whose rows all name a code that many SKUs share: its answer is bounded, and the gateway lives on. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCatalog } from '../../src/db/catalog.ts';
import { MAX_CALL_CANDIDATES, MAX_CANDIDATES } from '../../src/domain/refusal.ts';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';
import { range } from '../support/range.ts';
import { describeOnEachStore } from '../support/stores/stores.ts';

const CODE = '5901234123457';
const SHARING = 250;
const ROWS = 10_000;

describeOnEachStore('10,000 rows of a code that 250 SKUs share, under a key', (kind) => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await openGateway(kind);
    await createCatalog(gateway.store, () => new Date()).save(
      { supplierId: 'acme', actor: 'seed' },
      range(SHARING).map((n) => ({ skuId: `same-${n}`, title: 'x'.repeat(200), ean13: CODE })),
    );
  });
  afterAll(() => gateway.close());

  const send = () =>
    gateway.server.inject({
      method: 'POST',
      url: '/timp/products/skus/inventory/bulk/',
      headers: {
        authorization: `Token ${tokens.full}`,
        'content-type': 'application/json',
        'idempotency-key': 'one',
      },
      payload: JSON.stringify(
        range(ROWS).map((n) =>
          n === 1 ? { sku_id: 'same-1', quantity_in_stock: 1 } : { ean13: CODE, quantity_in_stock: n },
        ),
      ),
    });

  test('are answered row by row, twice the same, and the next call is answered too', async () => {
    const first = await send();
    expect(first.statusCode).toBe(200);
    const rows = first.json<{ status_code: number }[]>();
    expect(rows.map(({ status_code }) => status_code)).toEqual([200, ...range(ROWS - 1).map(() => 422)]);
    const again = await send();
    expect(again.json()).toEqual(rows);
    const next = await gateway.legacy({ sku_id: 'same-2', quantity_in_stock: 1 });
    expect(next.statusCode).toBe(200);
  });

  test('list 2,000 candidates in all, and each row says how many there are', async () => {
    const updates = range(1_500).map(() => ({ identifier: { ean13: CODE }, quantityInStock: 1 }));
    const { body } = await gateway.graphql(
      `mutation ($input: BulkUpdateSkuInventoryInput!) { bulkUpdateSkuInventory(input: $input) { results {
        userErrors { message ... on AmbiguousIdentifierError { candidateCount candidates { skuId } } } } } }`,
      { input: { updates } },
    );
    const errors = body.data.bulkUpdateSkuInventory.results.map(
      ({ userErrors: [error] }: { userErrors: unknown[] }) => error,
    ) as { candidateCount: number; candidates: unknown[]; message: string }[];
    expect(new Set(errors.map(({ candidateCount }) => candidateCount))).toEqual(new Set([SHARING]));
    const listed = errors.map(({ candidates }) => candidates.length);
    const full = MAX_CALL_CANDIDATES / MAX_CANDIDATES;
    expect(listed).toEqual(errors.map((_, i) => (i < full ? MAX_CANDIDATES : 0)));
    expect(errors.at(-1)?.message).toContain(`${SHARING} of them`);
  });
});
