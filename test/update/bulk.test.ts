/** Many updates in one call: an answer for each row in its place, a bad row harms no other, and all of it in a few statements. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { KyselyPlugin } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createWriter } from '../../src/db/commit/writer.ts';
import { openStore } from '../../src/db/store/open-store.ts';
import type { StoreKind } from '../../src/db/store/store.ts';
import type { UpdateRequest } from '../../src/domain/update.ts';
import { openGateway, tokens, type Gateway } from '../support/gateway.ts';
import {
  clientOf,
  isLong,
  mutations,
  seedDatabase,
  send,
  sendMalformed,
  stock,
  type BulkAnswer,
  type ResultAnswer,
} from '../support/mutations.ts';
import { startGateway } from '../support/machine/process.ts';
import { range } from '../support/range.ts';
import { requestOf, setBy, setSku } from '../support/requests.ts';
import { createTestDatabase, describeOnEachStore } from '../support/stores/stores.ts';

const MAX_ROWS = 10_000;
/** How often the program is started, and killed. */
const LIVES = 5;

const wordOf = ({ outcome, userErrors: [error] }: ResultAnswer) => error?.code ?? outcome;
const wordsOf = ({ results }: BulkAnswer) => results.map(wordOf);

/** Every way in which a row can be malformed for any SKU, given one that is not. */
const malformations: readonly (readonly [name: string, spoil: (row: object) => object, words: RegExp])[] = [
  ['no identifier', ({ ...row }) => ({ ...row, identifier: undefined }), /^identifier: /],
  ['a null identifier', (row) => ({ ...row, identifier: null }), /^identifier: /],
  ['an empty identifier', (row) => ({ ...row, identifier: {} }), /^identifier: Give exactly one/],
  [
    'two identifiers',
    (row) => ({ ...row, identifier: { skuId: 'shared', upca: '036000291452' } }),
    /^identifier: Give exactly one/,
  ],
  ['a null code', (row) => ({ ...row, identifier: { skuId: null } }), /^identifier\.skuId: /],
  ['a blank code', (row) => ({ ...row, identifier: { skuId: ' \t' } }), /^identifier\.skuId: .*blank/],
  ['a number as a code', (row) => ({ ...row, identifier: { upca: 36000291452 } }), /^identifier\.upca: /],
  ['a list as a code', (row) => ({ ...row, identifier: { skuId: ['x'] } }), /^identifier\.skuId: /],
  ['a code too long', (row) => ({ ...row, identifier: { skuId: 'x'.repeat(257) } }), /^identifier\.skuId: /],
  [
    'a code with a NUL',
    (row) => ({ ...row, identifier: { skuId: 'a\0b' } }),
    /^identifier\.skuId: .*null char/,
  ],
  [
    'a lone surrogate',
    (row) => ({ ...row, identifier: { skuId: '\ud800' } }),
    /^identifier\.skuId: .*surrogate/,
  ],
  ['a negative quantity', (row) => ({ ...row, quantityInStock: -1 }), /^quantityInStock: .*at least 0/],
  [
    'a quantity too large',
    (row) => ({ ...row, quantityInStock: 2_147_483_648 }),
    /^quantityInStock: .*2147483647/,
  ],
  ['a huge quantity', (row) => ({ ...row, quantityOnBackorder: 1e300 }), /^quantityOnBackorder: /],
  ['a fraction', (row) => ({ ...row, quantityInStock: 1.5 }), /^quantityInStock: .*integer/],
  ['text as a quantity', (row) => ({ ...row, quantityInStock: '3' }), /^quantityInStock: .*integer/],
  ['true as a quantity', (row) => ({ ...row, quantityOnBackorder: true }), /^quantityOnBackorder: .*integer/],
  ['a list as a quantity', (row) => ({ ...row, quantityInStock: [3] }), /^quantityInStock: .*integer/],
  ['a null quantity', (row) => ({ ...row, quantityInStock: null }), /^quantityInStock: .*must not be null/],
  ['an unknown restriction', (row) => ({ ...row, restrictions: 'SOLD_OUT' }), /^restrictions: .*DISCONTD/],
  ['a restriction in lower case', (row) => ({ ...row, restrictions: 'discontd' }), /^restrictions: /],
  ['an inherited name', (row) => ({ ...row, restrictions: 'toString' }), /^restrictions: /],
  ['a number as a restriction', (row) => ({ ...row, restrictions: 1 }), /^restrictions: /],
  [
    'a day that is not in the calendar',
    (row) => ({ ...row, backorderDate: '2026-02-30' }),
    /^backorderDate: /,
  ],
  [
    'a time as a date',
    (row) => ({ ...row, backorderDate: '2026-11-30T00:00:00Z' }),
    /^backorderDate: .*2000/,
  ],
  ['a number as a date', (row) => ({ ...row, backorderDate: 20261130 }), /^backorderDate: .*date/],
  ['an empty precondition', (row) => ({ ...row, expected: {} }), /^expected: /],
  ['text as a version', (row) => ({ ...row, expected: { version: '0' } }), /^expected\.version: /],
  ['a negative version', (row) => ({ ...row, expected: { version: -1 } }), /^expected\.version: /],
  ['nothing to set', () => ({ identifier: { skuId: 'shared' } }), /There is nothing to set/],
  ['an empty row', () => ({}), /^identifier: /],
  [
    'nulls everywhere',
    () => ({
      identifier: null,
      quantityInStock: null,
      quantityOnBackorder: null,
      restrictions: null,
      expected: null,
    }),
    /^identifier: .*quantityInStock: .*quantityOnBackorder: /,
  ],
];

describeOnEachStore('bulk updates', (kind) => {
  let gateway: Gateway;
  let count = 0;
  beforeAll(async () => {
    gateway = await openGateway(kind);
  });
  afterAll(() => gateway.close());

  /** SKUs of the test's own, with 10 in stock. */
  async function newSkus(total: number): Promise<string[]> {
    count += 1;
    const skuIds = range(total).map((n) => `own-${count}-${n}`);
    await stock(gateway, ...skuIds.map((skuId) => ({ skuId, quantityInStock: 10 })));
    return skuIds;
  }
  const bulk = (updates: readonly object[], more: object = {}) => send(gateway, 'bulk', { updates, ...more });
  const row = (skuId: string | undefined, quantityInStock: number) => ({
    identifier: { skuId },
    quantityInStock,
  });

  async function statesOf(skuIds: readonly string[]) {
    const rows = await gateway.store.db
      .selectFrom('sku')
      .select(['sku_id', 'quantity_in_stock', 'version'])
      .where('supplier_id', '=', 'acme')
      .where('sku_id', 'in', [...skuIds])
      .execute();
    const states = new Map(rows.map((sku) => [sku.sku_id, [sku.quantity_in_stock, sku.version]]));
    return skuIds.map((skuId) => states.get(skuId));
  }

  describe('results', () => {
    test('show a date that a row sets or lifts', async () => {
      const [first, second] = await newSkus(2);
      const dated = { identifier: { skuId: first }, backorderDate: '2026-11-30' };
      const lifted = { identifier: { skuId: first }, backorderDate: null };
      const { results } = await bulk([dated, lifted, { ...lifted, identifier: { skuId: second } }]);
      expect(results).toMatchObject([
        {
          sku: { backorderDate: '2026-11-30' },
          change: { before: { backorderDate: null }, after: { backorderDate: '2026-11-30' } },
        },
        { outcome: 'APPLIED', sku: { backorderDate: null, version: 2 } },
        { outcome: 'UNCHANGED', sku: { backorderDate: null, version: 0 } },
      ]);
    });

    test('come one a row, in the order of the request, with their index and counts', async () => {
      const skuIds = (await newSkus(5)).toReversed();
      const updates = skuIds.map((skuId, i) => row(skuId, [10, 1, 2, 10, 3][i] ?? 0));
      const answer = await bulk([...updates, row('no-such', 1)]);
      expect(answer).toMatchObject({
        appliedCount: 3,
        unchangedCount: 2,
        rejectedCount: 1,
        replayed: false,
        userErrors: [],
      });
      expect(answer.results.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
      expect(answer.results.map(({ sku }) => sku?.skuId)).toEqual([...skuIds, undefined]);
      expect(wordsOf(answer)).toEqual([
        'UNCHANGED',
        'APPLIED',
        'APPLIED',
        'UNCHANGED',
        'APPLIED',
        'SKU_NOT_FOUND',
      ]);
    });

    test('can be asked for only where a row was refused, under its own index', async () => {
      const [skuId] = await newSkus(1);
      const updates = [row('none-1', 1), row(skuId, 1), row(skuId, -1), row('none-2', 1)];
      const { body } = await gateway.graphql(mutations.bulk, { input: { updates }, only: 'REJECTED' });
      const answer: BulkAnswer = body.data.answer;
      expect(answer.results.map((result) => [result.index, wordOf(result)])).toEqual([
        [0, 'SKU_NOT_FOUND'],
        [2, 'BAD_USER_INPUT'],
        [3, 'SKU_NOT_FOUND'],
      ]);
      expect(answer).toMatchObject({ appliedCount: 1, rejectedCount: 3 });
    });

    test('of a call without rows are none', async () => {
      expect(await bulk([])).toMatchObject({ results: [], appliedCount: 0, userErrors: [] });
    });

    test('name the place of each refusal in the request', async () => {
      const [skuId] = await newSkus(1);
      const { results } = await bulk([
        row('no-such', 1),
        row(skuId, -1),
        { ...row(skuId, 1), expected: { version: 9 } },
      ]);
      expect(results.map(({ userErrors: [error] }) => error?.path)).toEqual([
        ['input', 'updates', '0', 'identifier'],
        ['input', 'updates', '1'],
        ['input', 'updates', '2', 'expected'],
      ]);
    });

    test('go by each kind of identifier, mixed in one call', async () => {
      const answer = await bulk([
        { identifier: { skuId: 'EACH' }, quantityInStock: 1 },
        { identifier: { upca: '036000291452' }, quantityInStock: 21 },
        { identifier: { ean13: '4006381333931' }, quantityInStock: 2 },
        { identifier: { gtin14: '14006381333938' }, quantityInStock: 3 },
        { identifier: { isbn: '978-0-306-40615-7' }, quantityInStock: 4 },
        { identifier: { isbn: '9780306406157' }, quantityInStock: 5 },
        { identifier: { upca: '036000291453' }, quantityInStock: 6 },
        { identifier: { ean13: '5901234123457' }, quantityInStock: 7 },
      ]);
      expect(answer.results.map(({ sku, ...result }) => [wordOf({ sku, ...result }), sku?.skuId])).toEqual([
        ['APPLIED', 'EACH'],
        ['APPLIED', 'shared'],
        ['APPLIED', 'EACH'],
        ['APPLIED', 'CASE-OF-10'],
        ['APPLIED', 'BOOK-NEW'],
        ['AMBIGUOUS_IDENTIFIER', undefined],
        ['INVALID_IDENTIFIER', undefined],
        // It is the rival's alone.
        ['SKU_NOT_FOUND', undefined],
      ]);
    });

    test('of rows that come as literals and single variables are those of rows in one variable', async () => {
      const [one, two] = await newSkus(2);
      const query = `mutation ($skuId: RowValue, $n: RowValue) { answer: bulkUpdateSkuInventory(input: { updates: [
        { identifier: { skuId: "${one}" }, quantityInStock: 4, restrictions: "DISCONTD" }
        { identifier: { skuId: $skuId }, quantityInStock: $n, restrictions: null }
        { identifier: { skuId: "${one}" }, quantityInStock: "4" }
        { identifier: { skuId: "${one}" }, restrictions: DISCONTD }
      ] }) { results { outcome sku { skuId quantityInStock restrictions } userErrors { code message } } } }`;
      const { body } = await gateway.graphql(query, { skuId: two, n: 5 });
      expect(body.errors).toBeUndefined();
      expect(body.data.answer.results).toMatchObject([
        { outcome: 'APPLIED', sku: { skuId: one, quantityInStock: 4, restrictions: 'DISCONTD' } },
        { outcome: 'APPLIED', sku: { skuId: two, quantityInStock: 5, restrictions: null } },
        { outcome: 'REJECTED', userErrors: [{ code: 'BAD_USER_INPUT' }] },
        { outcome: 'UNCHANGED', sku: { skuId: one } },
      ]);
    });
  });

  describe('the same SKU twice', () => {
    test('is updated in order, each row on what the one before it left', async () => {
      const [skuId] = await newSkus(1);
      const { results } = await bulk([
        row(skuId, 1),
        { identifier: { skuId }, restrictions: 'DISCONTD' },
        row(skuId, 1),
        { identifier: { skuId }, restrictions: null, quantityInStock: 2 },
      ]);
      expect(results.map(wordOf)).toEqual(['APPLIED', 'APPLIED', 'UNCHANGED', 'APPLIED']);
      expect(results.map(({ sku }) => [sku?.quantityInStock, sku?.restrictions, sku?.version])).toEqual([
        [1, null, 1],
        [1, 'DISCONTD', 2],
        [1, 'DISCONTD', 2],
        [2, null, 3],
      ]);
      expect(results.map(({ change }) => change?.before.quantityInStock)).toEqual([10, 1, undefined, 1]);
    });

    test('sees in a precondition what the rows before it left', async () => {
      const [skuId] = await newSkus(1);
      const { results } = await bulk([
        { ...row(skuId, 1), expected: { version: 0 } },
        { ...row(skuId, 2), expected: { version: 0 } },
        { ...row(skuId, 3), expected: { version: 1 } },
      ]);
      expect(results.map(wordOf)).toEqual(['APPLIED', 'PRECONDITION_FAILED', 'APPLIED']);
      expect(results[1]?.userErrors[0]).toMatchObject({
        current: { quantityInStock: 1, version: 1 },
        lastChange: results[0]?.change,
      });
    });
  });

  describe('a malformed row', () => {
    test.for(malformations)('with %s is its own error alone', async ([, spoil, words]) => {
      const [first, second, third] = await newSkus(3);
      const bad = spoil(row(second, 5));
      const answer = await bulk([bad, row(first, 1), bad, row(third, 3), bad]);
      expect(wordsOf(answer)).toEqual([
        'BAD_USER_INPUT',
        'APPLIED',
        'BAD_USER_INPUT',
        'APPLIED',
        'BAD_USER_INPUT',
      ]);
      for (const i of [0, 2, 4]) {
        expect(answer.results[i]).toMatchObject({
          sku: null,
          change: null,
          userErrors: [{ __typename: 'BadUserInputError', retryable: false }],
        });
        expect(answer.results[i]?.userErrors[0]?.message).toMatch(words);
      }
      expect(await statesOf([first ?? '', second ?? '', third ?? ''])).toEqual([
        [1, 1],
        [10, 0],
        [3, 1],
      ]);
    });

    test('tells every problem that it has', async () => {
      const { results } = await bulk([
        { identifier: { skuId: '' }, quantityInStock: -1, quantityOnBackorder: 'x', restrictions: 'y' },
      ]);
      const message = results[0]?.userErrors[0]?.message ?? '';
      for (const field of ['identifier.skuId', 'quantityInStock', 'quantityOnBackorder', 'restrictions']) {
        expect(message).toContain(`${field}: This must`);
      }
    });

    test('of whatever kind is explained in words for people, not those of a library', async () => {
      const { results } = await bulk(malformations.map(([, spoil]) => spoil(row('shared', 5))));
      const messages = results.map(({ userErrors: [error] }) => error?.message ?? '');
      expect(
        messages.filter((message) => /Invalid input|expected \w+, received|Too small/i.test(message)),
      ).toEqual([]);
    });

    test('of every kind at once, among good rows, leaves each in its place', async () => {
      const skuIds = await newSkus(malformations.length);
      const updates = malformations.flatMap(([, spoil], i) => [
        spoil(row('shared', 5)),
        row(skuIds[i], i + 20),
      ]);
      const answer = await bulk(updates);
      expect(wordsOf(answer)).toEqual(malformations.flatMap(() => ['BAD_USER_INPUT', 'APPLIED']));
      expect(await statesOf(skuIds)).toEqual(skuIds.map((_, i) => [i + 20, 1]));
    });

    // What has not a row's shape is a mistake of the program that calls, not of its data: GraphQL refuses the document.
    test.for([
      ['null', null],
      ['a number', 3],
      ['text', 'row'],
      ['a list', []],
      ['an object with text as its identifier', { identifier: 'shared', quantityInStock: 3 }],
      [
        'an object with text as its precondition',
        { identifier: { skuId: 'shared' }, quantityInStock: 3, expected: '7' },
      ],
      ['an object with an unknown field', { identifier: { skuId: 'shared' }, quantity: 3 }],
      ['an object with an unknown kind of identifier', { identifier: { asin: 'x' }, quantityInStock: 3 }],
    ] as const)(
      'that is %s has the call refused as a whole, its place named and nothing stored',
      async ([, bad]) => {
        const skuIds = await newSkus(2);
        const [first, second] = skuIds;
        const error = await sendMalformed(gateway, 'bulk', { updates: [row(first, 1), bad, row(second, 2)] });
        expect(error.extensions.code).toBe('BAD_USER_INPUT');
        expect(error.message).toContain('input.updates[1]');
        expect(await statesOf(skuIds)).toEqual([
          [10, 0],
          [10, 0],
        ]);
      },
    );
  });

  describe('all or nothing', () => {
    const atomicity = 'ALL_OR_NOTHING';

    test('stores all where no row is refused', async () => {
      const skuIds = await newSkus(4);
      const answer = await bulk(
        skuIds.map((skuId, i) => row(skuId, 10 + i)),
        { atomicity },
      );
      expect(wordsOf(answer)).toEqual(['UNCHANGED', 'APPLIED', 'APPLIED', 'APPLIED']);
      expect(await statesOf(skuIds)).toEqual([
        [10, 0],
        [11, 1],
        [12, 1],
        [13, 1],
      ]);
    });

    test.for([
      ['refused by the rules', { identifier: { skuId: 'no-such' }, quantityInStock: 1 }, 'SKU_NOT_FOUND'],
      ['with a failed precondition', { ...row('GONE', 4), expected: { version: 9 } }, 'PRECONDITION_FAILED'],
      ['malformed', row('GONE', -1), 'BAD_USER_INPUT'],
    ] as const)('stores nothing where one row is %s, first, last or between', async ([, bad, word]) => {
      const skuIds = await newSkus(3);
      for (const at of [0, 2, 3]) {
        const updates: object[] = skuIds.map((skuId) => row(skuId, 1));
        updates.splice(at, 0, bad);
        const before = await gateway.inventory.lastPosition('acme');
        const answer = await bulk(updates, { atomicity });
        expect(wordsOf(answer)).toEqual(range(4).map((n) => (n === at + 1 ? word : 'ROLLED_BACK')));
        expect(answer).toMatchObject({ appliedCount: 0, rejectedCount: 4 });
        expect(answer.results.map(({ change }) => change)).toEqual([null, null, null, null]);
        expect(await statesOf(skuIds)).toEqual(skuIds.map(() => [10, 0]));
        expect(await gateway.inventory.lastPosition('acme')).toBe(before);
      }
    });

    test('stores nothing where the last of 1,000 rows is bad', async () => {
      const skuIds = await newSkus(999);
      const before = await gateway.inventory.lastPosition('acme');
      const answer = await bulk([...skuIds.map((skuId) => row(skuId, 1)), row('shared', -1)], { atomicity });
      expect(answer).toMatchObject({ appliedCount: 0, rejectedCount: 1_000 });
      expect(new Set(wordsOf(answer).slice(0, -1))).toEqual(new Set(['ROLLED_BACK']));
      expect(await gateway.inventory.lastPosition('acme')).toBe(before);
    });

    test('touches nobody else in its batch: what ran beside it stands, and sees nothing of it', async () => {
      const [skuId, other] = await newSkus(2);
      const updates = [row(skuId, 1), row('no-such', 1)];
      const [one, undone, two] = await Promise.all([
        bulk([{ ...row(skuId, 20), expected: { version: 0 } }]),
        bulk(updates, { atomicity }),
        bulk([{ ...row(skuId, 21), expected: { version: 1, quantityInStock: 20 } }, row(other, 5)]),
      ]);
      expect(wordsOf(one)).toEqual(['APPLIED']);
      expect(wordsOf(undone)).toEqual(['ROLLED_BACK', 'SKU_NOT_FOUND']);
      expect(wordsOf(two)).toEqual(['APPLIED', 'APPLIED']);
      expect(await statesOf([skuId ?? ''])).toEqual([[21, 2]]);
    });

    // test/crash kills the program under such calls in every run.
    test.runIf(isLong)(
      'holds across a kill -9 of the program: each call is stored whole or not at all',
      { timeout: 120_000 },
      () => expectWholeCallsAcrossKills(kind),
    );
  });

  test('a dry run decides every row as for real, in order, and stores nothing', async () => {
    const [skuId, other] = await newSkus(2);
    const before = await gateway.inventory.lastPosition('acme');
    const answer = await bulk(
      [row(skuId, 1), { ...row(skuId, 2), expected: { version: 1 } }, row(other, 10), row(other, -1)],
      { dryRun: true },
    );
    expect(wordsOf(answer)).toEqual(['DRY_RUN', 'DRY_RUN', 'UNCHANGED', 'BAD_USER_INPUT']);
    expect(answer).toMatchObject({
      appliedCount: 0,
      wouldApplyCount: 2,
      unchangedCount: 1,
      rejectedCount: 1,
      groupId: null,
    });
    expect(answer.results[1]).toMatchObject({
      sku: { quantityInStock: 2, version: 2 },
      change: { id: null, before: { quantityInStock: 1 }, after: { quantityInStock: 2 } },
    });
    const together = await bulk([row(skuId, 1), row('no-such', 1)], {
      dryRun: true,
      atomicity: 'ALL_OR_NOTHING',
    });
    expect(wordsOf(together)).toEqual(['ROLLED_BACK', 'SKU_NOT_FOUND']);
    expect(together).toMatchObject({ wouldApplyCount: 0, groupId: null });
    expect(await statesOf([skuId ?? '', other ?? ''])).toEqual([
      [10, 0],
      [10, 0],
    ]);
    expect(await gateway.inventory.lastPosition('acme')).toBe(before);
  });

  test('the changes of one call share its group, reason and reference; another call has another group', async () => {
    const skuIds = await newSkus(3);
    const about = { reason: 'Stocktaking', referenceDocumentUri: 'urn:count:1' };
    const [one, two] = [
      await bulk(
        skuIds.map((skuId) => row(skuId, 1)),
        about,
      ),
      await bulk(skuIds.map((skuId) => row(skuId, 2))),
    ];
    expect(one.groupId).toMatch(/^\S+$/);
    expect(two.groupId).not.toBe(one.groupId);
    for (const { change } of one.results) {
      expect(change).toMatchObject({ ...about, groupId: one.groupId, source: 'GRAPHQL', actor: 'dashboard' });
    }
    const { body } = await gateway.graphql(
      'query ($groupId: String!) { inventoryChanges(first: 10, filter: { groupId: $groupId }) { nodes { skuId id } } }',
      { groupId: one.groupId },
    );
    expect(body.data.inventoryChanges.nodes).toEqual(
      one.results.map(({ change }) => ({ skuId: change?.skuId, id: change?.id })),
    );
    const single = await send(gateway, 'update', row(skuIds[0], 3));
    expect(single.change).toMatchObject({ groupId: null });
  });

  test('another supplier never sees nor changes these SKUs', async () => {
    const skuIds = await newSkus(2);
    const answer = await send(
      gateway,
      'bulk',
      { updates: skuIds.map((skuId) => row(skuId, 1)) },
      tokens.rival,
    );
    expect(wordsOf(answer)).toEqual(['SKU_NOT_FOUND', 'SKU_NOT_FOUND']);
    expect(await statesOf(skuIds)).toEqual([
      [10, 0],
      [10, 0],
    ]);
  });

  describe(`${MAX_ROWS} rows`, () => {
    test('with bad ones first, last and scattered are each answered rightly', async () => {
      const skuIds = await newSkus(MAX_ROWS / 2);
      const isBad = (i: number) => i === 0 || i === MAX_ROWS - 1 || i % 97 === 0;
      const badRow = (i: number) => malformations[i % malformations.length]?.[1](row('shared', 5)) ?? {};
      // Each SKU comes twice: the second row of a SKU is in the second half.
      const updates = range(MAX_ROWS).map((n) => {
        const i = n - 1;
        if (isBad(i)) return i % 2 ? row(`no-such-${i}`, 1) : badRow(i);
        return row(skuIds[i % skuIds.length], 100 + (i % 3));
      });
      const answer = await bulk(updates);

      const states = new Map<string, readonly [quantity: number, version: number]>();
      const words = updates.map((_, i) => {
        if (isBad(i)) return i % 2 ? 'SKU_NOT_FOUND' : 'BAD_USER_INPUT';
        const skuId = skuIds[i % skuIds.length] ?? '';
        const [quantity, version] = states.get(skuId) ?? [10, 0];
        if (quantity === 100 + (i % 3)) return 'UNCHANGED';
        states.set(skuId, [100 + (i % 3), version + 1]);
        return 'APPLIED';
      });
      expect(wordsOf(answer)).toEqual(words);
      expect(answer.results.map(({ index }) => index)).toEqual(range(MAX_ROWS).map((n) => n - 1));
      const stored = new Map(
        (
          await gateway.store.db.selectFrom('sku').selectAll().where('supplier_id', '=', 'acme').execute()
        ).map((sku) => [sku.sku_id, [sku.quantity_in_stock, sku.version]]),
      );
      expect(skuIds.map((skuId) => stored.get(skuId))).toEqual(
        skuIds.map((skuId) => states.get(skuId) ?? [10, 0]),
      );
      expect(await countChanges(gateway, answer.groupId)).toBe(answer.appliedCount);
    });

    test('and one more are refused as a whole, with the limit and what was given, and nothing is stored', async () => {
      const before = await gateway.inventory.lastPosition('acme');
      const error = await sendMalformed(gateway, 'bulk', {
        updates: range(MAX_ROWS + 1).map((n) => row('EACH', n)),
      });
      expect(error.extensions).toMatchObject({
        code: 'BAD_USER_INPUT',
        limit: MAX_ROWS,
        provided: MAX_ROWS + 1,
        problems: [{ path: ['input', 'updates'] }],
      });
      expect(error.message).toContain(String(MAX_ROWS));
      expect(await gateway.inventory.lastPosition('acme')).toBe(before);
    });
  });

  test('a call takes as many statements for 1,000 rows as for two', async () => {
    const skuIds = await newSkus(1_000);
    let statements = 0;
    const counter: KyselyPlugin = {
      transformQuery: ({ node }) => node,
      transformResult: ({ result }) => {
        statements += 1;
        return Promise.resolve(result);
      },
    };
    const { runEach } = gateway.store;
    const store = {
      ...gateway.store,
      writes: gateway.store.writes.withPlugin(counter),
      // SQLite's set statements do not pass through Kysely's plugins.
      runEach:
        runEach &&
        ((...args: Parameters<typeof runEach>) => {
          statements += 1;
          return runEach(...args);
        }),
    };
    const writer = createWriter(store);
    const countFor = async (ids: readonly string[], quantity: number) => {
      statements = 0;
      const [answer] = await writer.commit([bulkRequest(ids, quantity)], new Date().toISOString());
      const outcomes = [...ids.map(() => 'APPLIED'), 'REJECTED', 'REJECTED'];
      expect(answer).toMatchObject({ results: outcomes.map((outcome) => ({ outcome })) });
      return statements;
    };
    const few = await countFor(skuIds.slice(0, 2), 1);
    expect(few).toBeGreaterThan(3);
    expect(few).toBeLessThan(14);
    expect(await countFor(skuIds, 2)).toBe(few);
  });
});

/** Sets a quantity on these, with a key, a row that is unknown and one with a failed precondition. */
function bulkRequest(skuIds: readonly string[], quantityInStock: number): UpdateRequest {
  const values = { quantityInStock };
  const rows = [
    ...skuIds.map((skuId) => setSku(skuId, values)),
    setBy('isbn', '9780306406157', values, { version: 99 }),
    setSku('shared', values, { version: 99 }),
  ];
  return requestOf({ supplierId: 'acme', actor: 'client', source: 'GRAPHQL' }, rows, {
    operation: 'bulkUpdateSkuInventory',
    idempotencyKey: `statements ${skuIds.length}`,
    groupId: 'group',
  });
}

async function countChanges({ store }: Gateway, groupId: string | null): Promise<number> {
  const { total } = await store.db
    .selectFrom('inventory_change')
    .select((eb) => eb.fn.countAll().as('total'))
    .where('group_id', '=', groupId)
    .executeTakeFirstOrThrow();
  return Number(total);
}

/** Two clients, each with 200 SKUs of its own, set all of them to 1, 2, 3, ... while the program is killed. */
async function expectWholeCallsAcrossKills(kind: StoreKind): Promise<void> {
  const database = await createTestDatabase(kind);
  const clients = ['a', 'b'].map((name) => ({
    skuIds: range(200).map((n) => `${name}${n}`),
    sent: 0,
    acknowledged: 0,
  }));
  await seedDatabase(
    database.url,
    clients.flatMap(({ skuIds }) => skuIds.map((skuId) => ({ skuId }))),
  );
  for (let life = 0; life < LIVES; life++) {
    const gateway = await startGateway(database.url, '--log-level', 'error');
    const streams = clients.map(async (client) => {
      for (;;) {
        client.sent += 1;
        const updates = client.skuIds.map((skuId) => ({
          identifier: { skuId },
          quantityInStock: client.sent,
        }));
        const input = { updates, atomicity: 'ALL_OR_NOTHING' };
        const answer = await send(clientOf(gateway.origin), 'bulk', input).catch(() => undefined);
        if (!answer) return;
        expect(answer.appliedCount).toBe(client.skuIds.length);
        client.acknowledged = client.sent;
      }
    });
    while (clients.some(({ sent }) => sent < 4 * (life + 1))) await sleep(10);
    await sleep(40 * Math.random());
    expect(await gateway.stop('SIGKILL')).toBeNull();
    await Promise.all(streams);
    const store = await openStore(database.url);
    const rows = await store.db.selectFrom('sku').selectAll().execute();
    const groups = await store.db
      .selectFrom('inventory_change')
      .select((eb) => eb.fn.countAll().as('total'))
      .groupBy('group_id')
      .execute();
    await store.close();
    expect(new Set(groups.map(({ total }) => Number(total)))).toEqual(new Set([200]));
    for (const client of clients) {
      const own = rows.filter(({ sku_id }) => client.skuIds.includes(sku_id));
      const quantities = new Set(own.map((sku) => sku.quantity_in_stock));
      expect(quantities.size).toBe(1);
      const [quantity = -1] = quantities;
      expect([client.acknowledged, client.sent]).toContain(quantity);
      client.acknowledged = client.sent = quantity;
    }
  }
  expect(Math.min(...clients.map(({ acknowledged }) => acknowledged))).toBeGreaterThan(1);
  await database.remove();
}
