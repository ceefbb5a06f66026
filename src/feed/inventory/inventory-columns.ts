/** The rows of an inventory file: reads their cells by the columns of its header. */
import type {
  InventoryValues,
  MutableValues,
  ReadCell,
  RowFaultCode,
  ValueFault,
} from './inventory-cells.ts';
import type { Identifier } from '../../domain/identifier.ts';
import { unescapeFormula } from '../csv/formula-escape.ts';
import { identifierNames, listed, textOf, type InventoryHeader } from './inventory-header.ts';
import type { Row } from '../row.ts';

/** The documented sample has rows under its header that say how needed each column is, and of which type. */
const ANNOTATION =
  /^(?:required|dependent|preferred|desired|optional|string|text|integer|int|number|decimal|float|boolean|date|datetime)(?:\s*\(.*\))?$/i;
const MAX_ANNOTATIONS = 3;

/** What a row sets; or why it is rejected, in one or more sentences. */
export type InventoryRow =
  | { readonly line: number; readonly values: InventoryValues }
  | {
      readonly line: number;
      readonly code: RowFaultCode;
      readonly reason: string;
      /** Those that could be read. */
      readonly identifiers: readonly Identifier[];
    };

export interface RowOptions {
  /** Whether a row may end before the header does. A spreadsheet's may. In CSV it is a sign that something is lost. */
  readonly mayBeShort: boolean;
}

/** A function that reads the rows after the header, in order. It gives null for a blank row and for an annotation. */
export function createRowReader(
  header: InventoryHeader,
  { mayBeShort }: RowOptions,
): (row: Row) => InventoryRow | null {
  let rowsLeft = MAX_ANNOTATIONS;
  return (row) => {
    if (isBlank(row)) return null;
    if (rowsLeft > 0 && isAnnotation(row)) {
      rowsLeft -= 1;
      return null;
    }
    rowsLeft = 0;
    return readRow(header, row, mayBeShort);
  };
}

export function isBlank({ cells }: Row): boolean {
  return cells.every((cell) => typeof cell === 'string' && cell.trim() === '');
}

/** A row of data has a number somewhere, or it sets nothing. */
function isAnnotation({ cells }: Row): boolean {
  return cells.every((cell) => {
    const text = textOf(cell).trim();
    return text === '' || ANNOTATION.test(text);
  });
}

function readRow(header: InventoryHeader, row: Row, mayBeShort: boolean): InventoryRow {
  const { line, cells } = row;
  const isShort = cells.length < header.width && !mayBeShort;
  if (isShort || hasSurplus(header, row)) {
    const reason = `The row has ${cells.length} cells and the header ${header.width}. Put cells that hold a delimiter in quotes.`;
    return { line, code: 'BAD_USER_INPUT', reason, identifiers: [] };
  }
  const values: MutableValues = { identifiers: [] };
  const faults: (ValueFault & { readonly name: string })[] = [];
  for (const { name, index, read } of header.columns) {
    const cell = cells[index] ?? '';
    const fault = typeof cell === 'string' ? readCell(read, cell, values) : faultOf(cell.fault);
    if (fault) faults.push({ ...fault, name });
  }
  if (faults.length === 0) return checkWhole(line, values);
  const code = faults.every((fault) => fault.code === 'INVALID_IDENTIFIER')
    ? 'INVALID_IDENTIFIER'
    : 'BAD_USER_INPUT';
  const texts = faults.map(({ name, text }) => `${name} ${text}`);
  const [named] = values.identifiers;
  if (code === 'INVALID_IDENTIFIER' && named)
    texts.push(`Or empty the cell: the row's ${named.kind === 'skuId' ? 'sku_id' : named.kind} is enough.`);
  const reason = texts.join(' ');
  return { line, code, reason, identifiers: values.identifiers };
}

/** An empty cell leaves its field as it is: a file often lists only what changed. */
function readCell(read: ReadCell, cell: string, values: MutableValues): ValueFault | null {
  const text = unescapeFormula(cell).trim();
  return text === '' ? null : read(text, values);
}

function faultOf(text: string): ValueFault {
  return { code: 'BAD_USER_INPUT', text };
}

function checkWhole(line: number, values: InventoryValues): InventoryRow {
  if (values.identifiers.length === 0)
    return {
      line,
      code: 'BAD_USER_INPUT',
      reason: `The row names no SKU. Give ${listed(identifierNames)}.`,
      identifiers: [],
    };
  return { line, values };
}

/** Delimiters at the end of a row are no cells more. */
function hasSurplus({ width }: InventoryHeader, { cells }: Row): boolean {
  return cells.length > width && cells.slice(width).some((cell) => textOf(cell).trim() !== '');
}
