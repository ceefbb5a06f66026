/** The cells of a request hold all that decides its effect, and under a key its fingerprint too. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromRequestCells, toRequestCells } from '../../src/db/answer/request-codec.ts';
import { changeSources } from '../../src/domain/change.ts';
import { fingerprintOf } from '../../src/domain/idempotency.ts';
import { identifierKinds } from '../../src/domain/identifier.ts';
import { restrictions } from '../../src/domain/sku.ts';
import { atomicities, type UpdateRequest } from '../../src/domain/update.ts';

const text = fc.string({ unit: 'binary', maxLength: 12 });
const textOrNull = fc.option(text, { nil: null });
const count = fc.nat({ max: 2_147_483_647 });
/** Absent in both ways: without the field, and with undefined. */
const optional = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });
const edit = fc.oneof(
  fc.record(
    {
      kind: fc.constant('SET' as const),
      quantityInStock: optional(count),
      quantityOnBackorder: optional(count),
      restrictions: optional(fc.option(fc.constantFrom(...restrictions), { nil: null })),
      backorderDate: optional(textOrNull),
    },
    { requiredKeys: ['kind'] },
  ),
  fc.record(
    {
      kind: fc.constant('ADJUST' as const),
      quantityInStock: optional(fc.integer()),
      quantityOnBackorder: optional(fc.integer()),
    },
    { requiredKeys: ['kind'] },
  ),
);
const row = fc.oneof(
  fc.record({ malformed: text }),
  fc.record(
    {
      identifier: fc.record({ kind: fc.constantFrom(...identifierKinds), value: text, gtin: textOrNull }),
      edit,
      expected: optional(
        fc.oneof(
          fc.record({ version: count, quantityInStock: optional(count) }, { requiredKeys: ['version'] }),
          fc.record(
            { version: optional(count), quantityInStock: count },
            { requiredKeys: ['quantityInStock'] },
          ),
        ),
      ),
      asOf: optional(text),
    },
    { requiredKeys: ['identifier', 'edit'] },
  ),
);
const request: fc.Arbitrary<UpdateRequest> = fc.record({
  supplierId: text,
  actor: text,
  source: fc.constantFrom(...changeSources),
  operation: text,
  rows: fc.array(row, { maxLength: 5 }),
  atomicity: fc.constantFrom(...atomicities),
  dryRun: fc.boolean(),
  idempotencyKey: textOrNull,
  reason: textOrNull,
  referenceDocumentUri: textOrNull,
  groupId: textOrNull,
});
const sent = (given: UpdateRequest) =>
  fromRequestCells(JSON.parse(JSON.stringify(toRequestCells(given))) as ReturnType<typeof toRequestCells>);

test('a request arrives as it was sent', () => {
  fc.assert(
    fc.property(request, (given) => {
      expect(sent(given)).toEqual(given);
    }),
  );
});

test('a request with a key has the same fingerprint on both sides', () => {
  fc.assert(
    fc.property(request, text, (given, idempotencyKey) => {
      const keyed = { ...given, idempotencyKey };
      expect(fingerprintOf(sent(keyed))).toBe(fingerprintOf(keyed));
    }),
  );
});
