/** A token without view_items learns nothing of a SKU's state from any answer: the same request, two different states, the same bytes. */
import { getNamedType, isInterfaceType, isObjectType, type GraphQLObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { schema } from '../../src/schema/index.ts';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';
import { stock } from '../support/mutations.ts';

const LEGACY = '/timp/products/skus/inventory/';
const MAX_QUANTITY = 2_147_483_647;
const BOOK = '978-0-306-40615-7';

/** Two gateways with the same SKUs, which differ in all that a SKU can tell. */
let few: Gateway;
let many: Gateway;

beforeAll(async () => {
  const open = async (quantity: number, title: string, changes: number) => {
    let ids = 0;
    const clock = () => new Date(Date.UTC(2026, 10, 1) + quantity * 1_000);
    const gateway = await openGateway('sqlite', clock, { createId: () => `id-${ids++}` });
    // Of the legacy door's own: a row that is not there in the other, and another title.
    await stock(gateway, { skuId: 'shared', title, upca: '036000291452' });
    await stock(gateway, { skuId: `BOOK-${title}`, title, isbn: BOOK });
    for (let i = 0; i < changes; i++) {
      const input = { identifier: { skuId: 'shared' }, quantityInStock: quantity + i, reason: title };
      await gateway.graphql(UPDATE, { input });
    }
    return gateway;
  };
  [few, many] = await Promise.all([open(20, 'Alpha', 2), open(3_000, 'Omega', 5)]);
});
afterAll(() => Promise.all([few.close(), many.close()]));

const UPDATE =
  'mutation ($input: UpdateSkuInventoryInput!) { updateSkuInventory(input: $input) { outcome replayed userErrors { __typename code message path retryable } } }';
const ADJUST = UPDATE.replaceAll('pdateSkuInventory', 'djustSkuInventory')
  .replace('Udjust', 'Adjust')
  .replace('udjust', 'adjust');
const BULK =
  'mutation ($input: BulkUpdateSkuInventoryInput!) { bulkUpdateSkuInventory(input: $input) { appliedCount unchangedCount rejectedCount replayed results { index outcome userErrors { __typename code message path } } userErrors { message } } }';
const REVERT =
  'mutation ($input: RevertInventoryChangesInput!) { revertInventoryChanges(input: $input) { appliedCount rejectedCount results { outcome userErrors { message } } userErrors { message } } }';

interface Sent {
  readonly url: string;
  readonly body: unknown;
  readonly headers?: Record<string, string>;
}
const graphql = (query: string, input: object, variables: object = {}): Sent => ({
  url: '/graphql',
  body: { query, variables: { input, ...variables } },
});
const shared = { skuId: 'shared' };
/** With these, the rules refuse in both states. */
const stale = { identifier: shared, quantityInStock: 1, expected: { version: 77, quantityInStock: 6_000 } };
const ambiguous = { identifier: { isbn: BOOK }, quantityInStock: 1 };

async function ask(gateway: Gateway, { url, body, headers }: Sent, token: string) {
  const response = await gateway.server.inject({
    method: 'POST',
    url,
    headers: {
      authorization: `Token ${token}`,
      'content-type': 'application/json',
      'x-request-id': 'same',
      ...headers,
    },
    payload: JSON.stringify(body),
  });
  const { date: _date, 'server-timing': _timing, ...compared } = response.headers;
  return { status: response.statusCode, headers: compared, payload: response.payload };
}

/** In both states, with a token that may only edit. */
const askBlindly = (sent: Sent) => Promise.all([ask(few, sent, tokens.edit), ask(many, sent, tokens.edit)]);

describe('a refusal by the rules has the same bytes whatever the state is', () => {
  const refused: Readonly<Record<string, Sent>> = {
    'a precondition': graphql(UPDATE, stale),
    'a precondition on the version': graphql(UPDATE, { ...stale, expected: { version: 77 } }),
    'a precondition on the quantity': graphql(ADJUST, {
      identifier: shared,
      quantityInStockDelta: 1,
      expected: { quantityInStock: 6_000 },
    }),
    'a code that several share': graphql(UPDATE, ambiguous),
    'an adjustment below zero': graphql(ADJUST, { identifier: shared, quantityInStockDelta: -MAX_QUANTITY }),
    'an adjustment above the most': graphql(ADJUST, {
      identifier: shared,
      quantityInStockDelta: MAX_QUANTITY,
    }),
    'rows of a bulk call': graphql(BULK, { updates: [stale, ambiguous], atomicity: 'ALL_OR_NOTHING' }),
    'an undo of what was changed since': graphql(REVERT, { changeIds: ['1'] }),
    'If-Match on the legacy path': {
      url: LEGACY,
      body: { sku_id: 'shared', quantity_in_stock: 1 },
      headers: { 'if-match': '"77"' },
    },
    'a shared code on the legacy path': { url: LEGACY, body: { isbn: BOOK, quantity_in_stock: 1 } },
    'rows of the legacy bulk path': { url: `${LEGACY}bulk/`, body: [{ isbn: BOOK, quantity_in_stock: 1 }] },
  };

  test.each(Object.entries(refused))('%s', async (_name, sent) => {
    const [inFew, inMany] = await askBlindly(sent);
    expect(inFew).toEqual(inMany);
    expect(inFew.payload).not.toMatch(/Alpha|Omega|"current"/);
    // What the comparison is there to see: with view_items the answer tells the state, so the states do differ.
    expect(await ask(few, sent, tokens.full)).not.toEqual(await ask(many, sent, tokens.full));
  });
});

describe('fields that show a state are refused before anything runs', () => {
  const sku = '{ skuId title quantityInStock }';
  const operations: Readonly<Record<string, readonly [field: string, query: string]>> = {
    sku: ['sku', UPDATE.replace('outcome', `outcome sku ${sku}`)],
    'its name alone': ['sku', UPDATE.replace('outcome', 'outcome sku { __typename }')],
    'sku under an alias': ['sku', UPDATE.replace('outcome', `outcome: sku ${sku}`)],
    change: ['change', ADJUST.replace('outcome', 'change { before { quantityInStock } }')],
    'the current state': [
      'current',
      UPDATE.replace('code', `... on PreconditionFailedError { current ${sku} }`),
    ],
    'the last change': [
      'lastChange',
      UPDATE.replace('code', '... on PreconditionFailedError { lastChange { actor } }'),
    ],
    'the current quantity': [
      'current',
      ADJUST.replace('code', `... on QuantityBelowZeroError { current ${sku} }`),
    ],
    candidates: [
      'candidates',
      UPDATE.replace('code', `... on AmbiguousIdentifierError { candidates ${sku} }`),
    ],
    'the number of candidates': [
      'candidateCount',
      UPDATE.replace('code', '... on AmbiguousIdentifierError { candidateCount }'),
    ],
    'a row of a bulk call': ['sku', BULK.replace('index', `index sku ${sku}`)],
    'a row of an undo': ['change', REVERT.replace('outcome', 'change { after { quantityInStock } }')],
    'a fragment': [
      'sku',
      `${UPDATE.replace('outcome', '...A')} fragment A on UpdateSkuInventoryPayload { ...B } fragment B on UpdateSkuInventoryPayload { sku ${sku} }`,
    ],
    'an inline fragment that is left out': [
      'sku',
      UPDATE.replace('outcome', `... @skip(if: true) { sku ${sku} }`),
    ],
  };
  const inputs: Readonly<Record<string, object>> = {
    [BULK]: { updates: [{ identifier: shared, quantityInStock: 9 }] },
    [ADJUST]: { identifier: shared, quantityInStockDelta: 1 },
    [REVERT]: { changeIds: ['1'] },
  };
  const inputFor = (query: string) => {
    const base = [BULK, ADJUST, REVERT].find((text) => text.slice(0, 40) === query.slice(0, 40));
    return inputs[base ?? ''] ?? { identifier: shared, quantityInStock: 9 };
  };

  test.each(Object.entries(operations))('%s', async (_name, [field, query]) => {
    const sent = graphql(query, inputFor(query));
    const before = await few.inventory.lastPosition('acme');
    const [inFew, inMany] = await askBlindly(sent);
    expect(inFew).toEqual(inMany);
    expect(inFew.status).toBe(403);
    expect(JSON.parse(inFew.payload)).toEqual({
      errors: [{ message: expect.stringContaining(`"${field}"`), extensions: { code: 'FORBIDDEN' } }],
    });
    expect(await few.inventory.lastPosition('acme')).toBe(before);
  });

  test('in the operation that is run: another one in the document does not matter', async () => {
    const [first, second] = [UPDATE, UPDATE.replace('outcome', `sku ${sku}`)];
    const query = `${first.replace('mutation', 'mutation Blind')} ${second.replace('mutation', 'mutation Seeing')}`;
    const run = (operationName: string) =>
      ask(few, { url: '/graphql', body: { query, operationName, variables: { input: stale } } }, tokens.edit);
    expect((await run('Blind')).status).toBe(200);
    expect((await run('Seeing')).status).toBe(403);
  });
});

describe('a dry run, which leaves no trace, is for those who may see what it tells', () => {
  const dry = { identifier: shared, quantityInStockDelta: -100 };
  const inline =
    'mutation { adjustSkuInventory(input: { identifier: { skuId: "shared" }, quantityInStockDelta: -100, dryRun: true }) { outcome } }';
  const byDefault =
    'mutation ($dry: Boolean! = true) { adjustSkuInventory(input: { identifier: { skuId: "shared" }, quantityInStockDelta: -100, dryRun: $dry }) { outcome } }';
  const runs: Readonly<Record<string, Sent>> = {
    'an adjustment': graphql(ADJUST, { ...dry, dryRun: true }),
    'an update': graphql(UPDATE, { identifier: shared, quantityInStock: 20, dryRun: true }),
    'a bulk call': graphql(BULK, { updates: [stale], dryRun: true }),
    'an undo': graphql(REVERT, { changeIds: ['1'], dryRun: true }),
    'written into the document': graphql(inline, {}),
    "a variable's default": graphql(byDefault, {}),
  };
  test.each(Object.entries(runs))('%s', async (_name, sent) => {
    const [inFew, inMany] = await askBlindly(sent);
    expect(inFew).toEqual(inMany);
    expect(inFew.status).toBe(403);
    expect(JSON.parse(inFew.payload).errors).toMatchObject([
      { message: expect.stringContaining('view_items'), extensions: { code: 'FORBIDDEN' } },
    ]);
    expect((await ask(few, sent, tokens.full)).status).toBe(200);
  });
});

describe('what is accepted', () => {
  test('has no ETag on the legacy path, whose versions differ', async () => {
    const sent = { url: LEGACY, body: { sku_id: 'shared', quantity_in_stock: 7 } };
    const [inFew, inMany] = await askBlindly(sent);
    expect(inFew).toEqual(inMany);
    expect([inFew.status, inFew.headers['etag']]).toEqual([200, undefined]);
    expect((await ask(few, sent, tokens.full)).headers['etag']).toMatch(/^"\d+"$/);
  });

  test('is written as for everyone', async () => {
    const [inFew, inMany] = await askBlindly(graphql(UPDATE, { identifier: shared, quantityInStock: 8 }));
    expect(inFew).toEqual(inMany);
    expect(JSON.parse(inFew.payload)).toMatchObject({ data: { updateSkuInventory: { outcome: 'APPLIED' } } });
  });
});

test('every field of a payload that shows a state says which permission it needs', () => {
  // What the gate looks for is found in the schema; a new field that tells a state by another type must be added to it.
  const mutation = schema.getMutationType();
  const undocumented = new Set<string>();
  const seen = new Set<GraphQLObjectType>();
  const look = (type: GraphQLObjectType) => {
    if (seen.has(type)) return;
    seen.add(type);
    for (const { name, type: of, description } of Object.values(type.getFields())) {
      const named = getNamedType(of);
      const shows = ['Sku', 'InventoryChange'].includes(named.name);
      if (shows && !description?.includes('`view_items`')) undocumented.add(`${type.name}.${name}`);
      else if (!shows && isObjectType(named)) look(named);
      else if (!shows && isInterfaceType(named)) schema.getPossibleTypes(named).forEach(look);
    }
  };
  if (mutation) look(mutation);
  expect(seen.size).toBeGreaterThan(10);
  expect([...undocumented]).toEqual([]);
});
