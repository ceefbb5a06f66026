/** The columns of an inventory file: finds them in its header, and reads its rows. */
import {
  cellReaders,
  type InventoryValues,
  type MutableValues,
  type ReadCell,
  type RowFaultCode,
  type ValueFault,
} from './inventory-cells.ts';
import type { Identifier } from '../../domain/identifier.ts';
import { unescapeFormula } from '../csv/formula-escape.ts';
import { isRejectedColumn } from './rejected-rows.ts';
import { FileFault, type Cell, type Row } from '../row.ts';

type Name = keyof typeof cellReaders;

/** One of these names the SKU. */
const identifierNames: readonly Name[] = ['sku_id', 'upca', 'ean13', 'gtin14', 'isbn'];
/** A file without any of these would change nothing. */
const settableNames: readonly Name[] = [
  'quantity_in_stock',
  'quantity_on_backorder',
  'backorder_date',
  'restrictions',
];
/** The documented sample has rows under its header that say how needed each column is, and of which type. */
const ANNOTATION =
  /^(?:required|dependent|preferred|desired|optional|string|text|integer|int|number|decimal|float|boolean|date|datetime)(?:\s*\(.*\))?$/i;
const MAX_ANNOTATIONS = 3;
/** As many as a workbook may have. Each rejected row is written with all of them, however short it is. */
const MAX_COLUMNS = 1_024;

export interface InventoryHeader {
  /** Cells in the header. */
  readonly width: number;
  readonly columns: readonly { readonly name: Name; readonly index: number; readonly read: ReadCell }[];
  /** Columns that are not read, as the file spells them. */
  readonly ignored: readonly string[];
}

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

const keys: ReadonlyMap<string, Name> = new Map(
  (Object.keys(cellReaders) as Name[]).map((name) => [keyOf(name), name]),
);

/** A column's name without what people spell in different ways: `SKU ID`, `sku_id` and `Sku-Id` are one. */
function keyOf(name: string): string {
  return unescapeFormula(name)
    .replace(/[\s_-]/g, '')
    .toLowerCase();
}

/** Whether a cell of the header names a column that is read. */
export function isInventoryColumn(cell: string): boolean {
  return keys.has(keyOf(cell));
}

/** The row up to its last cell with text. A spreadsheet may write thousands of delimiters behind the last column. */
export function withoutBlankEnd({ line, cells }: Row): Row {
  return { line, cells: cells.slice(0, 1 + cells.findLastIndex((cell) => textOf(cell).trim() !== '')) };
}

/** Finds the columns in the file's first row that is not blank. Throws a FileFault where that is no header. */
export function readInventoryHeader({ line, cells }: Row): InventoryHeader {
  if (cells.length > MAX_COLUMNS)
    throw new FileFault(
      `line ${line}: the header has ${cells.length} columns, and a file may have ${MAX_COLUMNS}. Remove those that are not read.`,
    );
  const columns: InventoryHeader['columns'][number][] = [];
  const ignored: string[] = [];
  for (const [index, cell] of cells.entries()) {
    const text = textOf(cell).trim();
    const name = keys.get(keyOf(text));
    if (name === undefined) {
      if (text !== '' && !isRejectedColumn(text)) ignored.push(text);
      continue;
    }
    if (columns.some((column) => column.name === name))
      throw new FileFault(`line ${line}: two columns are named ${name}. Rename or remove one of them.`);
    columns.push({ name, index, read: cellReaders[name] });
  }
  const has = (names: readonly Name[]) => columns.some(({ name }) => names.includes(name));
  if (!has(identifierNames)) {
    const hint = cells.some((cell) => textOf(cell).includes('\0')) ? ' Save the file as UTF-8.' : '';
    throw new FileFault(
      `line ${line}: no column names the SKU. Give the first row the names of the columns, one of them ${listed(identifierNames)}.${hint}`,
    );
  }
  if (!has(settableNames))
    throw new FileFault(`line ${line}: no column sets anything. Add one of ${listed(settableNames)}.`);
  return { width: cells.length, columns, ignored };
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
  const reason = faults.map(({ name, text }) => `${name} ${text}`).join(' ');
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

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text;
}

/** `a, b or c` */
function listed(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}
