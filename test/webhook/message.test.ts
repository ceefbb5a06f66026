/** Messages: the records are those of GraphQL's feed, the cursor is its own, and bodies are of 20 kB at most. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { InventoryChange } from '../../src/domain/change.ts';
import type { Delivery } from '../../src/domain/webhook/endpoint.ts';
import { pingIdOf, spanOf } from '../../src/domain/webhook/message-id.ts';
import { composeMessage, pingMessage, repeatMessage } from '../../src/webhook/message.ts';
import { openApiDocument } from '../../src/http/openapi/document.ts';
import { createJudge, type Document } from '../openapi/documents.ts';
import { openGateway, type Gateway } from '../support/gateway.ts';
import { mutations } from '../support/mutations.ts';
import { range } from '../support/range.ts';

const FEED = `query ($after: String) { inventoryChanges(first: 100, after: $after) { nodes {
  id skuId version
  before { quantityInStock quantityOnBackorder restrictions backorderDate }
  after { quantityInStock quantityOnBackorder restrictions backorderDate }
  delta { quantityInStock quantityOnBackorder }
  source actor reason referenceDocumentUri groupId changedAt asOf } } }`;
const endpoint = { supplierId: 'acme', endpointId: 'e', round: 3 } as Delivery;

let gateway: Gateway;
let changes: readonly InventoryChange[];
beforeAll(async () => {
  gateway = await openGateway('sqlite');
  const reason = 'Zählung 店 😀';
  const updates = range(60).map((n) => ({
    identifier: { skuId: n % 2 ? 'EACH' : 'GONE' },
    quantityInStock: n,
  }));
  await gateway.graphql(mutations.bulk, { input: { updates, reason } });
  const input = { identifier: { skuId: 'EACH' }, restrictions: 'TMPUNAVAIL', backorderDate: '2026-12-01' };
  await gateway.graphql(mutations.update, { input: { ...input, asOf: '2026-11-01T00:00:00.000Z' } });
  await gateway.graphql(mutations.update, { input: { ...input, quantityOnBackorder: 7 } });
  ({ changes } = await gateway.inventory.changesWindow('acme', 0, {}, { limit: 100, maxScan: 100 }));
});
afterAll(() => gateway.close());

const parse = (body: Buffer) =>
  JSON.parse(body.toString()) as {
    type: string;
    timestamp: string;
    data: { cursor: string; changes: unknown[] };
  };
const feed = async (after: string | null = null) =>
  (await gateway.graphql(FEED, { after })).body.data.inventoryChanges.nodes;

test('records are what the feed answers, and its cursor goes on behind them', async () => {
  const all = await feed();
  expect(all.length).toBeGreaterThan(60);
  const message = composeMessage(endpoint, changes);
  const { type, timestamp, data } = parse(message.body);
  expect(data.changes).toEqual(all.slice(0, data.changes.length));
  expect([type, timestamp]).toEqual(['inventory.changed', all[data.changes.length - 1].changedAt]);
  expect(await feed(data.cursor)).toEqual(all.slice(data.changes.length));
  const last = parse(composeMessage(endpoint, changes.slice(-1)).body);
  expect(last.data.changes).toEqual(all.slice(-1));
});

test('bodies are as the OpenAPI document says', () => {
  const judge = createJudge(openApiDocument('1.0.0') as unknown as Document);
  const schema = { $ref: '#/components/schemas/ChangesMessage' };
  for (const part of [changes, changes.slice(-2), changes.slice(-1)])
    expect(judge.validate(schema, parse(composeMessage(endpoint, part).body))).toEqual([]);
  const ping = { $ref: '#/components/schemas/PingMessage' };
  expect(judge.validate(ping, parse(pingMessage('id', new Date()).body))).toEqual([]);
  // Control: a field that it does not know is caught.
  const odd = { ...parse(composeMessage(endpoint, changes).body), more: 1 };
  expect(judge.validate(schema, odd)).toHaveLength(1);
});

test('a body has as many changes as fit in 20 kB, and one at least', () => {
  const message = composeMessage(endpoint, changes);
  const { length } = parse(message.body).data.changes;
  expect(message.body.length).toBeLessThanOrEqual(20_000);
  expect(message.body.length).toBeGreaterThan(19_000);
  expect(length).toBeLessThan(changes.length);
  const [change] = changes;
  if (!change) throw new Error('There is no change.');
  const large = { ...change, referenceDocumentUri: `https://a.example/${'x'.repeat(30_000)}` };
  expect(parse(composeMessage(endpoint, [large, change]).body).data.changes).toHaveLength(1);
});

test('the same changes make the same bytes again, under an ID of supplier, endpoint, round and positions', () => {
  const message = composeMessage(endpoint, changes);
  const { length } = parse(message.body).data.changes;
  expect(repeatMessage(endpoint, changes.slice(0, length))).toEqual(message);
  expect(message).toMatchObject({ first: 1, last: length });
  expect(message.id).toMatch(new RegExp(`^acme_e_3_1-${length}_[0-9a-f]{12}$`));
  // As after a restored backup: the same positions, and other changes.
  const [change] = changes.slice(-1);
  const other = change && { ...change, skuId: 'OTHER' };
  expect(composeMessage(endpoint, other ? [other] : []).id).not.toBe(
    composeMessage(endpoint, changes.slice(-1)).id,
  );
});

test('no ID has a full stop, and suppliers have different ones', () => {
  const names = ['a.b', 'a~pb', 'a_b', 'a-b', 'a.b~2', 'ab'];
  const ids = names.flatMap((supplierId) => [
    composeMessage({ ...endpoint, supplierId }, changes).id,
    pingIdOf({ supplierId, endpointId: 'e' }, 'x'),
  ]);
  expect(ids.filter((id) => id.includes('.'))).toEqual([]);
  // No supplier has the second name.
  expect(new Set(ids).size).toBe(ids.length - 2);
});

test('an ID tells which changes its message has', () => {
  for (const supplierId of ['acme', 'a_1_2-3_a', 'a.b']) {
    const { id, first, last } = composeMessage({ ...endpoint, supplierId }, changes);
    expect(spanOf(id)).toEqual({ first, last });
    expect(spanOf(pingIdOf({ supplierId, endpointId: endpoint.endpointId }, endpoint.endpointId))).toBe(null);
  }
});
