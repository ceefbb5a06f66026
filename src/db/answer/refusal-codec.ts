/** Writes and reads refusals as cells of an answer's text: the problem, then its details. */
import type { Identifier } from '../../domain/identifier.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { ChangeCells, Place } from './answer-cells.ts';
import type { AnswerTables } from './answer-tables.ts';
import type { ReadTables } from './read-tables.ts';

type IdentifierCells = [kind: Identifier['kind'], value: Place, gtin: Place | null];
type Optional = number | null;
type Adjusted = Extract<Refusal, { delta: number }>;

/** A refusal's cells. Stores keep them, so a change of them needs a new form (answer-codec.ts). */
export type RefusalCells =
  | ['IDEMPOTENCY_KEY_REUSED' | 'ROLLED_BACK']
  | ['BAD_USER_INPUT', Place]
  | ['AS_OF_IN_FUTURE', asOf: Place, now: Place]
  | ['CHANGE_NOT_FOUND', 'changeIds' | 'groupId', string]
  | ['INVALID_IDENTIFIER', IdentifierCells, reason: Place, expectedCheckDigit: string | null]
  | ['SKU_NOT_FOUND', IdentifierCells]
  | ['AMBIGUOUS_IDENTIFIER', IdentifierCells, candidateCount: number, candidates: Place[]]
  | ['PRECONDITION_FAILED', version: Optional, quantityInStock: Optional, Place, ChangeCells | null]
  | [Adjusted['problem'], Adjusted['field'], delta: number, current: Place];

/** The refusal's cells. Adds its texts and SKUs to the tables. */
export function toRefusalCells(tables: AnswerTables, refusal: Refusal): RefusalCells {
  const { problem } = refusal;
  switch (problem) {
    case 'IDEMPOTENCY_KEY_REUSED':
    case 'ROLLED_BACK':
      return [problem];
    case 'BAD_USER_INPUT':
      return [problem, tables.word(refusal.explanation)];
    case 'AS_OF_IN_FUTURE':
      return [problem, tables.word(refusal.asOf), tables.word(refusal.now)];
    case 'CHANGE_NOT_FOUND':
      return [problem, refusal.by, refusal.id];
    case 'INVALID_IDENTIFIER': {
      const { reason, expectedCheckDigit } = refusal.fault;
      return [
        problem,
        toIdentifierCells(tables, refusal.identifier),
        tables.word(reason),
        expectedCheckDigit,
      ];
    }
    case 'SKU_NOT_FOUND':
      return [problem, toIdentifierCells(tables, refusal.identifier)];
    case 'AMBIGUOUS_IDENTIFIER': {
      const { identifier, candidateCount, candidates } = refusal;
      return [problem, toIdentifierCells(tables, identifier), candidateCount, candidates.map(tables.sku)];
    }
    case 'PRECONDITION_FAILED': {
      const { expected, current, lastChange } = refusal;
      const { version = null, quantityInStock = null } = expected;
      return [
        problem,
        version,
        quantityInStock,
        tables.sku(current),
        lastChange && tables.change(lastChange),
      ];
    }
    case 'QUANTITY_BELOW_ZERO':
    case 'QUANTITY_TOO_LARGE':
      return [problem, refusal.field, refusal.delta, tables.sku(refusal.current)];
  }
}

/** Reads the cells of `toRefusalCells`. Throws if the tables lack a place that the cells refer to. */
export function readRefusal(tables: ReadTables, cells: RefusalCells): Refusal {
  switch (cells[0]) {
    case 'IDEMPOTENCY_KEY_REUSED':
    case 'ROLLED_BACK':
      return { problem: cells[0] };
    case 'BAD_USER_INPUT':
      return { problem: cells[0], explanation: tables.word(cells[1]) };
    case 'AS_OF_IN_FUTURE':
      return { problem: cells[0], asOf: tables.word(cells[1]), now: tables.word(cells[2]) };
    case 'CHANGE_NOT_FOUND':
      return { problem: cells[0], by: cells[1], id: cells[2] };
    case 'INVALID_IDENTIFIER': {
      const [problem, identifier, reason, expectedCheckDigit] = cells;
      const fault = { reason: tables.word(reason), expectedCheckDigit };
      return { problem, identifier: readIdentifier(tables, identifier), fault };
    }
    case 'SKU_NOT_FOUND':
      return { problem: cells[0], identifier: readIdentifier(tables, cells[1]) };
    case 'AMBIGUOUS_IDENTIFIER': {
      const [problem, identifier, candidateCount, places] = cells;
      const candidates = places.map(tables.sku);
      return { problem, identifier: readIdentifier(tables, identifier), candidateCount, candidates };
    }
    case 'PRECONDITION_FAILED': {
      const [problem, version, quantityInStock, place, change] = cells;
      const expected = {
        ...(version !== null && { version }),
        ...(quantityInStock !== null && { quantityInStock }),
      };
      const current = tables.sku(place);
      return { problem, expected, current, lastChange: change && tables.change(current, change) };
    }
    case 'QUANTITY_BELOW_ZERO':
    case 'QUANTITY_TOO_LARGE': {
      const [problem, field, delta, current] = cells;
      return { problem, field, delta, current: tables.sku(current) };
    }
  }
}

function toIdentifierCells(tables: AnswerTables, { kind, value, gtin }: Identifier): IdentifierCells {
  return [kind, tables.word(value), gtin === null ? null : tables.word(gtin)];
}

function readIdentifier(tables: ReadTables, [kind, value, gtin]: IdentifierCells): Identifier {
  return { kind, value: tables.word(value), gtin: gtin === null ? null : tables.word(gtin) };
}
