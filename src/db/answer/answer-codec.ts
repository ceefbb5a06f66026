/** Writes answers as compact JSON text, for other threads and for the store. Values that many results share are written once. */
import type { RowResult, UpdateAnswer } from '../../domain/update.ts';
import {
  createTables,
  readTables,
  type AnswerTables,
  type ChangeCells,
  type Place,
  type ReadTables,
  type TableCells,
} from './answer-tables.ts';
import { readRefusal, toRefusalCells, type RefusalCells } from './refusal-codec.ts';

/**
 * The version of the text's form. It is the text's first cell. Stores keep texts for days, so a new form needs a new number, and
 * `readAnswer` must still read this one. Form 1 lacks the last cells of SKUs and changes: their backorder dates.
 */
const FORM = 2;
const KNOWN_FORMS: readonly unknown[] = [1, FORM];

type ResultCells =
  ['APPLIED' | 'DRY_RUN', Place, ...ChangeCells] | ['UNCHANGED', Place] | ['REJECTED', ...RefusalCells];
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

function toResultCells(tables: AnswerTables, result: RowResult): ResultCells {
  switch (result.outcome) {
    case 'APPLIED':
    case 'DRY_RUN':
      return [result.outcome, tables.sku(result.sku), ...tables.change(result.change)];
    case 'UNCHANGED':
      return [result.outcome, tables.sku(result.sku)];
    case 'REJECTED':
      return [result.outcome, ...toRefusalCells(tables, result.refusal)];
  }
}

function readResult(tables: ReadTables, cells: ResultCells): RowResult {
  switch (cells[0]) {
    case 'APPLIED':
    case 'DRY_RUN': {
      const [outcome, place, ...change] = cells;
      const sku = tables.sku(place);
      return { outcome, sku, change: tables.change(sku, change) };
    }
    case 'UNCHANGED':
      return { outcome: cells[0], sku: tables.sku(cells[1]) };
    case 'REJECTED': {
      const [outcome, ...refusal] = cells;
      return { outcome, refusal: readRefusal(tables, refusal) };
    }
  }
}
