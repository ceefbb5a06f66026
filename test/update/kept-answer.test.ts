/** What a key keeps is small, whatever the answer repeats; and what earlier versions kept is still read. */
import { expect, test } from 'vitest';
import { packAnswer, unpackAnswer } from '../../src/db/answer/kept-answer.ts';
import { parseIdentifier } from '../../src/domain/identifier.ts';
import type { InventoryChange } from '../../src/domain/change.ts';
import type { RowResult, UpdateAnswer } from '../../src/domain/update.ts';
import { asOfBefore, type Sku } from '../../src/domain/sku.ts';
import { range } from '../support/range.ts';

const NOW = '2026-11-20T09:30:00.000Z';

function skuOf(n: number): Sku {
  return {
    supplierId: 'acme',
    skuId: `sku-${n}`,
    itemId: null,
    title: `A toy car, number ${n}`,
    condition: 'new',
    upca: null,
    ean13: `40063813339${n % 100}`,
    gtin14: null,
    isbn: null,
    quantityInStock: n % 90,
    quantityOnBackorder: 0,
    restrictions: null,
    backorderDate: null,
    version: 1 + (n % 7),
    updatedAt: NOW,
    lastChangePosition: n,
    asOf: asOfBefore(1, NOW),
  };
}

function applied(n: number, reason: string | null): RowResult {
  const sku = skuOf(n);
  const state = { quantityInStock: n, quantityOnBackorder: 0, restrictions: null, backorderDate: null };
  const change: InventoryChange = {
    supplierId: 'acme',
    skuId: sku.skuId,
    position: n + 1,
    version: sku.version,
    before: { ...state, quantityInStock: n + 1 },
    after: state,
    source: 'GRAPHQL',
    actor: 'dashboard',
    reason,
    referenceDocumentUri: null,
    groupId: 'group',
    changedAt: NOW,
    asOf: null,
    previousPosition: null,
  };
  return { outcome: 'APPLIED', sku, change };
}

const answerOf = (results: RowResult[]): UpdateAnswer => ({
  replayed: false,
  refusal: null,
  results,
  groupId: 'group',
});

test.for([
  ['no reason', null],
  ['a long reason', 'A delivery that came late, and was counted twice. '.repeat(10)],
] as const)('10,000 rows with %s take 60 bytes a row at most', ([, reason]) => {
  const answer = answerOf(range(10_000).map((n) => applied(n, reason)));
  const packed = packAnswer(answer);
  expect(packed.length).toBeLessThan(600_000);
  expect(unpackAnswer(packed)).toEqual(answer);
});

test('one row takes 400 bytes at most', () => {
  const answer = answerOf([applied(7, null)]);
  const packed = packAnswer(answer);
  expect(packed.length).toBeLessThan(400);
  expect(unpackAnswer(packed)).toEqual(answer);
});

test('an answer that an earlier version kept, plain JSON with uncounted candidates and without dates and times, is read', () => {
  const identifier = parseIdentifier('ean13', '4006381333931');
  const candidates = [skuOf(1), skuOf(2)];
  const refusal = { problem: 'AMBIGUOUS_IDENTIFIER', identifier, candidates } as const;
  const old = {
    ...answerOf([applied(1, 'x')]),
    results: [applied(1, 'x'), { outcome: 'REJECTED', refusal }],
  };
  const withoutTimes = JSON.stringify(old, (key, value) =>
    key === 'backorderDate' || key === 'asOf' ? undefined : value,
  );
  expect(unpackAnswer(Buffer.from(withoutTimes))).toEqual(
    answerOf([applied(1, 'x'), { outcome: 'REJECTED', refusal: { ...refusal, candidateCount: 2 } }]),
  );
});
