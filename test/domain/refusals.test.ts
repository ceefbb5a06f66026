/** The refusals in order: code, docs and answers agree, and where several problems apply the earliest is the answer. */
import { readFileSync } from 'node:fs';
import { isInterfaceType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { decideBatch } from '../../src/domain/decide-batch.ts';
import { noCandidates, type Candidates } from '../../src/domain/decide.ts';
import { keyedInputOf, type KnownKeys } from '../../src/domain/idempotency.ts';
import { parseIdentifier } from '../../src/domain/identifier.ts';
import { problems, type Problem } from '../../src/domain/refusal.ts';
import { asOfBefore, MAX_QUANTITY, type Sku } from '../../src/domain/sku.ts';
import { decideUndo } from '../../src/domain/undo.ts';
import type { InventoryChange } from '../../src/domain/change.ts';
import type { InventoryUpdate, MalformedRow, UpdateRequest } from '../../src/domain/update.ts';
import { statusOf } from '../../src/http/legacy/answer.ts';
import { schema } from '../../src/schema/index.ts';

const NOW = '2026-11-01T09:30:00.000Z';
const VALID_CODE = parseIdentifier('upca', '036000291452');
const INVALID_CODE = parseIdentifier('upca', '036000291453');

const sku: Sku = {
  supplierId: 'acme',
  skuId: 'A',
  itemId: null,
  title: null,
  condition: null,
  upca: null,
  ean13: null,
  gtin14: null,
  isbn: null,
  quantityInStock: 10,
  quantityOnBackorder: 10,
  restrictions: null,
  backorderDate: null,
  version: 7,
  updatedAt: NOW,
  lastChangePosition: 7,
  asOf: asOfBefore(7, NOW),
};

/** The change that made the SKU's current state. */
const lastChange: InventoryChange = {
  supplierId: 'acme',
  skuId: 'A',
  position: 7,
  version: 7,
  before: { quantityInStock: 9, quantityOnBackorder: 10, restrictions: null, backorderDate: null },
  after: { quantityInStock: 10, quantityOnBackorder: 10, restrictions: null, backorderDate: null },
  source: 'GRAPHQL',
  actor: 'robot',
  reason: null,
  referenceDocumentUri: null,
  groupId: 'group',
  changedAt: NOW,
  asOf: null,
  previousPosition: null,
};

type Row = InventoryUpdate | MalformedRow;

/** One call, and what the store has for it. */
interface Call {
  readonly rows: readonly Row[];
  /** What the first row's identifier matches. */
  readonly matched: Candidates;
  readonly isAllOrNothing: boolean;
  readonly isKeyUsed: boolean;
}

/** What the rules say of the call's first row, or of the call as a whole. */
function decideCall({ rows, matched, isAllOrNothing, isKeyUsed }: Call): Problem | 'NONE' {
  const request: UpdateRequest = {
    supplierId: 'acme',
    actor: 'robot',
    source: 'GRAPHQL',
    operation: 'bulkUpdateSkuInventory',
    rows,
    atomicity: isAllOrNothing ? 'ALL_OR_NOTHING' : 'BEST_EFFORT',
    dryRun: false,
    idempotencyKey: 'key',
    reason: null,
    referenceDocumentUri: null,
    groupId: null,
  };
  const name = keyedInputOf(request)?.name ?? '';
  const keys: KnownKeys = {
    kept: new Map(isKeyUsed ? [[name, { fingerprint: 'of another input', answer: null }]] : []),
    full: new Set(),
  };
  const [decision] = decideBatch([request], [[matched]], keys, NOW).requests;
  if (decision?.kind === 'REFUSED') return decision.refusal.problem;
  const result = decision?.kind === 'RUN' ? decision.results[0] : undefined;
  return result?.outcome === 'REJECTED' ? result.refusal.problem : 'NONE';
}

/** Builds calls: each is refused for the causes given, and is accepted without one. */
type Build = (causes: ReadonlySet<Problem>) => Problem | 'NONE';

/** A bulk call whose first row adjusts a SKU by its code. */
const adjustByCode: Build = (causes) => {
  const twin = { ...sku, skuId: 'B' };
  const candidates = causes.has('AMBIGUOUS_IDENTIFIER') ? [sku, twin] : [sku];
  const isMatched = !causes.has('INVALID_IDENTIFIER') && !causes.has('SKU_NOT_FOUND');
  const adjustment: InventoryUpdate = {
    identifier: causes.has('INVALID_IDENTIFIER') ? INVALID_CODE : VALID_CODE,
    edit: {
      kind: 'ADJUST',
      // The fields are in the other order than their problems: the order of the problems decides.
      quantityInStock: causes.has('QUANTITY_TOO_LARGE') ? MAX_QUANTITY : 1,
      quantityOnBackorder: causes.has('QUANTITY_BELOW_ZERO') ? -11 : -1,
    },
    expected: { version: causes.has('PRECONDITION_FAILED') ? 6 : 7 },
    ...(causes.has('AS_OF_IN_FUTURE') && { asOf: '9999-01-01T00:00:00.000Z' }),
  };
  const row: Row = causes.has('BAD_USER_INPUT') ? { malformed: 'It has no identifier.' } : adjustment;
  return decideCall({
    rows: causes.has('ROLLED_BACK') ? [row, { malformed: 'Another row.' }] : [row],
    matched: isMatched ? { skus: candidates, count: candidates.length } : noCandidates,
    isAllOrNothing: causes.has('ROLLED_BACK'),
    isKeyUsed: causes.has('IDEMPOTENCY_KEY_REUSED'),
  });
};

/** An undo of the SKU's last change. */
const undoLastChange: Build = (causes) => {
  const ids = causes.has('CHANGE_NOT_FOUND') ? ['7', '99'] : ['7'];
  const undo = decideUndo({ by: 'changeIds', ids }, [lastChange]);
  if ('refusal' in undo) return undo.refusal.problem;
  const current = causes.has('PRECONDITION_FAILED') ? { ...sku, version: 8 } : sku;
  return decideCall({
    rows: undo.rows,
    matched: causes.has('SKU_NOT_FOUND') ? noCandidates : { skus: [current], count: 1 },
    isAllOrNothing: false,
    isKeyUsed: causes.has('IDEMPOTENCY_KEY_REUSED'),
  });
};

/**
 * Problems that one call can have at the same time, in order. The chains differ where problems exclude each other: a malformed
 * row names no SKU, an identifier matches none or several, and an undo names SKUs by skuId and sets what they had before.
 */
const chains: readonly {
  readonly what: string;
  readonly build: Build;
  readonly chain: readonly Problem[];
}[] = [
  {
    what: 'an undo',
    build: undoLastChange,
    chain: ['CHANGE_NOT_FOUND', 'IDEMPOTENCY_KEY_REUSED', 'SKU_NOT_FOUND', 'PRECONDITION_FAILED'],
  },
  {
    what: 'a malformed row',
    build: adjustByCode,
    chain: ['IDEMPOTENCY_KEY_REUSED', 'BAD_USER_INPUT', 'ROLLED_BACK'],
  },
  {
    what: 'a row that matches no SKU',
    build: adjustByCode,
    chain: [
      'IDEMPOTENCY_KEY_REUSED',
      'AS_OF_IN_FUTURE',
      'INVALID_IDENTIFIER',
      'SKU_NOT_FOUND',
      'PRECONDITION_FAILED',
      'QUANTITY_BELOW_ZERO',
      'QUANTITY_TOO_LARGE',
      'ROLLED_BACK',
    ],
  },
  {
    what: 'a row that matches several SKUs',
    build: adjustByCode,
    chain: [
      'IDEMPOTENCY_KEY_REUSED',
      'AS_OF_IN_FUTURE',
      'AMBIGUOUS_IDENTIFIER',
      'PRECONDITION_FAILED',
      'QUANTITY_BELOW_ZERO',
      'QUANTITY_TOO_LARGE',
      'ROLLED_BACK',
    ],
  },
];

describe.each(problems)('%s', (problem) => {
  const examples = chains.filter(({ chain }) => chain.includes(problem));

  test('is refused where nothing else is wrong', () => {
    expect(examples).not.toEqual([]);
    for (const { build } of examples) {
      expect(build(new Set())).toBe('NONE');
      expect(build(new Set([problem]))).toBe(problem);
    }
  });

  test.each(examples)('comes before every later problem of $what', ({ build, chain }) => {
    const later = chain.slice(chain.indexOf(problem) + 1);
    expect(build(new Set([problem, ...later]))).toBe(problem);
    for (const other of later) expect([other, build(new Set([other, problem]))]).toEqual([other, problem]);
  });
});

test.each(chains)('the problems of $what are in the order of the list', ({ chain }) => {
  expect(problems.filter((problem) => chain.includes(problem))).toEqual(chain);
});

interface DocumentedRefusal {
  readonly problem: string | undefined;
  readonly decide: string | undefined;
  readonly file: string | undefined;
  readonly type: string | undefined;
  readonly status: number;
}

function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

/** The rows of the table below a heading of a page. */
function readRows(path: string, heading: string): string[] {
  const section = read(path)
    .split(/\n#+ /)
    .find((text) => text.startsWith(`${heading}\n`));
  return section?.split('\n').filter((line) => line.startsWith('| `')) ?? [];
}

function readDocumented(): DocumentedRefusal[] {
  return readRows('docs/design.md', 'Refusals, in order').map((row) => {
    const [problem, decide, file, type] = Array.from(row.matchAll(/`([^`]+)`/g), ([, code]) => code);
    return { problem, decide, file, type, status: Number(/\(?(\d{3})\)? *\|$/.exec(row)?.[1]) };
  });
}

test('docs/graphql.md lists the codes in the order of the problems', () => {
  const rows = readRows('docs/graphql.md', 'Refusals by the rules');
  expect(rows.map((row) => row.split('`')[1])).toEqual([...problems]);
});

describe('the table in docs/design.md', () => {
  const documented = readDocumented();

  test('has every problem, in the order of the code', () => {
    expect(documented.map(({ problem }) => problem)).toEqual([...problems]);
  });

  test.each(problems)('has the statuses, the type and the place of %s', (problem) => {
    const row = documented.find((one) => one.problem === problem);
    const userError = schema.getType('UserError');
    if (!isInterfaceType(userError)) throw new Error('The schema has no interface UserError.');
    const resolved = userError.resolveType?.({ refusal: { problem } }, {}, Object.create(null), userError);
    expect({ type: row?.type, status: row?.status }).toEqual({ type: resolved, status: statusOf[problem] });

    const [, body] = read(`src/${row?.file}`).split(`function ${row?.decide}(`);
    expect(body?.split('\n}\n')[0]).toContain(`problem: '${problem}'`);
  });
});
