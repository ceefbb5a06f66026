/** The requests of the load: for each shape its path, its bodies, and what an answer must contain. */

/** The number of rows in a bulk call. */
export const BULK_ROWS = 10_000;
export const SUPPLIER = 'bench';

export const shapes = {
  /** Updates of all SKUs in turn. */
  mutation: { path: '/graphql', request: (n, skus) => mutation(spread(n, skus), quantity(n)) },
  /** The same, each under an idempotency key of its own. */
  keyed: { path: '/graphql', request: (n, skus) => mutation(spread(n, skus), quantity(n), `key-${n}`) },
  /** Updates of one SKU. */
  'one-sku': { path: '/graphql', request: (n) => mutation(skuId(1), quantity(n)) },
  bulk: { path: '/graphql', request: (n, skus) => bulk(n, skus) },
  query: { path: '/graphql', request: (n, skus) => query(spread(n, skus)) },
  legacy: {
    path: '/timp/products/skus/inventory/',
    request: (n, skus) => legacy(spread(n, skus), quantity(n)),
  },
  'legacy-bulk': {
    path: '/timp/products/skus/inventory/bulk',
    request: (n, skus) => legacyBulk(n, skus),
  },
  /** PostGraphile's own mutation for an update of the same row. */
  postgraphile: { path: '/graphql', request: (n, skus) => patch(spread(n, skus), quantity(n)) },
} as const satisfies Record<string, ShapeOf>;

export type Shape = keyof typeof shapes;

interface ShapeOf {
  readonly path: string;
  readonly request: (n: number, skus: number) => Request;
}

export interface Request {
  readonly body: string;
  /** Each text must be in the answer. Otherwise the answer counts as an error. */
  readonly expect: readonly string[];
}

/** Returns `sku-0000001` for 1. All IDs have the same length, so that the bodies of a shape have too. */
export function skuId(n: number): string {
  return `sku-${String(n).padStart(7, '0')}`;
}

/** A prime that divides no table size. So a walk with this stride visits every SKU, but not in the table's order. */
const STRIDE = 7_919;

function spread(n: number, skus: number): string {
  return skuId(((n * STRIDE) % skus) + 1);
}

/** Returns a quantity of ten digits below 2^31. It differs from the SKU's last one, so that every update changes something. */
function quantity(n: number): number {
  return 1_000_000_000 + (n % 1_147_483_647);
}

const updateDocument = `mutation Update($input: UpdateSkuInventoryInput!) { updateSkuInventory(input: $input) { outcome sku { skuId quantityInStock version } userErrors { code message } } }`;

function mutation(sku: string, quantityInStock: number, idempotencyKey?: string): Request {
  const variables = { input: { identifier: { skuId: sku }, quantityInStock, idempotencyKey } };
  return {
    body: JSON.stringify({ query: updateDocument, variables }),
    expect: ['"outcome":"APPLIED"', `"quantityInStock":${quantityInStock}`],
  };
}

const queryDocument = `query Get($by: SkuIdentifierInput!) { sku(by: $by) { skuId quantityInStock quantityOnBackorder version } }`;

function query(sku: string): Request {
  return {
    body: JSON.stringify({ query: queryDocument, variables: { by: { skuId: sku } } }),
    expect: [`"skuId":"${sku}"`],
  };
}

function legacy(sku: string, quantityInStock: number): Request {
  return {
    body: JSON.stringify({ sku_id: sku, quantity_in_stock: quantityInStock }),
    expect: ['"success"'],
  };
}

const bulkDocument = `mutation Bulk($input: BulkUpdateSkuInventoryInput!) { bulkUpdateSkuInventory(input: $input) { appliedCount rejectedCount } }`;

function bulk(n: number, skus: number): Request {
  const updates = bulkUpdates(n, skus).map((row) => ({
    identifier: { skuId: row.skuId },
    quantityInStock: row.quantityInStock,
  }));
  return {
    body: JSON.stringify({ query: bulkDocument, variables: { input: { updates } } }),
    expect: [`"appliedCount":${BULK_ROWS}`],
  };
}

function legacyBulk(n: number, skus: number): Request {
  const rows = bulkUpdates(n, skus).map((row) => ({
    sku_id: row.skuId,
    quantity_in_stock: row.quantityInStock,
  }));
  return { body: JSON.stringify(rows), expect: ['"success"'] };
}

/** Returns rows for BULK_ROWS SKUs across the table. Every call names the same SKUs, so each changes what the last one set. */
export function bulkUpdates(n: number, skus: number): { skuId: string; quantityInStock: number }[] {
  const step = Math.floor(skus / BULK_ROWS);
  return Array.from({ length: BULK_ROWS }, (_, row) => ({
    skuId: skuId(row * step + 1),
    quantityInStock: quantity(n + row),
  }));
}

const patchDocument = `mutation Update($input: UpdateSkuBySupplierIdAndSkuIdInput!) { updateSkuBySupplierIdAndSkuId(input: $input) { sku { skuId quantityInStock version } } }`;

function patch(sku: string, quantityInStock: number): Request {
  const variables = { input: { supplierId: SUPPLIER, skuId: sku, skuPatch: { quantityInStock } } };
  return {
    body: JSON.stringify({ query: patchDocument, variables }),
    expect: [`"quantityInStock":${quantityInStock}`],
  };
}
