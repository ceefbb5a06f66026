/** GraphQL requests of every kind, for comparing two ways to answer them. */
import { tokens } from '../gateway.ts';

export interface Exchange {
  /** POST by default. With GET the fields below become query parameters. */
  readonly method?: 'GET' | 'POST';
  readonly query?: unknown;
  readonly variables?: unknown;
  readonly operationName?: unknown;
  readonly extensions?: unknown;
  /** Sent as the body instead of JSON made of the fields above. */
  readonly raw?: string;
  readonly headers?: Record<string, string>;
}

/** Converts an exchange to the HTTP request that the GraphQL door gets. */
export function toHttp({ raw, headers = {}, method = 'POST', ...given }: Exchange) {
  const toText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  if (method === 'POST') return { method, path: '/graphql', headers, body: raw ?? JSON.stringify(given) };
  const parameters = new URLSearchParams(Object.entries(given).map(([name, value]) => [name, toText(value)]));
  return { method, path: `/graphql?${parameters}`, headers, body: '' };
}

const sku = '{ id skuId quantityInStock quantityOnBackorder restrictions availability version updatedAt }';
const errors = `{
  __typename code message path retryable
  ... on AmbiguousIdentifierError { candidates { skuId } }
  ... on InvalidIdentifierError { expectedCheckDigit }
  ... on PreconditionFailedError { current { version } lastChange { version actor } }
}`;
const UPDATE = `mutation Update($input: UpdateSkuInventoryInput!) {
  updateSkuInventory(input: $input) { outcome replayed sku ${sku} change { id before { quantityInStock } changedAt } userErrors ${errors} }
}`;
const update = (input: unknown, more: Exchange = {}): Exchange => ({
  query: UPDATE,
  variables: { input },
  ...more,
});
const shared = { skuId: 'shared' };
const as = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
const GET = 'query Get($by: SkuIdentifierInput!) { sku(by: $by) { ...f } } fragment f on Sku ' + sku;
const TWO = 'query One { a: __typename } query Two($n: Boolean = true) { b: __typename @include(if: $n) }';
const BULK = `mutation Bulk($input: BulkUpdateSkuInventoryInput!) { bulkUpdateSkuInventory(input: $input) {
  appliedCount rejectedCount groupId results(only: REJECTED) { index userErrors ${errors} } userErrors ${errors} } }`;

/** Named by what each shows. Send them in this order, because each depends on the state that the earlier ones leave. */
export const exchanges: Record<string, Exchange> = {
  'an update': update({ identifier: shared, quantityInStock: 7 }),
  'the same again: unchanged': update({ identifier: shared, quantityInStock: 7 }),
  'a restriction': update({ identifier: shared, restrictions: 'DISCONTD' }),
  'a restriction lifted': update({ identifier: shared, restrictions: null }),
  'with a key': update({ identifier: shared, quantityInStock: 8, idempotencyKey: 'k' }),
  'with the key again': update({ identifier: shared, quantityInStock: 8, idempotencyKey: 'k' }),
  'the key for another input': update({ identifier: shared, quantityInStock: 9, idempotencyKey: 'k' }),
  'a dry run': update({ identifier: shared, quantityInStock: 10, dryRun: true }),
  'an unknown SKU': update({ identifier: { skuId: 'nobody' }, quantityInStock: 1 }),
  'an ambiguous code': update({ identifier: { isbn: '9780306406157' }, quantityInStock: 1 }),
  'a wrong check digit': update({ identifier: { upca: '036000291453' }, quantityInStock: 1 }),
  'a failed precondition': update({ identifier: shared, quantityInStock: 1, expected: { version: 0 } }),
  'nothing to set': update({ identifier: shared }),
  'a negative quantity': update({ identifier: shared, quantityInStock: -1, reason: 'x'.repeat(501) }),
  'a quantity beyond Int': update({ identifier: shared, quantityInStock: 2 ** 31 }),
  'a quantity as text': update({ identifier: shared, quantityInStock: '1' }),
  'a null quantity': update({ identifier: shared, quantityInStock: null }),
  'two identifiers': update({ identifier: { skuId: 'shared', upca: '1' }, quantityInStock: 1 }),
  'no identifier': update({ identifier: {}, quantityInStock: 1 }),
  'a null identifier': update({ identifier: { skuId: null }, quantityInStock: 1 }),
  'an unknown input field': update({ identifier: shared, quantity: 1 }),
  'no variables': { query: UPDATE },
  'null variables': { query: UPDATE, variables: null },
  'variables as a list': { query: UPDATE, variables: [] },
  'a variable too many': {
    query: UPDATE,
    variables: { input: { identifier: shared, quantityInStock: 11 }, x: 1 },
  },
  'a prototype in the variables': {
    raw: `{"query":${JSON.stringify(UPDATE)},"variables":{"__proto__":{"input":{}}}}`,
  },
  literals: {
    query:
      'mutation { updateSkuInventory(input: {identifier: {skuId: "shared"}, quantityInStock: 12}) { outcome } }',
  },
  'two mutations, in order': {
    query: `mutation { a: updateSkuInventory(input: {identifier: {skuId: "shared"}, quantityInStock: 1}) { sku { version } }
      b: updateSkuInventory(input: {identifier: {skuId: "shared"}, quantityInStock: 2}) { sku { version } } }`,
  },
  'one of two refused': {
    query: `mutation { a: updateSkuInventory(input: {identifier: {skuId: "shared"}, quantityInStock: -1}) { outcome }
      b: updateSkuInventory(input: {identifier: {skuId: "shared"}, quantityInStock: 3}) { outcome } }`,
  },
  'an adjustment': {
    query:
      'mutation { adjustSkuInventory(input: {identifier: {skuId: "shared"}, quantityInStockDelta: -100}) { outcome userErrors { code path } } }',
  },
  'a bulk call': {
    query: BULK,
    variables: {
      input: {
        updates: [
          { identifier: shared, quantityInStock: 4 },
          { identifier: { skuId: 'nobody' }, quantityInStock: 4 },
          {},
        ],
      },
    },
  },
  'a bulk row without a shape': { query: BULK, variables: { input: { updates: [null] } } },
  'an undo': {
    query:
      'mutation { revertInventoryChanges(input: {changeIds: ["1"]}) { appliedCount results { outcome userErrors { code } } userErrors { code } } }',
  },
  'a SKU': { query: GET, variables: { by: shared } },
  'no SKU': { query: GET, variables: { by: { skuId: 'nobody' } } },
  'a shared code': { query: GET, variables: { by: { isbn: '9780306406157' } } },
  'history and lists': {
    query:
      '{ skus(first: 3) { totalCount edges { cursor node { skuId inventoryChanges(first: 2) { nodes { version } pageInfo { hasNextPage endCursor } } } } } inventoryChanges(first: 2) { nodes { id sku { version } } } }',
  },
  'a bad cursor': { query: '{ skus(after: "nonsense") { nodes { skuId } } }' },
  'a page too large': { query: '{ skus(first: 100000) { nodes { skuId } } }' },
  introspection: {
    query:
      '{ __schema { queryType { name } mutationType { fields { name } } } __type(name: "Sku") { kind } }',
  },
  'the second of two operations': { query: TWO, operationName: 'Two' },
  'the second, with a directive': { query: TWO, operationName: 'Two', variables: { n: false } },
  'one of two operations, unnamed': { query: TWO },
  'an unknown operation': { query: TWO, operationName: 'Three' },
  'an empty operation name': { query: TWO, operationName: '' },
  'an operation name of null': { query: '{ __typename }', operationName: null },
  'an operation name that is none': { query: '{ __typename }', operationName: 1 },
  extensions: { query: '{ __typename }', extensions: { a: 1 } },
  'extensions of null': { query: '{ __typename }', extensions: null },
  'extensions as a list': { query: '{ __typename }', extensions: [] },
  'an unknown parameter': { raw: '{"query":"{ __typename }","more":1}' },
  'an unknown parameter of null': { raw: '{"query":"{ __typename }","more":null}' },
  'by GET': { method: 'GET', query: GET, variables: { by: shared } },
  'by GET, with an operation name': { method: 'GET', query: TWO, operationName: 'Two', variables: null },
  'by GET, with a wrong variable': { method: 'GET', query: GET, variables: { by: {} } },
  'a mutation by GET': { method: 'GET', ...update({ identifier: shared, quantityInStock: 1 }) },
  'a syntax error by GET': { method: 'GET', query: '{' },
  'a syntax error': { query: '{ sku(' },
  'an empty document': { query: '' },
  'no document': { variables: {} },
  'a document that is none': { query: 5 },
  'fragments alone': { query: 'fragment f on Sku { skuId }' },
  'an unknown field': { query: '{ skuu { skuId } }' },
  'an unused variable': { query: 'query ($x: Int) { __typename }' },
  'a fragment cycle': { query: '{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }' },
  'a document too deep': { query: `{ skus ${'{ nodes { inventoryChanges '.repeat(12)}${'} }'.repeat(12)} }` },
  'a document too long': { query: `{ ${'__typename '.repeat(2_001)} }` },
  'too many root fields': {
    query: `{ ${Array.from({ length: 21 }, (_, i) => `a${i}: __typename`).join(' ')} }`,
  },
  'a body that is no JSON': { raw: '{' },
  'viewers may not change': update({ identifier: shared, quantityInStock: 1 }, as(tokens.view)),
  'editors may not view': { query: GET, variables: { by: shared }, ...as(tokens.edit) },
  'editors may introspect': { query: '{ __typename }', ...as(tokens.edit) },
  'retailers have no SKUs': update({ identifier: shared, quantityInStock: 1 }, as(tokens.retailer)),
  'the rival has its own': { query: GET, variables: { by: shared }, ...as(tokens.rival) },
  'Accept: the GraphQL type': {
    query: GET,
    variables: { by: shared },
    headers: { accept: 'application/graphql-response+json' },
  },
  'Accept: JSON': { query: GET, variables: { by: shared }, headers: { accept: 'application/json' } },
  'Accept: several': {
    query: GET,
    variables: { by: shared },
    headers: { accept: 'text/html, application/json;q=0.5' },
  },
  'Accept: nothing that there is': {
    query: GET,
    variables: { by: shared },
    headers: { accept: 'text/html' },
  },
  'Accept: a stream, or JSON': {
    query: GET,
    variables: { by: shared },
    headers: { accept: 'text/event-stream, application/graphql-response+json, */*' },
  },
  'Accept: anything of the kind': {
    query: GET,
    variables: { by: shared },
    headers: { accept: 'application/*' },
  },
  'Accept: a stream alone': {
    query: GET,
    variables: { by: shared },
    headers: { accept: 'text/event-stream' },
  },
  'Accept, with a permission that is missing': update(
    { identifier: shared, quantityInStock: 1 },
    { headers: { ...as(tokens.view).headers, accept: 'application/graphql-response+json' } },
  ),
  'Accept, with an error': update(
    { identifier: shared },
    { headers: { accept: 'application/graphql-response+json' } },
  ),
};
