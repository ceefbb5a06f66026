/** Operations that are sent again are compiled; what the compiled form is not sure of is left to the executor, and no update runs twice. */
import { getOperationAST, parse } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAuthenticate } from '../../src/db/authenticate.ts';
import { compileOperation } from '../../src/http/graphql/compiled/compile-operation.ts';
import { RecentMap } from '../../src/http/graphql/compiled/recent-map.ts';
import { createContext, type Context } from '../../src/schema/builder/context.ts';
import { createRandom } from '../fuzz/random.ts';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';
import { exchanges } from '../support/graphql/exchanges.ts';
import { randomOperation } from '../support/graphql/random-operations.ts';

let gateway: Gateway;
let context: Context;
beforeAll(async () => {
  gateway = await openGateway('sqlite');
  const caller = await createAuthenticate(gateway.store, () => new Date())(tokens.full);
  if (!caller) throw new Error('Nobody has this token.');
  let ids = 0;
  context = createContext(caller, 'GRAPHQL', { inventory: gateway.inventory, createId: () => `id-${ids++}` });
});
afterAll(() => gateway.close());

function compile(query: string) {
  const document = parse(query);
  const operation = getOperationAST(document);
  return operation ? compileOperation(document, operation) : undefined;
}

test('ordinary operations are answered by their compiled form', async () => {
  for (const name of ['an update', 'literals', 'two mutations, in order', 'a SKU', 'a bulk call']) {
    const { query, variables } = exchanges[name] ?? {};
    const answered = await compile(String(query))?.(Object(variables), context);
    expect(answered).toMatch(/^\{"data":\{/);
  }
});

test('random operations are answered both ways', async () => {
  const ways = { compiled: 0, begun: 0, notBegun: 0 };
  for (let i = 0; i < 120; i++) {
    const random = createRandom(14, i);
    const { query, variables } = randomOperation(random);
    const run = compile(query);
    for (let time = 0; run && time < 3; time++) {
      const answered = await run({ ...variables(random) }, context);
      if (typeof answered === 'string') ways.compiled++;
      else if (answered.size > 0) ways.begun++;
      else ways.notBegun++;
    }
  }
  // Otherwise the comparison with Yoga would show little.
  expect(Object.values(ways).every((count) => count > 15)).toBe(true);
});

test('an update whose answer fails in a later field has run once', async () => {
  const { inventory } = gateway;
  let updates = 0;
  const failing = await openGateway('sqlite', undefined, {
    inventory: {
      ...inventory,
      find: () => Promise.reject(new Error('secret')),
      update: (request) => {
        updates++;
        return inventory.update(request);
      },
    },
  });
  const query = `mutation ($quantity: Int) {
    first: updateSkuInventory(input: { identifier: { skuId: "EACH" }, quantityInStock: $quantity }) { outcome change { sku { skuId } } }
    second: updateSkuInventory(input: { identifier: { skuId: "GONE" }, quantityInStock: $quantity }) { outcome }
  }`;
  for (let time = 1; time <= 3; time++) {
    const { body } = await failing.graphql(query, { quantity: 100 + time });
    expect(body.data).toEqual({
      first: { outcome: 'APPLIED', change: { sku: null } },
      second: { outcome: 'APPLIED' },
    });
    expect(body.errors).toMatchObject([{ path: ['first', 'change', 'sku'] }]);
    expect(updates).toBe(2 * time);
  }
  await failing.close();
});

test('pages are not compiled: the executor would read what failed in them again', () => {
  expect(compile('{ skus { totalCount } }')).toBeUndefined();
  expect(
    compile('{ sku(by: { skuId: "EACH" }) { inventoryChanges(first: 1) { nodes { id } } } }'),
  ).toBeUndefined();
});

test('an operation with very many fields is not compiled', () => {
  const many = Array.from({ length: 301 }, (_, i) => `a${i}: skuId`).join(' ');
  expect(compile(`{ sku(by: { skuId: "EACH" }) { ${many} } }`)).toBeUndefined();
});

test('what was not used for longest is forgotten', () => {
  const map = new RecentMap<string, number>(2);
  map.set('a', 1);
  map.set('b', 2);
  map.get('a');
  map.set('c', 3);
  expect(['a', 'b', 'c'].map((key) => map.get(key))).toEqual([1, undefined, 3]);
  map.set('a', 4);
  expect(['a', 'c'].map((key) => map.get(key))).toEqual([4, 3]);
});

test('what is pending when the compiled form gives up is no unhandled rejection', async () => {
  const failing = {
    ...context,
    loaders: () => ({ ...context.loaders(), skus: { load: () => Promise.reject(new Error()) } }),
  };
  const run = compile(
    'mutation { updateSkuInventory(input: { identifier: { skuId: "shared" }, quantityInStock: 1 }) { change { sku { skuId } } outcome } }',
  );
  const answered = await run?.({}, failing as unknown as Context);
  expect(answered).toBeInstanceOf(Map);
});
