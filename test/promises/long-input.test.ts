/** Long values are refused before work is done on them, and never repeated in an answer. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';

const LONG = 'x'.repeat(200_000);

describe('a long value', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await openGateway('sqlite');
  });
  afterAll(() => gateway.close());

  const skus =
    'query ($filter: SkuFilterInput, $after: String) { skus(filter: $filter, after: $after) { nodes { skuId } } }';
  const feed =
    'query ($filter: InventoryChangeFilterInput, $after: String) { inventoryChanges(filter: $filter, after: $after) { nodes { id } } }';
  const node = 'query ($id: ID!) { node(id: $id) { id } }';
  const revert =
    'mutation ($input: RevertInventoryChangesInput!) { revertInventoryChanges(input: $input) { userErrors { message } } }';

  test.each<[what: string, query: string, variables: object]>([
    ['a global id', node, { id: LONG }],
    ['a global id of a long type', node, { id: btoa(`${LONG}:1`) }],
    ['a global id of a long skuId', node, { id: btoa(`Sku:${LONG}`) }],
    ['a cursor of SKUs', skus, { after: LONG }],
    ['a cursor of changes', feed, { after: LONG }],
    ['a skuId in a filter', skus, { filter: { skuIds: [LONG] } }],
    ['a code in a filter', skus, { filter: { identifiers: [{ upca: LONG }] } }],
    ['a text that is searched', skus, { filter: { search: LONG } }],
    ['a moment', skus, { filter: { updatedAfter: LONG } }],
    ['an availability', skus, { filter: { availability: LONG } }],
    ['a quantity', skus, { filter: { quantityInStock: { min: LONG } } }],
    ['a field that is none', skus, { filter: { [LONG]: 1 } }],
    ['a filter that is none', skus, { filter: LONG }],
    ['a list of sources', feed, { filter: { sources: Array.from({ length: 5_000 }, () => 'REST') } }],
    ['a source', feed, { filter: { sources: [LONG] } }],
    ['a group', feed, { filter: { groupId: LONG } }],
    ['a skuId whose changes are asked for', feed, { filter: { skuIds: [LONG] } }],
    ['a group to undo', revert, { input: { groupId: LONG } }],
    ['a change to undo', revert, { input: { changeIds: [LONG] } }],
    ['a list of changes to undo', revert, { input: { changeIds: Array.from({ length: 5_000 }, () => '1') } }],
    ['a variable of another type', node, { id: { [LONG]: LONG } }],
  ])('%s is BAD_USER_INPUT, in a short answer', async (_what, query, variables) => {
    const { body } = await gateway.graphql(query, variables);
    expect(body.errors[0].extensions.code).toBe('BAD_USER_INPUT');
    expect(body.errors[0].message).not.toMatch(/on our side/);
    expect(JSON.stringify(body).length).toBeLessThan(3_000);
  });

  test("the operation's name is not repeated", async () => {
    const response = await gateway.server.inject({
      method: 'POST',
      url: '/graphql',
      headers: { authorization: `Bearer ${tokens.full}`, 'content-type': 'application/json' },
      payload: JSON.stringify({ query: 'query A { __typename }', operationName: LONG }),
    });
    expect(response.json().errors).toHaveLength(1);
    expect(response.body.length).toBeLessThan(3_000);
  });

  test('given twice, a source, a skuId or a change counts once', async () => {
    const sources = ['REST', 'REST', 'GRAPHQL'];
    const { body } = await gateway.graphql(feed, { filter: { sources, skuIds: ['a', 'a'] } });
    expect(body.errors).toBeUndefined();
    const { body: undone } = await gateway.graphql(revert, { input: { changeIds: ['9', '9'] } });
    expect(undone.data.revertInventoryChanges.userErrors).toHaveLength(1);
  });
});
