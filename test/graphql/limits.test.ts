/** The limits on GraphQL documents: what fits passes, one more is refused, and no trick with fragments gets around them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openGateway, type Gateway } from '../support/gateway.ts';

let gateway: Gateway;
beforeAll(async () => {
  gateway = await openGateway('sqlite');
});
afterAll(() => gateway.close());

/** Far beyond what any of these documents takes; one that is expanded takes for ever. */
const PROMPT_MS = 15_000;

async function refusals(query: string): Promise<string[]> {
  const start = performance.now();
  const { status, body } = await gateway.graphql(query);
  expect(performance.now() - start, 'it must not hang').toBeLessThan(PROMPT_MS);
  const errors: { message: string; extensions: { code: string } }[] = body.errors ?? [];
  // What is refused is not run, not even in part.
  expect([status, 'data' in body]).toEqual([200, errors.length === 0]);
  expect(errors.filter(({ extensions }) => !extensions.code.startsWith('GRAPHQL_'))).toEqual([]);
  return errors.map(({ message }) => message);
}

const limit = (words: string) =>
  expect.arrayContaining([`An operation may have at most ${words}. Split it into several requests.`]);
const repeat = (count: number, part: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => part(i)).join(' ');
const aliases = (count: number) => repeat(count, (i) => `a${i}: skuId`);
const roots = (count: number) => repeat(count, (i) => `r${i}: __typename`);
/** That many levels of fields. */
const nested = (levels: number) =>
  `__type(name: "Sku") ${'{ ofType '.repeat(levels - 2)}{ name }${' }'.repeat(levels - 2)}`;
const sku = (selection: string) => `sku(by: { skuId: "shared" }) { ${selection} }`;

describe('20 root fields', () => {
  test('pass', async () => {
    expect(await refusals(`{ ${roots(20)} }`)).toEqual([]);
  });
  test.each([
    ['as they are', `{ ${roots(21)} }`],
    ['of a mutation', `mutation { ${roots(21)} }`],
    ['repeated without an alias', `{ ${'__typename '.repeat(21)} }`],
    ['in a fragment', `{ ...F } fragment F on Query { ${roots(21)} }`],
    ['in inline fragments', `{ ... { ${roots(11)} } ... on Query { ${roots(10)} } }`],
    ['in a fragment spread twice', `{ ...F ...F } fragment F on Query { ${roots(11)} }`],
  ])('21 are refused: %s', async (_how, query) => {
    expect(await refusals(query)).toEqual(limit('20 root fields'));
  });
});

describe('50 aliases', () => {
  test('pass', async () => {
    expect(await refusals(`{ ${sku(aliases(50))} }`)).toEqual([]);
  });
  test.each([
    ['as they are', `{ ${sku(aliases(51))} }`],
    ['in a fragment', `{ ${sku('...F')} } fragment F on Sku { ${aliases(51)} }`],
    ['half of them in a fragment', `{ ${sku(`...F ${aliases(26)}`)} } fragment F on Sku { ${aliases(25)} }`],
    [
      'in fragments in fragments',
      `{ ${sku('...F ...F ...F')} } fragment F on Sku { ...G } fragment G on Sku { ${aliases(17)} }`,
    ],
  ])('51 are refused: %s', async (_how, query) => {
    expect(await refusals(query)).toEqual(limit('50 aliases'));
  });
});

describe('20 levels of fields', () => {
  test('pass', async () => {
    expect(await refusals(`{ ${nested(20)} }`)).toEqual([]);
  });
  test.each([
    ['as they are', `{ ${nested(21)} }`],
    ['in a fragment', `{ ...F } fragment F on Query { ${nested(21)} }`],
    [
      'half of them in a fragment',
      `{ __type(name: "Sku") { ${'ofType { '.repeat(10)} ...F ${'} '.repeat(10)} } }
       fragment F on __Type { ${'ofType { '.repeat(9)} name ${'} '.repeat(9)} }`,
    ],
  ])('21 are refused: %s', async (_how, query) => {
    expect(await refusals(query)).toEqual(limit('20 levels of fields'));
  });
});

describe('1,000 fields', () => {
  // Two levels of fragments, one field at the end: the text is short, and the answer would be too.
  const spread = (outer: number, inner: number) =>
    `{ ${sku(repeat(outer, () => '...F'))} } fragment F on Sku { ${repeat(inner, () => 'skuId')} }`;
  test('pass', async () => {
    expect(await refusals(spread(27, 37))).toEqual([]);
  });
  test('1,001 are refused', async () => {
    expect(await refusals(spread(40, 25))).toEqual(limit('1000 fields'));
  });
  test('a bomb of fragments that spread fragments is refused at once', async () => {
    const bomb = `{ ...F0 } ${repeat(60, (i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`)}
      fragment F60 on Query { __typename }`;
    expect(await refusals(bomb)).toEqual(limit('1000 fields'));
  });
});

describe('20,000 items on all pages', () => {
  const changes = (first: string, inner: string) =>
    `inventoryChanges(first: ${first}) { nodes { ${inner} } }`;
  const nestedPages = changes('100', `sku { ${changes('100', `sku { ${changes('100', 'id')} }`)} }`);
  const bulk = (selection: string) =>
    `mutation { bulkUpdateSkuInventory(input: { updates: [] }) { results { sku { ${selection} } } } }`;
  test.each([
    [
      'a page of 100 within each item of another',
      `{ skus(first: 100) { nodes { ${changes('100', 'id')} } } }`,
    ],
    ['one item within each row of a bulk call', bulk(changes('1', 'id'))],
    [
      'small pages, four levels of them',
      `{ ${sku(changes('5', `sku { ${changes('5', `sku { ${changes('5', 'id')} }`)} }`))} }`,
    ],
  ])('pass: %s', async (_what, query) => {
    expect(await refusals(query)).toEqual([]);
  });
  // Unrefused, the answer to three levels was 34 MB, took a minute and 4 GB; four would have been the end of the process.
  test.each([
    ['as they are', `{ ${sku(nestedPages)} }`],
    ['in a fragment', `{ ${sku('...F')} } fragment F on Sku { ${nestedPages} }`],
    [
      'through edges',
      `{ ${sku(changes('100', '').replace('nodes {', `edges { node { sku { ${changes('100', `sku { ${changes('100', 'id')} }`)} } }`))} }`,
    ],
    [
      'of a size that is a variable',
      `query ($n: Int!) { skus(first: $n) { nodes { ${changes('$n', `sku { ${changes('$n', 'id')} }`)} } } }`,
    ],
    [
      'of no said size',
      `{ skus { nodes { ${changes('100', `sku { inventoryChanges { nodes { id } } }`)} } } }`,
    ],
    ['within the rows of a bulk call', bulk(changes('20', 'id'))],
  ])('more are refused: %s', async (_how, query) => {
    expect(await refusals(query)).toEqual(limit('20000 items on all its pages'));
  });
});

describe('1,000,000 fields in the answer', () => {
  const rows = (count: number) =>
    `mutation { bulkUpdateSkuInventory(input: { updates: [] }) { results { ${repeat(count, () => 'index')} } } }`;
  test('pass: 99 of each row of a bulk call', async () => {
    expect(await refusals(rows(99))).toEqual([]);
  });
  test('more are refused', async () => {
    expect(await refusals(rows(101))).toEqual(limit('1000000 fields in its answer'));
  });
});

describe('2,000 tokens', () => {
  // The outer text has 14 tokens, each field with its directive 8.
  const text = `{ ${sku(`${'skuId @include(if: true) '.repeat(248)} skuId skuId`)} }`;
  test('pass', async () => {
    expect(await refusals(text)).toEqual([]);
  });
  test('one more is refused by the parser, and again when it comes again', async () => {
    const longer = text.replace('skuId skuId', 'skuId skuId skuId');
    const refusal = ['Syntax Error: Document contains more than 2000 tokens. Parsing aborted.'];
    expect(await refusals(longer)).toEqual(refusal);
    expect(await refusals(longer)).toEqual(refusal);
  });
  test('a document of braces does not exhaust the stack', async () => {
    const [reason] = await refusals('{a'.repeat(20_000) + '}'.repeat(20_000));
    expect(reason).toContain('more than 2000 tokens');
  });
});

describe('unknown fields of objects in the document', () => {
  const filter = (fields: string) => `{ skus(filter: { ${fields} }) { totalCount } }`;
  const unknown = (count: number, value = '1') => repeat(count, (i) => `a${i}: ${value}`);
  test('are each named as always, where that is short', async () => {
    const messages = await refusals(filter(unknown(3)));
    expect(messages).toHaveLength(3);
    expect(messages[2]).toContain('not to include unknown field "a2"');
    const rows = `[${'{ a: 1 } '.repeat(90)}]`;
    const bulk = `mutation { bulkUpdateSkuInventory(input: { updates: ${rows} }) { appliedCount } }`;
    expect(await refusals(bulk)).toHaveLength(90);
  });
  // GraphQL would repeat the whole object for each field: some 100 times 60,000 characters.
  test.each([
    ['of one object', filter(unknown(600)), 600],
    ['with long texts', filter(unknown(30, `"${'x'.repeat(2_000)}"`)), 30],
    ['of an object in a list', filter(`identifiers: [{ ${unknown(500)} }]`), 500],
    ['that hold objects', filter(unknown(30, `{ ${unknown(15)} }`)), 30],
    [
      'of a default',
      `query ($v: SkuFilterInput = { ${unknown(500)} }) { skus(filter: $v) { totalCount } }`,
      500,
    ],
  ])('are counted in one message, where it would be long: %s', async (_where, query, count) => {
    const message = expect.stringMatching(
      `^"a0" is not a field of Sku\\w+. Correct all unknown fields; the document has ${count}.$`,
    );
    expect(await refusals(query)).toEqual([message]);
  });
});

describe('fragments in a circle are refused, and do not hang', () => {
  test.each([
    ['one within itself', '{ ...F } fragment F on Query { ...F }'],
    ['two', '{ ...F } fragment F on Query { __typename ...G } fragment G on Query { ...F }'],
    ['below a field', `{ ${sku('...F')} } fragment F on Sku { skuId ...G } fragment G on Sku { ...F }`],
    [
      'all within all',
      `{ ...F0 } ${repeat(20, (i) => `fragment F${i} on Query { ${repeat(20, (j) => `...F${j}`)} }`)}`,
    ],
    ['one that nothing spreads', '{ __typename } fragment F on Query { ...F }'],
  ])('%s', async (_shape, query) => {
    expect(await refusals(query)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^Cannot spread fragment "\w+" within itself/)]),
    );
  });
});
