/** Answers as compact JSON text, for threads and for the store: what many results share is written once. */
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
 * The form of the text, its first cell. Texts are kept in stores for days: another form needs another number, and `readAnswer`
 * must go on reading this one.
 */
const FORM = 1;

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

/** Throws RangeError when the text would be longer than V8's longest string. */
export function writeAnswer({ replayed, refusal, results, groupId }: UpdateAnswer): string {
  const tables = createTables();
  const resultCells = results.map((result) => toResultCells(tables, result));
  const refusalCells = refusal && toRefusalCells(tables, refusal);
  const cells: AnswerCells = [FORM, replayed, groupId, refusalCells, resultCells, ...tables.cells];
  return JSON.stringify(cells);
}

/** Reads what `writeAnswer` wrote, once parsed as JSON. SKUs that results share are one object. Throws when it has another form. */
export function readAnswer(parsed: unknown): UpdateAnswer {
  if (!Array.isArray(parsed) || parsed[0] !== FORM) throw new Error('The answer has an unknown form.');
  // Only `writeAnswer` writes this form.
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
