/** Writes answers as compact JSON text, for other threads and for the store. Values that many results share are written once. */
import type { StateField } from '../../domain/sku.ts';
import type { RowResult, StaleField, UpdateAnswer } from '../../domain/update.ts';
import type { ChangeCells, Place, TableCells } from './answer-cells.ts';
import { createTables, type AnswerTables } from './answer-tables.ts';
import { readTables, type ReadTables } from './read-tables.ts';
import { readRefusal, toRefusalCells, type RefusalCells } from './refusal-codec.ts';

/**
 * The version of the text's form. It is the text's first cell. Stores keep texts for days, so a new form needs a new number, and
 * `readAnswer` must still read this one. Form 1 lacks the backorder dates of SKUs and changes, and
 * forms 1 and 2 lack their as-of times and stale fields. All are last cells.
 */
const FORM = 3;
const KNOWN_FORMS: readonly unknown[] = [1, 2, FORM];

/** The number of cells of a change, in this form. */
const CHANGE_LENGTH = 14;
type StaleCells = [field: StateField, asOf: Place, storedAsOf: Place][];
type ResultCells =
  | ['APPLIED' | 'DRY_RUN', Place, ...ChangeCells, stale?: StaleCells]
  | ['UNCHANGED', Place, stale?: StaleCells]
  | ['STALE_IGNORED', Place, StaleCells, newerChange: ChangeCells | null]
  | ['REJECTED', ...RefusalCells];
type AnswerCells = [
  form: number,
  replayed: boolean,
  groupId: string | null,
  refusal: RefusalCells | null,
  results: ResultCells[],
  ...tables: TableCells,
];

/** The answer as JSON text. Throws a RangeError if the text would be longer than V8's longest string, some 500 million characters. */
export function writeAnswer({ replayed, refusal, results, groupId }: UpdateAnswer): string {
  const tables = createTables();
  const resultCells = results.map((result) => toResultCells(tables, result));
  const refusalCells = refusal && toRefusalCells(tables, refusal);
  const cells: AnswerCells = [FORM, replayed, groupId, refusalCells, resultCells, ...tables.cells];
  return JSON.stringify(cells);
}

/** Reads the parsed JSON of `writeAnswer`. Results that share a SKU get the same object. Throws if the form is unknown. */
export function readAnswer(parsed: unknown): UpdateAnswer {
  if (!Array.isArray(parsed) || !KNOWN_FORMS.includes(parsed[0]))
    throw new Error('The answer has an unknown form.');
  // Only `writeAnswer` writes these forms.
  const [, replayed, groupId, refusal, results, ...cells] = parsed as AnswerCells;
  const tables = readTables(cells);
  return {
    replayed,
    refusal: refusal && readRefusal(tables, refusal),
    results: results.map((result) => readResult(tables, result)),
    groupId,
  };
}

/** An answer, and the number of the call that it answers. */
export type NumberedAnswer = readonly [id: number, answer: UpdateAnswer];

/**
 * Answers as JSON text for another thread. It has no version, because it is never stored. What answers have in common is written
 * once for all of them. Throws as `writeAnswer` does.
 */
export function writeAnswers(answers: readonly NumberedAnswer[]): string {
  const tables = createTables();
  const cells = answers.map(([id, { replayed, refusal, results, groupId }]) => [
    id,
    replayed,
    groupId,
    refusal && toRefusalCells(tables, refusal),
    results.map((result) => toResultCells(tables, result)),
  ]);
  return JSON.stringify([cells, ...tables.cells]);
}

/** Reads the parsed JSON of `writeAnswers`: a function for each answer, which throws if that answer cannot be read. */
export function readAnswers(parsed: unknown): (readonly [id: number, read: () => UpdateAnswer])[] {
  // Only `writeAnswers` wrote it.
  const [answers, ...cells] = parsed as [
    [number, boolean, string | null, RefusalCells | null, ResultCells[]][],
    ...TableCells,
  ];
  const tables = readTables(cells);
  return answers.map(([id, replayed, groupId, refusal, results]) => [
    id,
    () => ({
      replayed,
      refusal: refusal && readRefusal(tables, refusal),
      results: results.map((result) => readResult(tables, result)),
      groupId,
    }),
  ]);
}

function toResultCells(tables: AnswerTables, result: RowResult): ResultCells {
  switch (result.outcome) {
    case 'APPLIED':
    case 'DRY_RUN':
      return [
        result.outcome,
        tables.sku(result.sku),
        ...tables.change(result.change),
        ...toStaleCells(tables, result.staleFields),
      ];
    case 'UNCHANGED':
      return [result.outcome, tables.sku(result.sku), ...toStaleCells(tables, result.staleFields)];
    case 'STALE_IGNORED': {
      const { outcome, sku, staleFields, newerChange } = result;
      const [stale = []] = toStaleCells(tables, staleFields);
      return [outcome, tables.sku(sku), stale, newerChange && tables.change(newerChange)];
    }
    case 'REJECTED':
      return [result.outcome, ...toRefusalCells(tables, result.refusal)];
  }
}

function readResult(tables: ReadTables, cells: ResultCells): RowResult {
  switch (cells[0]) {
    case 'APPLIED':
    case 'DRY_RUN': {
      const [outcome, place, ...rest] = cells;
      const sku = tables.sku(place);
      const stale = rest[CHANGE_LENGTH];
      // The cells after the change are not read by it.
      const change = tables.change(sku, rest as unknown as ChangeCells);
      return { outcome, sku, change, ...readStale(tables, stale) };
    }
    case 'UNCHANGED':
      return { outcome: cells[0], sku: tables.sku(cells[1]), ...readStale(tables, cells[2]) };
    case 'STALE_IGNORED': {
      const [outcome, place, stale, change] = cells;
      const sku = tables.sku(place);
      const { staleFields = [] } = readStale(tables, stale);
      return { outcome, sku, staleFields, newerChange: change && tables.change(sku, change) };
    }
    case 'REJECTED': {
      const [outcome, ...refusal] = cells;
      return { outcome, refusal: readRefusal(tables, refusal) };
    }
  }
}

/** One cell, or none if no field is stale. */
function toStaleCells(tables: AnswerTables, fields: readonly StaleField[] = []): [StaleCells?] {
  if (fields.length === 0) return [];
  return [fields.map(({ field, asOf, storedAsOf }) => [field, tables.word(asOf), tables.word(storedAsOf)])];
}

function readStale(tables: ReadTables, cells: StaleCells | undefined): { staleFields?: StaleField[] } {
  if (!cells) return {};
  const staleFields = cells.map(([field, asOf, storedAsOf]) => ({
    field,
    asOf: tables.word(asOf),
    storedAsOf: tables.word(storedAsOf),
  }));
  return { staleFields };
}
