/** Every method of the client, against a gateway in a process of its own. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient, StockgateError, type Client, type Feed } from '../../packages/client/src/client.ts';
import { range } from '../support/range.ts';
import { openDemoGateway, TOKEN, type DemoGateway } from './demo-gateway.ts';

let gateway: DemoGateway;
let client: Client;
beforeAll(async () => {
  gateway = await openDemoGateway('--rate-limit', '0');
  client = createClient({ url: gateway.direct, token: TOKEN });
});
afterAll(() => gateway.close());

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

test('update() sets values, and gives the SKU and the change', async () => {
  const result = await client.update({
    identifier: { skuId: 'yoyo-red' },
    quantityInStock: 7,
    reason: 'count',
  });
  expect(result).toMatchObject({
    ok: true,
    outcome: 'APPLIED',
    replayed: false,
    sku: { skuId: 'yoyo-red', quantityInStock: 7, version: 1, availability: 'IN_STOCK' },
    change: { skuId: 'yoyo-red', reason: 'count', after: { quantityInStock: 7 } },
    staleFields: [],
  });
  const again = await client.update({ identifier: { skuId: 'yoyo-red' }, quantityInStock: 7 });
  expect(again).toMatchObject({ ok: true, outcome: 'UNCHANGED', change: null });
});

test('a refusal is a result, and its code tells its type', async () => {
  const result = await client.update({
    identifier: { skuId: 'duck-1' },
    quantityInStock: 1,
    expected: { version: 17 },
  });
  if (result.ok || result.error.code !== 'PRECONDITION_FAILED') throw new Error('It was not refused.');
  expect(result.error.current).toMatchObject({ skuId: 'duck-1', version: 0, quantityInStock: 120 });
  expect(result.error.lastChange).toBeNull();
  const ambiguous = await client.update({ identifier: { isbn: '9780141439471' }, quantityInStock: 3 });
  if (ambiguous.ok || ambiguous.error.code !== 'AMBIGUOUS_IDENTIFIER') throw new Error('It is one SKU.');
  expect(ambiguous.error.candidates.map(({ skuId }) => skuId)).toEqual([
    'frankenstein-new',
    'frankenstein-used',
  ]);
});

test('a malformed input is thrown, with its problems', async () => {
  const error = await client
    .update({ identifier: { skuId: 'duck-1' }, quantityInStock: -1 })
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(StockgateError);
  expect(error).toMatchObject({
    name: 'StockgateError',
    code: 'BAD_USER_INPUT',
    status: 200,
    mayBeApplied: false,
    details: { problems: [{ path: ['input', 'quantityInStock'] }] },
  });
  expect((error as StockgateError).requestId).toMatch(/\S/);
});

test('adjust() adds and takes away, and its own key makes it count once', async () => {
  const input = { identifier: { skuId: 'duck-1' }, quantityInStockDelta: -1, idempotencyKey: 'order-7' };
  expect(await client.adjust(input)).toMatchObject({
    ok: true,
    replayed: false,
    sku: { quantityInStock: 119 },
  });
  expect(await client.adjust(input)).toMatchObject({
    ok: true,
    replayed: true,
    sku: { quantityInStock: 119 },
  });
  const refused = await client.adjust({ identifier: { skuId: 'duck-1' }, quantityInStockDelta: -1_000 });
  expect(refused).toMatchObject({ ok: false, error: { code: 'QUANTITY_BELOW_ZERO' } });
});

test('sku() gives a SKU, null, or throws the candidates', async () => {
  expect(await client.sku({ isbn: '0141439513' })).toMatchObject({ skuId: 'xkuOwSQ3utl', condition: 'NEW' });
  expect(await client.sku({ skuId: 'no-such' })).toBeNull();
  await expect(client.sku({ isbn: '9780141439471' })).rejects.toMatchObject({
    code: 'AMBIGUOUS_IDENTIFIER',
    details: { candidateCount: 2 },
  });
});

test('bulk() sends more than 10,000 rows in parts, and gives the results in order', async () => {
  const updates = range(20_001).map((n) => ({ identifier: { skuId: 'kite-diamond' }, quantityInStock: n }));
  updates[12_345] = { identifier: { skuId: 'no-such' }, quantityInStock: 1 };
  const result = await client.bulk(updates, { reason: 'many' });
  expect(result).toMatchObject({ ok: true, appliedCount: 20_000, rejectedCount: 1, replayed: false });
  expect(result.groupIds).toHaveLength(3);
  expect(result.results.map(({ index }) => index)).toEqual(updates.map((_, i) => i));
  expect(result.results[12_345]).toMatchObject({ ok: false, error: { code: 'SKU_NOT_FOUND' } });
  expect(result.results.at(-1)).toMatchObject({
    ok: true,
    sku: { quantityInStock: 20_001, version: 20_000 },
  });
});

test('bulk() splits rows that are too long for one body', async () => {
  // Characters of three bytes each: the gateway takes bodies of 8 MiB.
  const skuId = '数'.repeat(200);
  const updates = range(10_000).map(() => ({ identifier: { skuId }, quantityInStock: 1 }));
  const wide = updates.map((row) => ({ ...row, restrictions: '数'.repeat(100) }));
  expect(await client.bulk(wide, { dryRun: true })).toMatchObject({ ok: true, rejectedCount: 10_000 });
});

test('bulk() of all or nothing is refused if it is no single call', async () => {
  const updates = range(10_001).map((n) => ({ identifier: { skuId: 'kite-diamond' }, quantityInStock: n }));
  await expect(client.bulk(updates, { atomicity: 'ALL_OR_NOTHING' })).rejects.toThrow(RangeError);
  const few = [
    { identifier: { skuId: 'kite-diamond' }, quantityInStock: 1 },
    { identifier: { skuId: 'no-such' }, quantityInStock: 1 },
  ];
  const { results, appliedCount } = await client.bulk(few, { atomicity: 'ALL_OR_NOTHING' });
  expect(appliedCount).toBe(0);
  expect(results.map((row) => !row.ok && row.error.code)).toEqual(['ROLLED_BACK', 'SKU_NOT_FOUND']);
});

test('a bulk call without rows is answered, and one whose key has other rows is refused', async () => {
  expect(await client.bulk([])).toMatchObject({ ok: true, results: [], appliedCount: 0 });
  const row = { identifier: { skuId: 'teddy-bear' }, quantityInStock: 5 };
  expect(await client.bulk([row], { idempotencyKey: 'list-1' })).toMatchObject({ ok: true, replayed: false });
  expect(await client.bulk([row], { idempotencyKey: 'list-1' })).toMatchObject({ ok: true, replayed: true });
  expect(await client.bulk([{ ...row, quantityInStock: 6 }], { idempotencyKey: 'list-1' })).toMatchObject({
    ok: false,
    error: { code: 'IDEMPOTENCY_KEY_REUSED' },
    results: [],
  });
});

test('a key that is too long for its parts is refused with the first one', async () => {
  const updates = range(10_001).map((n) => ({ identifier: { skuId: 'kite-diamond' }, quantityInStock: n }));
  await expect(client.bulk(updates, { idempotencyKey: 'k'.repeat(250) })).rejects.toMatchObject({
    code: 'BAD_USER_INPUT',
    answered: 0,
    sent: 10_000,
    mayBeApplied: false,
  });
});

test('undo() takes back a group, and refuses what does not exist', async () => {
  const { groupIds } = await client.bulk([{ identifier: { skuId: 'two-cities-new' }, quantityInStock: 77 }]);
  const [groupId = ''] = groupIds;
  const undone = await client.undo({ groupId });
  expect(undone).toMatchObject({ ok: true, appliedCount: 1, results: [{ ok: true, outcome: 'APPLIED' }] });
  expect(await client.undo({ changeIds: ['999999'] })).toMatchObject({
    ok: false,
    error: { code: 'CHANGE_NOT_FOUND' },
  });
});

test('skus() goes through all pages, and reads one only when it is needed', async () => {
  const asked: unknown[] = [];
  const counting = createClient({
    url: gateway.direct,
    token: TOKEN,
    fetch: (...request) => {
      asked.push(request);
      return fetch(...request);
    },
  });
  const skus = await all(counting.skus({ orderBy: { field: 'SKU_ID', direction: 'DESC' } }));
  expect(skus).toHaveLength(24);
  expect(skus.map(({ skuId }) => skuId)).toEqual(
    skus
      .map(({ skuId }) => skuId)
      .toSorted()
      .toReversed(),
  );
  const found = await all(client.skus({ filter: { search: 'yo-yo' } }));
  expect(found.map(({ skuId }) => skuId)).toContain('yoyo-red');
  asked.length = 0;
  for await (const { cursor } of counting.changes()) if (cursor) break;
  expect(asked).toHaveLength(1);
});

test('changes() gives every change once, with cursors to go on from', async () => {
  const changes = await all(client.changes({ filter: { skuIds: ['kite-diamond'] } }));
  expect(changes.length).toBeGreaterThanOrEqual(20_000);
  const versions = changes.map(({ change }) => change.version);
  expect(versions).toEqual(range(versions.length));
  const [, second] = changes;
  const { value } = await client.changes({ after: changes[0]?.cursor }).next();
  expect(value?.cursor).toBe(second?.cursor);
});

test('live() gives changes as they are made, and catches up behind a cursor', async () => {
  const states: string[] = [];
  const live = client.live({ onStatus: ({ state }) => states.push(state) });
  const first = live.next();
  await expect.poll(() => states).toEqual(['live']);
  await client.adjust({ identifier: { skuId: 'yoyo-red' }, quantityInStockDelta: 1 });
  const { value } = await first;
  expect(value).toMatchObject({ change: { skuId: 'yoyo-red', delta: { quantityInStock: 1 } } });
  await live.return?.();
  await client.adjust({ identifier: { skuId: 'yoyo-red' }, quantityInStockDelta: 2 });
  for await (const { change } of client.live({ after: value.cursor })) {
    expect(change.delta.quantityInStock).toBe(2);
    break;
  }
});

test('importFile() hands a file in, tells its progress, and gives its report', async () => {
  const file = readFileSync(new URL('../../examples/inventory.csv', import.meta.url), 'utf8');
  const steps: Feed[] = [];
  const result = await client.importFile(file, {
    filename: 'inventory.csv',
    reason: 'Monday count',
    onProgress: (feed) => steps.push(feed),
  });
  expect(result).toMatchObject({
    ok: true,
    report: { rows: 4, applied: 4 },
    feed: { filename: 'inventory.csv' },
  });
  expect(steps.at(-1)).toMatchObject({ state: 'DONE', rowsDone: 4 });
  // The types of these fields are written by hand.
  expect(Object.keys(result.feed).toSorted()).toEqual([
    ...['actor', 'createdAt', 'dryRun', 'filename', 'finishedAt', 'id', 'mode', 'refusal', 'rejectedRows'],
    ...['report', 'rowsDone', 'rowsRead', 'startedAt', 'state'],
  ]);
  expect(Object.keys(result.feed.report ?? {}).toSorted()).toEqual([
    ...[
      'applied',
      'dryRun',
      'groupId',
      'hints',
      'ignored',
      'mode',
      'preview',
      'problems',
      'rejected',
      'rows',
    ],
    ...['stale', 'unchanged', 'unitsAfter', 'unitsBefore', 'zeroed'],
  ]);
  if (!result.ok || result.report.groupId === null) throw new Error('Nothing was stored.');
  expect(await client.undo({ groupId: result.report.groupId })).toMatchObject({ ok: true, appliedCount: 4 });
});

test('a file that would empty the shop is a refusal, and one that cannot be read too', async () => {
  const rows = await all(client.skus());
  const empty = `sku_id,quantity_in_stock\n${rows.map(({ skuId }) => `${skuId},0\n`).join('')}`;
  const held = await client.importFile(new File([empty], 'empty.csv'));
  if (held.ok) throw new Error('It was applied.');
  expect(held).toMatchObject({ error: { code: 'ZEROING_HELD' }, feed: { filename: 'empty.csv' } });
  expect(held.error.allowZeroing).toBeGreaterThan(10);
  const bytes = Buffer.from('sku_id,quantity_in_stock\nyoyo-red,9\n');
  expect(await client.importFile(bytes, { dryRun: true })).toMatchObject({ ok: true, report: { rows: 1 } });
  // As a program without types may call it.
  for (const odd of [undefined, 7, { path: 'list.csv' }])
    await expect(client.importFile(odd as unknown as string)).rejects.toThrow(TypeError);
  const unreadable = await client.importFile('no columns that anybody knows\n1\n');
  expect(unreadable).toMatchObject({ ok: false, error: { code: 'FILE_UNREADABLE' } });
  await expect(client.importFile('sku_id\n', { asOf: 'yesterday' })).rejects.toMatchObject({
    code: 'BAD_USER_INPUT',
    status: 400,
  });
});
