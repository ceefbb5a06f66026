/** Makes large requests, up to just over 8 MiB: long texts, lists and documents, many aliases, deep nesting. */
import { tokens } from '../support/gateway.ts';
import { largeFile, sentByPage } from './board-requests.ts';
import type { Random } from './random.ts';
import type { Door, WireRequest } from './wire-request.ts';

const MIB = 1_048_576;
const PATH = '/timp/products/skus/inventory/';
/** Sizes of the large part, in bytes. The last two are just below and just above the limit of both doors. */
const sizes = [20_000, 70_000, 400_000, MIB, 3 * MIB, 8 * MIB - 2_000, 8 * MIB + 1];
/** Lengths of lists with valid rows. They are shorter, because the gateway executes such rows. */
const counts = [999, 10_000, 10_001, 30_000];

/** Makes text of about `bytes` bytes. */
type Make = (bytes: number, random: Random) => string;

/** Joins as many items with commas as `bytes` bytes need. */
function list(bytes: number, item: (n: number) => string): string {
  const items = [];
  for (let [n, length] = [0, 0]; length < bytes; n++) {
    const text = item(n);
    items.push(text);
    length += text.length + 1;
  }
  return items.join(',');
}
const text = (bytes: number, { pick }: Random) => {
  const part = pick(['a', ' ', '0', '9', '%', '\\n', '\\u0000', '\\ud800', 'é', '🙂', '\\"', 'a\\tb']);
  return part.repeat(Math.ceil(bytes / Buffer.byteLength(part)));
};
const nested = (bytes: number, { pick }: Random) => {
  const [open, close] = pick([
    ['[', ']'],
    ['{"a":', '}'],
    ['[{"a":', '}]'],
  ] as const);
  const depth = Math.floor(bytes / (open.length + close.length));
  return `${open.repeat(depth)}1${close.repeat(depth)}`;
};
const value: Make = (bytes, random) =>
  random.pick<Make>([
    (size) => `"${text(size, random)}"`,
    (size) => nested(size, random),
    (size) => `[${list(size, () => random.pick(['{}', '1', 'null', '""', '[]', '"1"', '{"a":{}}']))}]`,
    (size) => `{${list(size, (n) => `"a${n}":${n}`)}}`,
    (size) => `{${list(size, () => '"a":1')}}`,
    (size) => '9'.repeat(size),
    (size) => `-0.${'0'.repeat(size)}1e-9`,
  ])(bytes, random);

const BULK =
  'mutation ($v: [BulkSkuInventoryUpdateInput!]!) { bulkUpdateSkuInventory(input: { updates: $v }) { appliedCount rejectedCount results(only: REJECTED) { index userErrors { code message path } } } }';
/** Operations whose only variable is `$v`. */
const operations = [
  BULK,
  'query ($v: String!) { sku(by: { skuId: $v }) { skuId } }',
  'query ($v: ID!) { node(id: $v) { id } }',
  'query ($v: SkuFilterInput) { skus(filter: $v) { totalCount nodes { skuId } } }',
  'query ($v: String) { skus(filter: { search: $v }) { totalCount } inventoryChanges(after: $v) { nodes { id } } }',
  'query ($v: [String!]) { skus(filter: { skuIds: $v }) { totalCount nodes { skuId } } }',
  'query ($v: [SkuIdentifierInput!]) { skus(filter: { identifiers: $v }) { totalCount } }',
  'query ($v: [InventoryChangeSource!]) { inventoryChanges(filter: { sources: $v }) { nodes { id } } }',
  'mutation ($v: [ID!]) { revertInventoryChanges(input: { changeIds: $v }) { userErrors { code } } }',
  'mutation ($v: String) { updateSkuInventory(input: { identifier: { skuId: "shared" }, quantityInStock: 1, reason: $v, idempotencyKey: $v }) { outcome } }',
  'mutation ($v: UpdateSkuInventoryInput!) { updateSkuInventory(input: $v) { outcome } }',
];
const named = ['"shared"', '"EACH"', '"no-such"', '{"skuId":"shared"}', '{"upca":"036000291452"}', '"API"'];

const graphqlRow = (n: number, { pick }: Random) =>
  `{"identifier":${pick(['{"skuId":"shared"}', '{"isbn":"9780306406157"}', '{"skuId":"no-such"}', '{}'])},"quantityInStock":${n % 99}}`;
const legacyRow = (n: number, { pick }: Random) =>
  pick([`{"sku_id":"shared","quantity_in_stock":${n % 99}}`, '{"isbn":"9780306406157"}', '{}', 'null', '[]']);
const rows = (random: Random, row: (n: number, random: Random) => string) =>
  `[${Array.from({ length: random.pick(counts) }, (_, n) => row(n, random)).join()}]`;

const call = (query: string, variable: string) =>
  `{"query":${JSON.stringify(query)},"variables":{"v":${variable}}}`;

const documents: readonly Make[] = [
  (bytes) => `{ ${list(bytes, (n) => `a${n}: __typename`)} }`,
  (bytes) => `{ ${list(bytes, (n) => `a${n}: sku(by: { skuId: "shared" }) { skuId }`)} }`,
  (bytes) =>
    `mutation { ${list(bytes, (n) => `a${n}: updateSkuInventory(input: { identifier: { skuId: "EACH" }, quantityInStock: ${n} }) { outcome }`)} }`,
  (bytes, { pick }) => `{ __typename }${pick([' ', '\n', '#', ',', '# a\n']).repeat(bytes / 2)}`,
  (bytes, { pick }) => pick(['{ a ', '{ ... ', '[', '{ a(b: [', '{']).repeat(bytes / 5),
  (bytes) => `{ ${'a'.repeat(bytes)} }`,
  (bytes) => `{ node(id: """${'a\n'.repeat(bytes / 2)}""") { id } }`,
  (bytes) => `{ skus(filter: { skuIds: [${list(bytes, () => '"shared"')}] }) { totalCount } }`,
  (bytes) => `query (${list(bytes, (n) => `$v${n}: Int`)}) { __typename }`,
  (bytes) => `{ ...F0 } ${list(bytes, (n) => `fragment F${n} on Query { ...F${n + 1} }`)}`,
  (bytes) => `{ __typename ${'@include(if: true) '.repeat(bytes / 19)} }`,
  (bytes) => `{ ${'...F '.repeat(bytes / 5)} } fragment F on Query { __typename }`,
  (bytes) => `{ ${list(bytes, (n) => `a${n}: inventoryChanges(first: 100) { nodes { sku { skuId } } }`)} }`,
];

const makes: Readonly<Record<Exclude<Door, 'board'>, readonly Make[]>> = {
  graphql: [
    (bytes, random) => JSON.stringify({ query: random.pick(documents)(bytes, random) }),
    (bytes, random) => JSON.stringify({ query: random.pick(documents)(bytes, random), extensions: {} }),
    (bytes, random) => call(random.pick(operations), value(bytes, random)),
    (bytes, random) => call(random.pick(operations), `[${list(bytes, () => random.pick(named))}]`),
    (_bytes, random) => call(BULK, rows(random, graphqlRow)),
    (bytes, random) => `{"query":"{ __typename }","extensions":${value(bytes, random)}}`,
    (bytes, random) =>
      `{"operationName":${value(bytes / 2, random)},"query":"{ __typename }","query":${value(bytes / 2, random)}}`,
    (bytes, random) => value(bytes, random),
  ],
  legacy: [
    (bytes, random) => `{"sku_id":${value(bytes, random)},"quantity_in_stock":1}`,
    (bytes, random) => `{"sku_id":"shared","quantity_in_stock":${value(bytes, random)}}`,
    (bytes, random) => `{"sku_id":"shared","restrictions":"","a":${value(bytes, random)}}`,
    (_bytes, random) => rows(random, legacyRow),
    (bytes, random) => `[${legacyRow(1, random)},{"upca":${value(bytes, random)}}]`,
    (bytes, random) => value(bytes, random),
    (bytes, { pick }) =>
      `sku_id=shared&${pick(['a=1&', 'quantity_in_stock=1&', '%', '&']).repeat(bytes / 4)}`,
  ],
};

export function makeLarge(door: Door, random: Random): WireRequest {
  if (door === 'board')
    return random.oneIn(3) ? largeFile(random.pick(sizes)) : sentByPage(makeLarge('graphql', random));
  const body = random.pick(makes[door])(random.pick(sizes), random);
  const key = random.oneIn(3) ? [['Idempotency-Key', `large-${random.below(9)}`] as const] : [];
  const type = random.oneIn(10) ? 'application/x-www-form-urlencoded' : 'application/json';
  return {
    method: 'POST',
    path: door === 'graphql' ? '/graphql' : `${PATH}${random.pick(['', 'bulk/'])}`,
    headers: [
      ['Host', 'localhost'],
      ['Authorization', `Token ${tokens.full}`],
      ['Content-Type', type],
      ...key,
    ],
    body: Buffer.from(body),
  };
}
