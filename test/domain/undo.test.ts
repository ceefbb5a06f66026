/** The updates of an undo: what they set, and that a retry of an older undo has the input that it had. */
import { expect, test } from 'vitest';
import type { InventoryChange } from '../../src/domain/change.ts';
import { fingerprintOf } from '../../src/domain/idempotency.ts';
import type { InventoryState } from '../../src/domain/sku.ts';
import { decideUndo } from '../../src/domain/undo.ts';
import { requestOf } from '../support/requests.ts';

const empty: InventoryState = {
  quantityInStock: 0,
  quantityOnBackorder: 0,
  restrictions: null,
  backorderDate: null,
};

/** The SKU's change to this version. */
function changeTo(version: number, before: Partial<InventoryState>, after: Partial<InventoryState>) {
  const change: InventoryChange = {
    supplierId: 'acme',
    skuId: 'A',
    position: version,
    version,
    before: { ...empty, ...before },
    after: { ...empty, ...after },
    source: 'GRAPHQL',
    actor: 'dashboard',
    reason: null,
    referenceDocumentUri: null,
    groupId: 'g',
    changedAt: '2026-11-01T09:30:00.000Z',
    asOf: null,
    previousPosition: null,
  };
  return change;
}

function undo(...changes: InventoryChange[]) {
  const decided = decideUndo({ by: 'groupId', id: 'g' }, changes);
  if ('refusal' in decided) throw new Error('The undo was refused.');
  return decided.rows;
}

test('an undo of changes that left the date alone has the same fingerprint as before SKUs had dates', () => {
  const rows = undo(changeTo(1, {}, { quantityInStock: 3 }), changeTo(2, { quantityInStock: 3 }, {}));
  const identifier = { kind: 'skuId', value: 'A', gtin: null } as const;
  const edit = { kind: 'SET', quantityInStock: 0, quantityOnBackorder: 0, restrictions: null } as const;
  const origin = { supplierId: 'acme', actor: 'dashboard', source: 'REVERT' } as const;
  expect(fingerprintOf(requestOf(origin, rows))).toBe(
    fingerprintOf(requestOf(origin, [{ identifier, edit, expected: { version: 2 } }])),
  );
});

test.each<[before: string | null, after: string | null]>([
  [null, '2026-11-30'],
  ['2026-11-30', null],
  ['2026-11-30', '2026-12-24'],
])('an undo of a date that went from %s to %s puts it back', (before, after) => {
  const rows = undo(
    changeTo(1, { backorderDate: before }, { backorderDate: '2027-01-15' }),
    changeTo(2, { backorderDate: '2027-01-15' }, { backorderDate: after }),
  );
  expect(rows).toMatchObject([{ edit: { backorderDate: before }, expected: { version: 2 } }]);
});
