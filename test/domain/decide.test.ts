/** The rules of the domain, as tables: what an update does, which SKU is meant, what a buyer can count on, how a refusal reads. */
import { describe, expect, test } from 'vitest';
import {
  identifierKinds,
  parseIdentifier,
  type Identifier,
  type IdentifierKind,
} from '../../src/domain/identifier.ts';
import {
  asOfBefore,
  availabilityOf,
  MAX_QUANTITY,
  type Availability,
  type InventoryState,
  type Restriction,
  type Sku,
} from '../../src/domain/sku.ts';
import {
  describeRefusal,
  MAX_CANDIDATE_COUNT,
  MAX_CANDIDATES,
  type Refusal,
} from '../../src/domain/refusal.ts';
import { chooseMatch as choose, decide as decideUpdate } from '../../src/domain/decide.ts';
import type { InventoryUpdate } from '../../src/domain/update.ts';
import { isDate } from '../../src/domain/text.ts';
import { setSku, type Values } from '../support/requests.ts';

const NOW = '2026-11-01T09:30:00.000Z';

function sku(fields: Partial<Sku> = {}): Sku {
  return {
    supplierId: 'acme',
    skuId: 'A',
    itemId: 'item-1',
    title: 'A thing',
    condition: 'new',
    upca: '036000291452',
    ean13: null,
    gtin14: null,
    isbn: null,
    quantityInStock: 10,
    quantityOnBackorder: 5,
    restrictions: 'tmpunavail',
    backorderDate: '2026-11-30',
    version: 7,
    updatedAt: '2026-01-01T00:00:00.000Z',
    lastChangePosition: 7,
    asOf: asOfBefore(7, '2026-01-01T00:00:00.000Z'),
    ...fields,
  };
}

/** The SKU that is meant, or why there is none. */
function chooseMatch(wanted: Identifier, candidates: readonly Sku[]) {
  const match = choose(wanted, { skus: candidates, count: candidates.length });
  return 'refusal' in match ? match.refusal : match;
}

/** What an update makes of the SKU, or why it makes nothing. */
function decide(candidates: readonly Sku[], update: InventoryUpdate, now: string) {
  const matched = { skus: candidates, count: candidates.length };
  const decision = decideUpdate(matched, update, now);
  if (!('after' in decision)) return decision;
  const { outcome, before, after } = decision;
  // The as-of times have a test of their own.
  return { outcome, sku: { ...after, asOf: before.asOf } };
}

describe('an update sets what it holds and nothing else', () => {
  test.each<[what: string, values: Values, expected: Partial<InventoryState>]>([
    ['a quantity in stock', { quantityInStock: 3 }, { quantityInStock: 3 }],
    ['a quantity in stock of 0', { quantityInStock: 0 }, { quantityInStock: 0 }],
    ['the largest quantity in stock', { quantityInStock: MAX_QUANTITY }, { quantityInStock: MAX_QUANTITY }],
    ['a quantity on backorder', { quantityOnBackorder: 4 }, { quantityOnBackorder: 4 }],
    ['a quantity on backorder of 0', { quantityOnBackorder: 0 }, { quantityOnBackorder: 0 }],
    [
      'the largest quantity on backorder',
      { quantityOnBackorder: MAX_QUANTITY },
      { quantityOnBackorder: MAX_QUANTITY },
    ],
    ['a restriction', { restrictions: 'discontd' }, { restrictions: 'discontd' }],
    ['null, which lifts the restriction', { restrictions: null }, { restrictions: null }],
    ['a backorder date', { backorderDate: '2027-01-15' }, { backorderDate: '2027-01-15' }],
    ['null, which lifts the backorder date', { backorderDate: null }, { backorderDate: null }],
    [
      'all four',
      { quantityInStock: 1, quantityOnBackorder: 2, restrictions: null, backorderDate: null },
      { quantityInStock: 1, quantityOnBackorder: 2, restrictions: null, backorderDate: null },
    ],
    [
      'one, with the others undefined',
      {
        quantityInStock: 3,
        quantityOnBackorder: undefined,
        restrictions: undefined,
        backorderDate: undefined,
      },
      { quantityInStock: 3 },
    ],
    [
      'units on backorder without a date',
      { quantityOnBackorder: 9, backorderDate: null },
      { quantityOnBackorder: 9, backorderDate: null },
    ],
    [
      'one that is new, with others that are not',
      { quantityInStock: 10, quantityOnBackorder: 6, restrictions: 'tmpunavail' },
      { quantityOnBackorder: 6 },
    ],
  ])('%s', (_what, values, expected) => {
    expect(decide([sku()], setSku('A', values), NOW)).toEqual({
      outcome: 'APPLIED',
      sku: sku({ ...expected, version: 8, updatedAt: NOW }),
    });
  });

  test('the first change makes version 1', () => {
    const result = decide([sku({ version: 0 })], setSku('A', { quantityInStock: 3 }), NOW);
    expect(result).toMatchObject({ outcome: 'APPLIED', sku: { version: 1 } });
  });

  test('a SKU without a restriction can be given one', () => {
    const result = decide([sku({ restrictions: null })], setSku('A', { restrictions: 'discontd' }), NOW);
    expect(result).toMatchObject({ outcome: 'APPLIED', sku: { restrictions: 'discontd' } });
  });

  test('neither the SKUs nor the update are written to', () => {
    const before = Object.freeze(sku());
    decide(Object.freeze([before]), Object.freeze(setSku('A', { quantityInStock: 3 })), NOW);
    expect(before).toEqual(sku());
  });
});

describe('an update to what a SKU already is leaves its version and its time as they were', () => {
  test.each<[what: string, before: Partial<Sku>, values: Values]>([
    ['nothing given', {}, {}],
    [
      'everything undefined',
      {},
      {
        quantityInStock: undefined,
        quantityOnBackorder: undefined,
        restrictions: undefined,
        backorderDate: undefined,
      },
    ],
    ['the same backorder date', {}, { backorderDate: '2026-11-30' }],
    ['no backorder date, lifted', { backorderDate: null }, { backorderDate: null }],
    ['the same quantity in stock', {}, { quantityInStock: 10 }],
    ['the same quantity on backorder', {}, { quantityOnBackorder: 5 }],
    ['the same restriction', {}, { restrictions: 'tmpunavail' }],
    ['no restriction, lifted', { restrictions: null }, { restrictions: null }],
    ['0 in stock, set to 0', { quantityInStock: 0 }, { quantityInStock: 0 }],
    ['all three the same', {}, { quantityInStock: 10, quantityOnBackorder: 5, restrictions: 'tmpunavail' }],
  ])('%s', (_what, before, values) => {
    expect(decide([sku(before)], setSku('A', values), NOW)).toEqual({
      outcome: 'UNCHANGED',
      sku: sku(before),
    });
  });
});

const spelled = (kind: IdentifierKind, value: string) => parseIdentifier(kind, value);
const invalid = spelled('upca', '036000291453');
const valid = spelled('upca', '036000291452');
const one = sku({ skuId: 'ONE' });
const two = sku({ skuId: 'TWO' });

describe('the SKU that is meant, or the first reason why there is none', () => {
  test.each([
    ['one candidate is it', valid, [one]],
    ['one candidate is it even where the code cannot be valid', invalid, [one]],
  ])('%s', (_what, wanted, candidates) => {
    expect(chooseMatch(wanted, candidates)).toEqual({ sku: one });
  });

  test.each(identifierKinds)('no candidate for a possible %s is SKU_NOT_FOUND', (kind) => {
    const wanted = spelled(kind, kind === 'isbn' ? '9780306406157' : '00036000291452');
    expect(chooseMatch(wanted, [])).toEqual({ problem: 'SKU_NOT_FOUND', identifier: wanted });
  });

  test.each([
    ['upca', '036000291453', '2'],
    ['ean13', '4006381333932', '1'],
    ['gtin14', '14006381333939', '8'],
    ['isbn', '0-306-40615-3', '2'],
    ['isbn', '978-0-306-40615-8', '7'],
    ['upca', 'not a code', null],
  ] as const)(
    'no candidate for the impossible %s %s is INVALID_IDENTIFIER',
    (kind, value, expectedCheckDigit) => {
      expect(chooseMatch(spelled(kind, value), [])).toEqual({
        problem: 'INVALID_IDENTIFIER',
        identifier: spelled(kind, value),
        fault: { reason: expect.any(String), expectedCheckDigit },
      });
    },
  );

  test.each([
    ['two candidates', valid, [one, two]],
    ['three candidates', valid, [one, two, sku()]],
    ['two candidates, and a code that cannot be valid', invalid, [one, two]],
  ])('%s are AMBIGUOUS_IDENTIFIER, all of them named', (_what, wanted, candidates) => {
    expect(chooseMatch(wanted, candidates)).toEqual({
      problem: 'AMBIGUOUS_IDENTIFIER',
      identifier: wanted,
      candidateCount: candidates.length,
      candidates,
    });
  });

  test.each([
    ['none', valid, []],
    ['none, impossible', invalid, []],
    ['several', valid, [one, two]],
    ['several whose state is already what is asked for', valid, [sku(), sku()]],
  ])('an update with %s is REJECTED for the reason the match gives', (_what, wanted, candidates) => {
    expect(
      decide(candidates, { identifier: wanted, edit: { kind: 'SET', quantityInStock: 10 } }, NOW),
    ).toEqual({
      outcome: 'REJECTED',
      refusal: chooseMatch(wanted, candidates),
    });
  });
});

describe('a date is a day of the calendar, from 2000 on', () => {
  test.each(['2000-01-01', '2024-02-29', '2026-11-30', '9999-12-31'])('%s', (text) => {
    expect(isDate(text)).toBe(true);
  });

  test.each([
    '1999-12-31',
    '2026-02-29',
    '2026-02-30',
    '2026-04-31',
    '2026-13-01',
    '2026-00-10',
    '2026-01-00',
    '2026-1-5',
    '20261130',
    '2026-11-30T00:00:00Z',
    ' 2026-11-30',
    '2026-11-30\n',
    '10000-01-01',
    '+2026-11-30',
    '٢٠٢٦-11-30',
    'tomorrow',
    '',
  ])('%j is none', (text) => {
    expect(isDate(text)).toBe(false);
  });
});

describe('what a buyer can count on', () => {
  test.each<[Restriction | null, number, number, Availability]>([
    [null, 0, 0, 'OUT_OF_STOCK'],
    [null, 0, 1, 'BACKORDER'],
    [null, 1, 0, 'IN_STOCK'],
    [null, 1, 1, 'IN_STOCK'],
    ['tmpunavail', 0, 0, 'TEMPORARILY_UNAVAILABLE'],
    ['tmpunavail', 0, 1, 'TEMPORARILY_UNAVAILABLE'],
    ['tmpunavail', 1, 0, 'TEMPORARILY_UNAVAILABLE'],
    ['tmpunavail', 1, 1, 'TEMPORARILY_UNAVAILABLE'],
    ['discontd', 0, 0, 'DISCONTINUED'],
    ['discontd', 0, 1, 'DISCONTINUED'],
    ['discontd', 1, 0, 'DISCONTINUED'],
    ['discontd', 1, 1, 'DISCONTINUED'],
    [null, 0, MAX_QUANTITY, 'BACKORDER'],
    [null, MAX_QUANTITY, MAX_QUANTITY, 'IN_STOCK'],
    ['discontd', MAX_QUANTITY, MAX_QUANTITY, 'DISCONTINUED'],
  ])('restricted by %s with %i in stock and %i on backorder is %s', (...row) => {
    const [restriction, quantityInStock, quantityOnBackorder, availability] = row;
    expect(availabilityOf({ quantityInStock, quantityOnBackorder, restrictions: restriction })).toBe(
      availability,
    );
  });
});

describe('a refusal reads as a sentence that says what to do', () => {
  const ambiguous = (count: number): Refusal => ({
    problem: 'AMBIGUOUS_IDENTIFIER',
    identifier: valid,
    candidateCount: count,
    candidates: Array.from({ length: Math.min(count, MAX_CANDIDATES) }, (_, i) =>
      sku({ skuId: `S${i + 1}` }),
    ),
  });
  const refuse = (wanted: Identifier): Refusal => {
    const match = chooseMatch(wanted, []);
    if (!('problem' in match)) throw new Error('Nothing was to be found.');
    return match;
  };

  test.each([
    ['an unknown skuId', refuse(spelled('skuId', 'nope'))],
    ['an unknown code', refuse(valid)],
    ['a wrong check digit', refuse(invalid)],
    ['a code that is too short', refuse(spelled('ean13', '123'))],
    ['an ambiguous code', ambiguous(2)],
  ])('%s: it names kind and value, and has an instruction', (_what, refusal) => {
    const message = describeRefusal(refusal);
    if (!('identifier' in refusal)) throw new Error('It names no identifier.');
    expect(message).toContain(`${refusal.identifier.kind} "${refusal.identifier.value}"`);
    expect(message).toMatch(/\b(?:check|name|send|give|look for|remove|list)\b/i);
    expect(message).toMatch(/^[A-Z].*\.$/);
  });

  test('the reason why a code cannot be valid is the one that the fault gives', () => {
    const refusal = refuse(invalid);
    expect(describeRefusal(refusal)).toContain(
      refusal.problem === 'INVALID_IDENTIFIER' && refusal.fault.reason,
    );
  });

  test.each([
    [2, ': S1, S2. Name'],
    [5, ': S1, S2, S3, S4, S5. Name'],
    [6, ': S1, S2, S3, S4, S5 and 1 more. Name'],
    [999, ': S1, S2, S3, S4, S5 and 994 more. Name'],
    [MAX_CANDIDATE_COUNT, ': S1, S2, S3, S4, S5 and at least 995 more. Name'],
  ])('of %i candidates five are named at most, and the rest counted', (count, list) => {
    expect(describeRefusal(ambiguous(count))).toContain(list);
    expect(describeRefusal(ambiguous(count))).toMatch(/Name the one you mean by its skuId\.$/);
  });
});
