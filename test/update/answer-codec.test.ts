/** The text of an answer: it holds all of it, each shared thing once, and its form does not change by accident. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readAnswer, readAnswers, writeAnswer, writeAnswers } from '../../src/db/answer/answer-codec.ts';
import { identifierKinds, type Identifier } from '../../src/domain/identifier.ts';
import { changeSources, type InventoryChange } from '../../src/domain/change.ts';
import type { RowResult, UpdateAnswer } from '../../src/domain/update.ts';
import type { Refusal } from '../../src/domain/refusal.ts';
import { asOfBefore, conditions, restrictions, stateFields, type Sku } from '../../src/domain/sku.ts';

const text = fc.string({ unit: 'binary', maxLength: 12 });
const orNull = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: null });
const count = fc.nat({ max: 2_147_483_647 });
const position = orNull(fc.maxSafeInteger());
const state = fc.record({
  quantityInStock: count,
  quantityOnBackorder: count,
  restrictions: orNull(fc.constantFrom(...restrictions)),
  backorderDate: orNull(text),
});
/** Few suppliers and ids, so that SKUs meet again in other states and under other titles. */
const sku: fc.Arbitrary<Sku> = fc
  .tuple(
    state,
    fc.record({
      supplierId: fc.constantFrom('acme', 'rival'),
      skuId: fc.constantFrom('one', 'two'),
      itemId: orNull(text),
      title: orNull(fc.constantFrom('A', 'B')),
      condition: orNull(fc.constantFrom(...conditions)),
      upca: orNull(text),
      ean13: orNull(text),
      gtin14: orNull(text),
      isbn: orNull(text),
      version: count,
      updatedAt: text,
      lastChangePosition: position,
      asOf: fc.record({
        quantityInStock: orNull(text),
        quantityOnBackorder: orNull(text),
        restrictions: orNull(text),
        backorderDate: orNull(text),
        inStockWhenSet: orNull(text),
        onBackorderWhenSet: orNull(text),
      }),
    }),
  )
  .map(([inventory, item]) => ({ ...item, ...inventory }));
const changeOf = ({ supplierId, skuId }: Sku): fc.Arbitrary<InventoryChange> =>
  fc.record({
    supplierId: fc.constant(supplierId),
    skuId: fc.constant(skuId),
    position,
    version: count,
    before: state,
    after: state,
    source: fc.constantFrom(...changeSources),
    actor: text,
    reason: orNull(text),
    referenceDocumentUri: orNull(text),
    groupId: orNull(text),
    changedAt: text,
    asOf: orNull(text),
    previousPosition: position,
  });
const identifier: fc.Arbitrary<Identifier> = fc.record({
  kind: fc.constantFrom(...identifierKinds),
  value: text,
  gtin: orNull(text),
});
const is = <const Problem extends string>(...names: Problem[]) => fc.constantFrom(...names);
const refusal: fc.Arbitrary<Refusal> = fc.oneof(
  fc.record({ problem: is('IDEMPOTENCY_KEY_REUSED', 'ROLLED_BACK') }),
  fc.record({ problem: is('BAD_USER_INPUT'), explanation: text }),
  fc.record({ problem: is('AS_OF_IN_FUTURE'), asOf: text, now: text }),
  fc.record({ problem: is('CHANGE_NOT_FOUND'), by: is('changeIds', 'groupId'), id: text }),
  fc.record({
    problem: is('INVALID_IDENTIFIER'),
    identifier,
    fault: fc.record({ reason: text, expectedCheckDigit: orNull(text) }),
  }),
  fc.record({ problem: is('SKU_NOT_FOUND'), identifier }),
  fc.record({
    problem: is('AMBIGUOUS_IDENTIFIER'),
    identifier,
    candidateCount: count,
    candidates: fc.array(sku, { maxLength: 3 }),
  }),
  sku.chain((current) =>
    fc.record({
      problem: is('PRECONDITION_FAILED'),
      expected: fc.record({ version: count, quantityInStock: count }, { requiredKeys: [] }),
      current: fc.constant(current),
      lastChange: orNull(changeOf(current)),
    }),
  ),
  fc.record({
    problem: is('QUANTITY_BELOW_ZERO', 'QUANTITY_TOO_LARGE'),
    field: is('quantityInStock', 'quantityOnBackorder'),
    delta: fc.integer(),
    current: sku,
  }),
);
const staleField = fc.record({ field: fc.constantFrom(...stateFields), asOf: text, storedAsOf: text });
const staleFields = fc.array(staleField, { minLength: 1, maxLength: 4 });
const result: fc.Arbitrary<RowResult> = fc.oneof(
  sku.chain((one) =>
    fc.record(
      { outcome: is('APPLIED', 'DRY_RUN'), sku: fc.constant(one), change: changeOf(one), staleFields },
      { requiredKeys: ['outcome', 'sku', 'change'] },
    ),
  ),
  fc.record({ outcome: is('UNCHANGED'), sku, staleFields }, { requiredKeys: ['outcome', 'sku'] }),
  sku.chain((one) =>
    fc.record({
      outcome: is('STALE_IGNORED'),
      sku: fc.constant(one),
      staleFields,
      newerChange: orNull(changeOf(one)),
    }),
  ),
  fc.record({ outcome: is('REJECTED'), refusal }),
);
const answer: fc.Arbitrary<UpdateAnswer> = fc.record({
  replayed: fc.boolean(),
  refusal: orNull(refusal),
  results: fc.array(result, { maxLength: 8 }),
  groupId: orNull(text),
});

const one: Sku = {
  supplierId: 'acme',
  skuId: 'one',
  itemId: null,
  title: 'A title',
  condition: 'new',
  upca: '036000291452',
  ean13: null,
  gtin14: null,
  isbn: null,
  quantityInStock: 3,
  quantityOnBackorder: 0,
  restrictions: null,
  backorderDate: '2026-12-01',
  version: 2,
  updatedAt: '2026-11-01T09:30:00.000Z',
  lastChangePosition: 7,
  asOf: {
    ...asOfBefore(2, '2026-11-01T09:30:00.000Z'),
    restrictions: null,
    quantityInStock: '2026-10-31T18:00:00.000Z',
  },
};
const shared: Identifier = { kind: 'upca', value: '036000291452', gtin: '00036000291452' };
const before = { quantityInStock: 1, quantityOnBackorder: 0, restrictions: null, backorderDate: null };
const after = { ...before, quantityInStock: 3, backorderDate: '2026-12-01' };
const change: InventoryChange = {
  supplierId: 'acme',
  skuId: 'one',
  position: 8,
  version: 2,
  before,
  after,
  source: 'REST',
  actor: 'dashboard',
  reason: 'count',
  referenceDocumentUri: null,
  groupId: null,
  changedAt: '2026-11-01T09:30:00.000Z',
  asOf: '2026-10-31T18:00:00.000Z',
  previousPosition: 7,
};
const small: UpdateAnswer = {
  replayed: false,
  refusal: null,
  results: [
    { outcome: 'APPLIED', sku: one, change },
    { outcome: 'REJECTED', refusal: { problem: 'SKU_NOT_FOUND', identifier: shared } },
  ],
  groupId: 'g',
};
/** As stores hold it. */
const SMALL =
  '[3,false,"g",null,[["APPLIED",0,8,2,1,0,null,3,0,null,0,1,7,null,2,3],["REJECTED","SKU_NOT_FOUND",["upca",4,5]]],' +
  '["acme","2026-11-01T09:30:00.000Z","2026-12-01","2026-10-31T18:00:00.000Z","036000291452","00036000291452"],' +
  '[[0,"one",null,"A title","new","036000291452",null,null,null]],[[0,3,0,null,2,1,7,2,0]],[["REST","dashboard","count",null,null]],' +
  '[[3,1,null,1,1,1]]]';
/** The same without as-of times, as versions before migration 0007 wrote it. Stores hold such texts. */
const SMALL_IN_FORM_2 =
  '[2,false,"g",null,[["APPLIED",0,8,2,1,0,null,3,0,null,0,1,7,null,2],["REJECTED","SKU_NOT_FOUND",["upca",3,4]]],' +
  '["acme","2026-11-01T09:30:00.000Z","2026-12-01","036000291452","00036000291452"],' +
  '[[0,"one",null,"A title","new","036000291452",null,null,null]],[[0,3,0,null,2,1,7,2]],[["REST","dashboard","count",null,null]]]';
/** The same without dates, as versions before migration 0006 wrote it. Stores hold such texts. */
const SMALL_IN_FORM_1 =
  '[1,false,"g",null,[["APPLIED",0,8,2,1,0,null,3,0,null,0,1,7],["REJECTED","SKU_NOT_FOUND",["upca",2,3]]],' +
  '["acme","2026-11-01T09:30:00.000Z","036000291452","00036000291452"],' +
  '[[0,"one",null,"A title","new","036000291452",null,null,null]],[[0,3,0,null,2,1,7]],[["REST","dashboard","count",null,null]]]';

test('the text of several answers holds all of each', () => {
  fc.assert(
    fc.property(fc.array(answer, { maxLength: 4 }), (answers) => {
      const numbered = answers.map((each, i) => [7 * i, each] as const);
      const read = readAnswers(JSON.parse(writeAnswers(numbered)));
      expect(read.map(([id, give]) => [id, give()])).toEqual(numbered);
    }),
  );
});

describe('the text of an answer', () => {
  test('holds all of it', () => {
    fc.assert(
      fc.property(answer, (given) => {
        const { replayed, refusal: whole, results, groupId } = given;
        expect(readAnswer(JSON.parse(writeAnswer(given)))).toEqual({
          replayed,
          refusal: whole,
          results,
          groupId,
        });
      }),
      { numRuns: 500 },
    );
  });

  test('is the same in every version, and read by every version', () => {
    expect(writeAnswer(small)).toBe(SMALL);
    expect(readAnswer(JSON.parse(SMALL))).toEqual(small);
  });

  test('of forms 1 and 2 is read, without the dates and times that they lack', () => {
    const asOf = asOfBefore(one.version, one.updatedAt);
    const timeless = { outcome: 'APPLIED', sku: { ...one, asOf }, change: { ...change, asOf: null } };
    const [, refused] = small.results;
    expect(readAnswer(JSON.parse(SMALL_IN_FORM_2))).toEqual({ ...small, results: [timeless, refused] });
    const dateless = {
      outcome: 'APPLIED',
      sku: { ...timeless.sku, backorderDate: null },
      change: { ...timeless.change, after: { ...after, backorderDate: null } },
    };
    expect(readAnswer(JSON.parse(SMALL_IN_FORM_1))).toEqual({ ...small, results: [dateless, refused] });
  });

  test('holds a SKU, a reason and an explanation that 10,000 results share once', () => {
    const candidates = Array.from({ length: 10 }, (_, i) => ({ ...one, skuId: `S${i}` }));
    const ambiguous = { problem: 'AMBIGUOUS_IDENTIFIER', identifier: shared, candidateCount: 250 } as const;
    const reason = 'x'.repeat(1_000);
    const results = Array.from({ length: 5_000 }, (): RowResult[] => [
      { outcome: 'REJECTED', refusal: { ...ambiguous, candidates } },
      { outcome: 'APPLIED', sku: one, change: { ...change, reason } },
    ]).flat();
    const written = writeAnswer({ ...small, results });
    expect(written.length).toBeLessThan(10_000 * 70);
    const read = readAnswer(JSON.parse(written)).results;
    expect(read).toEqual(results);
    // Shared again, so that an answer that was read takes no more memory than the one that was written.
    expect(new Set(read.flatMap((row) => ('sku' in row ? [row.sku] : []))).size).toBe(1);
  });

  test('is refused when it has another form', () => {
    for (const other of [null, {}, [], [4, false, null, null, []], 'text']) {
      expect(() => readAnswer(other)).toThrow('unknown form');
    }
  });
});
