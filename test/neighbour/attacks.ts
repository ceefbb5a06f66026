/** The attacks: requests that an expensive neighbour repeats without end. */
import { halfBodies, streams, unreadAnswers } from './held.ts';
import { afterCalls, GRAPHQL, query, repeat } from './repeat.ts';
import { indices } from '../support/range.ts';
import { SHARED_CODE } from './watched-gateway.ts';

/** Runs until its process is killed. The attacks in `gradual` call `begun` once they have built up. */
export type Attack = (origin: string, begun: () => void) => Promise<void>;

const BULK = '/timp/products/skus/inventory/bulk/';

/** A query with `count` searches that match nothing. Each counts its matches, sorts without an index, and is slow to compare with a title. */
export function searchOf(count: number, n = 0): string {
  const one = (i: number) =>
    `a${i}: skus(first: 1, filter: { search: "${'a'.repeat(90)}b${n}" }, orderBy: { field: UPDATED_AT }) { totalCount nodes { title } }`;
  return query(`{ ${indices(count).map(one).join(' ')} }`);
}

const searches: Attack = (origin) => repeat(origin, 5, GRAPHQL, (n) => searchOf(20, n));

const emptyRows = (opening: string, closing: string) =>
  Buffer.from(`${opening}${'{},'.repeat(2_700_000)}{}${closing}`);

/** Large bodies with more rows than a call may have. */
const rows: Attack = async (origin) => {
  const call =
    'mutation ($u: [BulkSkuInventoryUpdateInput]!) { bulkUpdateSkuInventory(input: { updates: $u }) { appliedCount } }';
  const graphql = emptyRows(`{"query":${JSON.stringify(call)},"variables":{"u":[`, ']}}');
  const legacy = emptyRows('[', ']');
  await Promise.all([repeat(origin, 2, GRAPHQL, () => graphql), repeat(origin, 2, BULK, () => legacy)]);
};

/** Different documents of almost 8 MiB each, so that no cache helps. */
const documents: Attack = (origin, begun) => {
  const filler = ' '.repeat(7_900_000);
  const bodyOf = (n: number) => Buffer.from(`{"query":"{ a${n}: __typename }${filler}","extensions":{}}`);
  return repeat(origin, 2, GRAPHQL, bodyOf, afterCalls(8, begun));
};

const bulkBody = (n: number, isAtomic: boolean) =>
  JSON.stringify({
    query:
      'mutation ($input: BulkUpdateSkuInventoryInput!) { bulkUpdateSkuInventory(input: $input) { appliedCount } }',
    variables: {
      input: {
        ...(isAtomic && { atomicity: 'ALL_OR_NOTHING' }),
        updates: indices(10_000).map((i) => ({
          identifier: { skuId: `sku-${(n * 7 + i) % 20_000}` },
          quantityInStock: (n + i) % 1_000,
        })),
      },
    },
  });

/** The largest bulk calls, on 30 connections. */
const bulks: Attack = (origin) => {
  const bodies = indices(4).map((n) => bulkBody(n, false));
  return repeat(origin, 30, GRAPHQL, (n) => bodies[n % bodies.length] ?? '');
};

/** The largest bulk calls with very large answers. */
const wideAnswers: Attack = (origin, begun) => {
  const many = indices(12)
    .map((n) => `a${n}: change { id reason before { quantityInStock } after { quantityInStock } }`)
    .join(' ');
  const text = `mutation ($input: BulkUpdateSkuInventoryInput!) { bulkUpdateSkuInventory(input: $input) { results { index outcome ${many} } } }`;
  const body = (n: number) =>
    query(text, {
      input: {
        reason: 'x'.repeat(400),
        updates: indices(10_000).map((i) => ({
          identifier: { skuId: `sku-${i}` },
          quantityInStock: (n + i) % 1_000,
        })),
      },
    });
  const bodies = indices(2).map(body);
  return repeat(origin, 3, GRAPHQL, (n) => bodies[n % bodies.length] ?? '', afterCalls(1, begun));
};

/** Rows and look-ups with a code that thousands of SKUs share. */
const sharedCodes: Attack = async (origin) => {
  const bulk = JSON.stringify(indices(2_000).map(() => ({ upca: SHARED_CODE, quantity_in_stock: 1 })));
  const look = query('query ($c: String!) { sku(by: { upca: $c }) { skuId } }', { c: SHARED_CODE });
  await Promise.all([repeat(origin, 2, BULK, () => bulk), repeat(origin, 8, GRAPHQL, () => look)]);
};

/** 20 updates in each request, on 1,500 connections. */
const aliases: Attack = (origin) => {
  const one = (n: number, i: number) =>
    `a${i}: updateSkuInventory(input: { identifier: { skuId: "sku-${(n + i) % 5_000}" }, quantityInStock: ${n % 1_000} }) { outcome }`;
  return repeat(origin, 1_500, GRAPHQL, (n) =>
    query(
      `mutation { ${indices(20)
        .map((i) => one(n, i))
        .join(' ')} }`,
    ),
  );
};

/** 6,000 connections, each of which sends its next request when the last one is answered. */
const connections: Attack = (origin, begun) => {
  const body = JSON.stringify({ sku_id: 'sku-1', quantity_in_stock: 1 });
  return repeat(origin, 6_000, '/timp/products/skus/inventory/', () => body, afterCalls(3_000, begun));
};

export const attacks: Readonly<Record<string, Attack>> = {
  searches,
  rows,
  documents,
  bulks,
  'wide answers': wideAnswers,
  'shared codes': sharedCodes,
  aliases,
  connections,
  streams,
  'half bodies': halfBodies,
  'unread answers': unreadAnswers,
};
/** The attacks that need time to build up. */
export const gradual: ReadonlySet<string> = new Set([
  'documents',
  'wide answers',
  'connections',
  'streams',
  'half bodies',
  'unread answers',
]);
