/** Undo: puts back what changes replaced, and leaves alone what somebody touched since. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CatalogRow } from '../../src/domain/catalog.ts';
import { createCatalog } from '../../src/db/catalog.ts';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';
import { describeOnEachStore } from '../support/stores/stores.ts';

const REVERT = `mutation ($input: RevertInventoryChangesInput!) {
  revertInventoryChanges(input: $input) {
    appliedCount wouldApplyCount unchangedCount rejectedCount groupId replayed
    userErrors { code message path retryable }
    results {
      index outcome
      sku { skuId quantityInStock quantityOnBackorder restrictions backorderDate version }
      change { id skuId version source actor reason groupId }
      userErrors {
        code message path
        ... on PreconditionFailedError {
          current { skuId quantityInStock version }
          lastChange { id version source actor reason after { quantityInStock } }
        }
      }
    }
  }
}`;
const BULK = `mutation ($input: BulkUpdateSkuInventoryInput!) {
  bulkUpdateSkuInventory(input: $input) { groupId appliedCount results { change { id } } }
}`;
const STATES = `query ($filter: SkuFilterInput) {
  skus(filter: $filter) { nodes { skuId quantityInStock quantityOnBackorder restrictions version } }
}`;

type Row = readonly [skuId: string, set: object];

describeOnEachStore('undo', (kind) => {
  let gateway: Gateway;
  let made = 0;

  beforeAll(async () => {
    gateway = await openGateway(kind);
  });
  afterAll(() => gateway.close());

  /** SKUs of this test's own: in stock 10, on backorder 5, no restriction. */
  async function list(...names: string[]): Promise<string[]> {
    made++;
    const rows = names.map((name): CatalogRow => ({
      skuId: `${name}-${made}`,
      quantityInStock: 10,
      quantityOnBackorder: 5,
    }));
    await createCatalog(gateway.store, () => new Date()).save({ supplierId: 'acme', actor: 'seed' }, rows);
    return rows.map(({ skuId }) => skuId);
  }

  async function bulk(rows: readonly Row[]): Promise<{ groupId: string; ids: string[] }> {
    const updates = rows.map(([skuId, set]) => ({ identifier: { skuId }, ...set }));
    const { body } = await gateway.graphql(BULK, { input: { updates } });
    expect(body.errors).toBeUndefined();
    const { groupId, results } = body.data.bulkUpdateSkuInventory;
    return { groupId, ids: results.map(({ change }: { change: { id: string } }) => change.id) };
  }

  const set = (skuId: string, quantityInStock: number) => bulk([[skuId, { quantityInStock }]]);

  async function revert(input: object, token?: string) {
    const { body } = await gateway.graphql(REVERT, { input }, token);
    expect(body.errors).toBeUndefined();
    return body.data.revertInventoryChanges;
  }

  async function states(...skuIds: string[]): Promise<unknown[][]> {
    const { body } = await gateway.graphql(STATES, { filter: { skuIds } });
    const found = new Map(
      body.data.skus.nodes.map((sku: { skuId: string }) => [sku.skuId, Object.values(sku)]),
    );
    return skuIds.map((skuId) => (found.get(skuId) as unknown[]).slice(1));
  }

  const lastId = () => gateway.inventory.lastPosition('acme');

  test('of a group puts every SKU back to all that it was, as changes from REVERT in a group of their own', async () => {
    const [a = '', b = '', c = ''] = await list('a', 'b', 'c');
    const { groupId } = await bulk([
      [a, { quantityInStock: 0 }],
      [b, { quantityInStock: 1, quantityOnBackorder: 2, restrictions: 'DISCONTD' }],
      [c, { restrictions: 'TMPUNAVAIL' }],
    ]);
    const undone = await revert({ groupId, reason: 'Wrong file' });
    expect(undone).toMatchObject({ appliedCount: 3, unchangedCount: 0, rejectedCount: 0, replayed: false });
    expect(undone.userErrors).toEqual([]);
    expect(undone.groupId).not.toBe(groupId);
    expect(await states(a, b, c)).toEqual([
      [10, 5, null, 2],
      [10, 5, null, 2],
      [10, 5, null, 2],
    ]);
    for (const { outcome, change, userErrors } of undone.results) {
      expect({ outcome, userErrors }).toEqual({ outcome: 'APPLIED', userErrors: [] });
      expect(change).toMatchObject({
        version: 2,
        source: 'REVERT',
        actor: 'dashboard',
        reason: 'Wrong file',
        groupId: undone.groupId,
      });
    }
  });

  test('puts a backorder date back, and the absence of one', async () => {
    const [a = '', b = '', c = ''] = await list('a', 'b', 'c');
    await bulk([[a, { backorderDate: '2026-11-30' }]]);
    const { groupId } = await bulk([
      [a, { backorderDate: null, quantityInStock: 1 }],
      [b, { backorderDate: '2026-12-24' }],
      [c, { backorderDate: '2026-12-24' }],
    ]);
    await bulk([[c, { backorderDate: '2026-12-31' }]]);
    const { results } = await revert({ groupId });
    expect(results).toMatchObject([
      { outcome: 'APPLIED', sku: { skuId: a, quantityInStock: 10, backorderDate: '2026-11-30' } },
      { outcome: 'APPLIED', sku: { skuId: b, backorderDate: null } },
      { outcome: 'REJECTED', sku: { skuId: c, backorderDate: '2026-12-31' } },
    ]);
  });

  test('of changes by their ids undoes these and no others of their group', async () => {
    const [a = '', b = '', c = ''] = await list('a', 'b', 'c');
    const { ids } = await bulk([
      [a, { quantityInStock: 1 }],
      [b, { quantityInStock: 2 }],
      [c, { quantityInStock: 3 }],
    ]);
    const undone = await revert({ changeIds: [ids[2], ids[0], ids[0]] });
    expect(undone.appliedCount).toBe(2);
    expect(undone.results).toHaveLength(2);
    expect(await states(a, b, c)).toEqual([
      [10, 5, null, 2],
      [2, 5, null, 1],
      [10, 5, null, 2],
    ]);
  });

  test('leaves alone a SKU that somebody touched since, says how it is and who made it so, and undoes the others', async () => {
    const [a = '', b = ''] = await list('a', 'b');
    const { groupId } = await bulk([
      [a, { quantityInStock: 1 }],
      [b, { quantityInStock: 2 }],
    ]);
    const single = `mutation ($input: UpdateSkuInventoryInput!) { updateSkuInventory(input: $input) { change { id } } }`;
    const input = { identifier: { skuId: a }, quantityInStock: 77, reason: 'A sale' };
    const { body } = await gateway.graphql(single, { input }, tokens.colleague);
    const undone = await revert({ groupId });
    expect(undone).toMatchObject({ appliedCount: 1, rejectedCount: 1 });
    const [first, second] = undone.results;
    expect(first).toMatchObject({
      index: 0,
      outcome: 'REJECTED',
      sku: { skuId: a, quantityInStock: 77, version: 2 },
      change: null,
      userErrors: [
        {
          code: 'PRECONDITION_FAILED',
          message: expect.stringContaining('version is 2, not 1.'),
          current: { skuId: a, quantityInStock: 77, version: 2 },
          lastChange: {
            id: body.data.updateSkuInventory.change.id,
            version: 2,
            source: 'GRAPHQL',
            actor: 'colleague',
            reason: 'A sale',
            after: { quantityInStock: 77 },
          },
        },
      ],
    });
    expect(second).toMatchObject({ index: 1, outcome: 'APPLIED', sku: { skuId: b } });
    expect(await states(a, b)).toEqual([
      [77, 5, null, 2],
      [10, 5, null, 2],
    ]);
  });

  test('leaves alone a SKU that somebody touched, though it has the same quantities again', async () => {
    const [a = ''] = await list('a');
    const { groupId } = await set(a, 1);
    await set(a, 50);
    await set(a, 1);
    expect(await revert({ groupId })).toMatchObject({ appliedCount: 0, rejectedCount: 1 });
    expect(await states(a)).toEqual([[1, 5, null, 3]]);
  });

  test('of a SKU that comes several times in the group puts it back to before the first, in one row', async () => {
    const [a = '', b = ''] = await list('a', 'b');
    const { groupId } = await bulk([
      [a, { quantityInStock: 1 }],
      [b, { quantityInStock: 1 }],
      [a, { quantityInStock: 2 }],
      [a, { quantityOnBackorder: 9, restrictions: 'DISCONTD' }],
    ]);
    const undone = await revert({ groupId });
    expect(undone.results).toHaveLength(2);
    expect(undone.appliedCount).toBe(2);
    expect(await states(a, b)).toEqual([
      [10, 5, null, 4],
      [10, 5, null, 2],
    ]);
  });

  test("leaves alone a SKU with somebody's change between those to undo, so that it is not undone too", async () => {
    const [a = ''] = await list('a');
    const one = await set(a, 1);
    await set(a, 2);
    const three = await set(a, 3);
    const undone = await revert({ changeIds: [...one.ids, ...three.ids] });
    expect(undone).toMatchObject({ appliedCount: 0, rejectedCount: 1 });
    expect(undone.results[0].userErrors).toMatchObject([
      { code: 'PRECONDITION_FAILED', lastChange: { id: three.ids[0], version: 3 } },
    ]);
    expect(await states(a)).toEqual([[3, 5, null, 3]]);
    const all = await gateway.inventory.changesAfter('acme', 0, { skuIds: [a] }, 10);
    const whole = await revert({ changeIds: all.map(({ position }) => String(position)) });
    expect(whole.appliedCount).toBe(1);
    expect(await states(a)).toEqual([[10, 5, null, 4]]);
  });

  test('of an earlier change than the newest is refused', async () => {
    const [a = ''] = await list('a');
    const { ids } = await set(a, 1);
    await set(a, 2);
    expect(await revert({ changeIds: ids })).toMatchObject({ appliedCount: 0, rejectedCount: 1 });
    expect(await states(a)).toEqual([[2, 5, null, 2]]);
  });

  test('can be undone, and that undone again', async () => {
    const [a = '', b = ''] = await list('a', 'b');
    const { groupId } = await bulk([
      [a, { quantityInStock: 1, restrictions: 'TMPUNAVAIL' }],
      [b, { quantityOnBackorder: 0 }],
    ]);
    const undo = await revert({ groupId });
    const redo = await revert({ groupId: undo.groupId });
    expect(redo.appliedCount).toBe(2);
    expect(await states(a, b)).toEqual([
      [1, 5, 'TMPUNAVAIL', 3],
      [10, 0, null, 3],
    ]);
    expect(await revert({ groupId: redo.groupId })).toMatchObject({ appliedCount: 2 });
    expect(await states(a, b)).toEqual([
      [10, 5, null, 4],
      [10, 5, null, 4],
    ]);
  });

  test('of the same group a second time changes nothing', async () => {
    const [a = ''] = await list('a');
    const { groupId } = await set(a, 1);
    await revert({ groupId });
    expect(await revert({ groupId })).toMatchObject({ appliedCount: 0, rejectedCount: 1 });
    expect(await states(a)).toEqual([[10, 5, null, 2]]);
  });

  test('as a dry run tells every row and stores nothing', async () => {
    const [a = '', b = ''] = await list('a', 'b');
    const { groupId } = await bulk([
      [a, { quantityInStock: 1 }],
      [b, { quantityInStock: 1 }],
    ]);
    await set(b, 2);
    const before = await lastId();
    const dry = await revert({ groupId, dryRun: true, idempotencyKey: `dry ${made}` });
    expect(dry.results).toMatchObject([
      {
        outcome: 'DRY_RUN',
        sku: { skuId: a, quantityInStock: 10, version: 2 },
        change: { id: null, version: 2 },
      },
      { outcome: 'REJECTED', userErrors: [{ code: 'PRECONDITION_FAILED' }] },
    ]);
    expect(dry).toMatchObject({ appliedCount: 0, wouldApplyCount: 1, groupId: null });
    expect(await lastId()).toBe(before);
    expect(await states(a, b)).toEqual([
      [1, 5, null, 1],
      [2, 5, null, 2],
    ]);
    expect(await revert({ groupId, idempotencyKey: `dry ${made}` })).toMatchObject({
      appliedCount: 1,
      replayed: false,
    });
  });

  test('of an id or a group that does not exist is CHANGE_NOT_FOUND, and undoes none of the others', async () => {
    const [a = ''] = await list('a');
    const { ids } = await set(a, 1);
    const unknown = [
      '999999999',
      '0',
      '-1',
      '1.5',
      ' 1',
      '01',
      '1e3',
      'x',
      '',
      '9'.repeat(16),
      '9'.repeat(30),
      'a\0b',
    ];
    for (const id of unknown) {
      const answer = await revert({ changeIds: [...ids, id] });
      expect(answer).toMatchObject({ appliedCount: 0, results: [], groupId: null });
      expect(answer.userErrors).toMatchObject([
        { code: 'CHANGE_NOT_FOUND', path: ['input', 'changeIds'], retryable: false },
      ]);
      expect(answer.userErrors[0].message).toContain(`"${id}"`);
    }
    expect(await states(a)).toEqual([[1, 5, null, 1]]);
  });

  test.each(['unknown', '', ' ', '00000000-0000-0000-0000-000000000000'])(
    'of the unknown group "%s" is CHANGE_NOT_FOUND, at the field that named it',
    async (groupId) => {
      const answer = await revert({ groupId });
      expect(answer.userErrors).toMatchObject([{ code: 'CHANGE_NOT_FOUND', path: ['input', 'groupId'] }]);
      expect(answer.results).toEqual([]);
    },
  );

  test.each(['a\0b', '\ud800'])(
    'a group that no store can hold is refused, and never our fault',
    async (groupId) => {
      const { body } = await gateway.graphql(REVERT, { input: { groupId } });
      const code = body.errors?.[0].extensions.code ?? body.data.revertInventoryChanges.userErrors[0]?.code;
      expect(['BAD_USER_INPUT', 'CHANGE_NOT_FOUND']).toContain(code);
    },
  );

  test("another supplier's changes and groups are unknown, and stay", async () => {
    const [a = ''] = await list('a');
    const { groupId, ids } = await set(a, 1);
    expect(Number(ids[0])).toBeGreaterThan(await gateway.inventory.lastPosition('rival'));
    for (const input of [{ groupId }, { changeIds: ids }]) {
      const answer = await revert(input, tokens.rival);
      expect(answer.userErrors).toMatchObject([{ code: 'CHANGE_NOT_FOUND' }]);
    }
    expect(await states(a)).toEqual([[1, 5, null, 1]]);
  });

  test('sent again under its idempotency key is answered as the first time, and changes nothing', async () => {
    const [a = '', b = ''] = await list('a', 'b');
    const { groupId } = await bulk([
      [a, { quantityInStock: 1 }],
      [b, { quantityInStock: 1 }],
    ]);
    await set(b, 2);
    const input = { groupId, idempotencyKey: `undo ${made}`, reason: 'Again' };
    const first = await revert(input);
    expect(first).toMatchObject({ appliedCount: 1, rejectedCount: 1, replayed: false });
    await set(a, 3);
    const before = await lastId();
    expect(await revert(input)).toEqual({ ...first, replayed: true });
    expect(await lastId()).toBe(before);
    expect(await states(a)).toEqual([[3, 5, null, 3]]);
  });

  test('under a used key for other changes is IDEMPOTENCY_KEY_REUSED', async () => {
    const [a = '', b = ''] = await list('a', 'b');
    const one = await set(a, 1);
    const two = await set(b, 1);
    const idempotencyKey = `undo ${made}`;
    await revert({ groupId: one.groupId, idempotencyKey });
    const answer = await revert({ groupId: two.groupId, idempotencyKey });
    expect(answer).toMatchObject({ appliedCount: 0, results: [], groupId: null });
    expect(answer.userErrors).toMatchObject([
      { code: 'IDEMPOTENCY_KEY_REUSED', path: ['input', 'idempotencyKey'] },
    ]);
    expect(await states(b)).toEqual([[1, 5, null, 1]]);
  });

  test('twice at once is done once', async () => {
    const [a = ''] = await list('a');
    const { groupId } = await set(a, 1);
    const answers = await Promise.all([1, 2, 3].map(() => revert({ groupId })));
    expect(answers.map(({ appliedCount }) => appliedCount).toSorted((one, two) => one - two)).toEqual([
      0, 0, 1,
    ]);
    expect(await states(a)).toEqual([[10, 5, null, 2]]);
  });

  test.each([
    {},
    { groupId: null, changeIds: null },
    { groupId: 'g', changeIds: ['1'] },
    { changeIds: [] },
    { changeIds: Array.from({ length: 1001 }, (_, i) => String(i + 1)) },
    { groupId: 'g', idempotencyKey: '' },
  ])('must name exactly one of groupId and changeIds, within the limits (%#)', async (input) => {
    const { body } = await gateway.graphql(REVERT, { input });
    expect(body.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  test('by a null beside the one that is given is as by that one alone', async () => {
    const [a = ''] = await list('a');
    const { groupId } = await set(a, 1);
    expect(await revert({ groupId, changeIds: null })).toMatchObject({ appliedCount: 1 });
  });

  test('puts back a change of the REST path, and one of an import', async () => {
    await gateway.legacy({ sku_id: 'BOOK-NEW', quantity_in_stock: 1 });
    const rest = await lastId();
    await createCatalog(gateway.store, () => new Date()).save({ supplierId: 'acme', actor: 'seed' }, [
      { skuId: 'shared', quantityInStock: 99 },
    ]);
    const imported = await lastId();
    const undone = await revert({ changeIds: [String(rest), String(imported)] });
    expect(undone.results).toMatchObject([
      { outcome: 'APPLIED', sku: { skuId: 'BOOK-NEW', quantityInStock: 3 } },
      { outcome: 'APPLIED', sku: { skuId: 'shared', quantityInStock: 10 } },
    ]);
  });

  test('of a thousand changes is one call', async () => {
    const names = await list(...Array.from({ length: 1000 }, (_, i) => `n${i}`));
    const { groupId } = await bulk(names.map((skuId): Row => [skuId, { quantityInStock: 1 }]));
    expect(await revert({ groupId })).toMatchObject({ appliedCount: 1000, rejectedCount: 0 });
  });

  test('needs edit_items', async () => {
    const { status, body } = await gateway.graphql(REVERT, { input: { groupId: 'g' } }, tokens.view);
    expect([status, body.errors[0].extensions.code]).toEqual([403, 'FORBIDDEN']);
  });
});
