/** The columns of a catalog file: what each cell may contain, and what it sets. */
import type { CatalogRow } from '../../domain/catalog.ts';
import {
  explainCode,
  MAX_IDENTIFIER_LENGTH,
  parseIdentifier,
  type CodeKind,
} from '../../domain/identifier.ts';
import { conditions, MAX_QUANTITY, restrictions } from '../../domain/sku.ts';
import { isDate, MAX_DATE, MIN_DATE } from '../../domain/text.ts';
import type { CsvRow } from '../csv/csv-scanner.ts';
import { quote, type Findings } from '../findings.ts';

/** The column that every file has. */
const SKU_ID = 'sku_id';
/** Longest title and item_id, in characters. */
const MAX_TEXT_LENGTH = 1_000;
/** A cell that clears its field. Word processors and spreadsheets make other dashes of a typed hyphen. */
const CLEAR = /^[\p{Pd}\u2212]$/u;
/** The word that lifts a restriction, as the hyphen does. */
const NO_RESTRICTION = 'none';

/** What a cell sets, or why it is refused. A warning accompanies an accepted value. Texts follow the column's name. */
type Reading = { readonly set: Partial<CatalogRow>; readonly warning?: string } | { readonly fault: string };
type ReadCell = (cell: string) => Reading;

interface Column {
  /** Reads a cell that is not empty. */
  readonly read: ReadCell;
  /** What a hyphen sets; the fields without it cannot be cleared. */
  readonly cleared?: Partial<CatalogRow>;
}

export interface Header {
  /** Cells in a row. */
  readonly width: number;
  readonly columns: readonly (Column & { readonly name: string; readonly index: number })[];
}

const columns: ReadonlyMap<string, Column> = new Map<string, Column>([
  [SKU_ID, { read: readSkuId }],
  [
    'item_id',
    { read: (cell) => readText(cell, MAX_TEXT_LENGTH, { itemId: cell }), cleared: { itemId: null } },
  ],
  ['title', { read: (cell) => readText(cell, MAX_TEXT_LENGTH, { title: cell }), cleared: { title: null } }],
  ['condition', { read: readCondition, cleared: { condition: null } }],
  ['upca', codeColumn('upca')],
  ['ean13', codeColumn('ean13')],
  ['gtin14', codeColumn('gtin14')],
  ['isbn', codeColumn('isbn')],
  ['quantity_in_stock', { read: (cell) => readQuantity(cell, 'quantityInStock') }],
  ['quantity_on_backorder', { read: (cell) => readQuantity(cell, 'quantityOnBackorder') }],
  ['restrictions', { read: readRestriction, cleared: { restrictions: null } }],
  ['backorder_date', { read: readBackorderDate, cleared: { backorderDate: null } }],
]);

/** Whether a cell of the header names a column that is read. */
export function isCatalogColumn(cell: string): boolean {
  return columns.has(nameOf(cell));
}

function nameOf(cell: string): string {
  return cell.trim().toLowerCase();
}

/** Finds the columns. Gives a sentence instead where the first row cannot be a header. */
export function readHeader(first: CsvRow | undefined, fault: string | null): Header | string {
  if (!first) return fault ?? 'The file is empty: name the columns in its first line.';
  const names = first.cells.map(nameOf);
  const seen = new Set<string>();
  for (const name of names) {
    if (name !== '' && seen.has(name)) return `line ${first.line}: two columns are named ${quote(name)}.`;
    seen.add(name);
  }
  if (!seen.has(SKU_ID)) {
    return `line ${first.line}: no column is named ${SKU_ID}: name the columns here, with commas, semicolons or tabs between them.`;
  }
  const found = names.flatMap((name, index) => {
    const column = columns.get(name);
    return column ? [{ ...column, name, index }] : [];
  });
  return { width: names.length, columns: found };
}

/** The good rows. What is wrong with the others goes into the findings. */
export function checkRows(header: Header, rows: readonly CsvRow[], findings: Findings): CatalogRow[] {
  return rows.flatMap(({ line, cells }) => {
    if (cells.length !== header.width) {
      findings.refuse(`line ${line}`, `The row has ${cells.length} cells and the header ${header.width}.`);
      return [];
    }
    const row: CatalogRow = { skuId: '' };
    const faults: string[] = [];
    const warnings: string[] = [];
    for (const column of header.columns) {
      const reading = readCell(column, (cells[column.index] ?? '').trim());
      if ('fault' in reading) faults.push(`${column.name} ${reading.fault}`);
      else Object.assign(row, reading.set);
      if ('warning' in reading) warnings.push(`${column.name} ${reading.warning}`);
    }
    for (const warning of warnings) if (faults.length === 0) findings.warn(`line ${line}`, warning);
    if (faults.length > 0) findings.refuse(`line ${line}`, faults.join(' '));
    return faults.length > 0 ? [] : [row];
  });
}

/** An empty cell leaves its field as it is: a file often lists only what changed. */
function readCell({ name, read, cleared }: Header['columns'][number], cell: string): Reading {
  if (/[\uFFFD\p{Cs}]/u.test(cell)) return { fault: 'is not UTF-8: save the file as UTF-8.' };
  if (cell.includes('\0')) return { fault: 'holds a NUL character: remove it.' };
  if (cell === '' && name !== SKU_ID) return { set: {} };
  return cleared && CLEAR.test(cell) ? { set: cleared } : read(cell);
}

function readText(cell: string, max: number, set: Partial<CatalogRow>): Reading {
  const length = cell.length > max ? Array.from(cell).length : cell.length;
  return length > max ? { fault: `has ${length} characters: give at most ${max}.` } : { set };
}

function readSkuId(cell: string): Reading {
  const skuId = parseIdentifier('skuId', cell).value;
  if (CLEAR.test(skuId))
    return { fault: `is ${quote(skuId)}: give the code by which the supplier knows the SKU.` };
  if (skuId === '') return { fault: 'is blank: give the code by which the supplier knows the SKU.' };
  return readText(skuId, MAX_IDENTIFIER_LENGTH, { skuId });
}

function codeColumn(kind: CodeKind): Column {
  return { read: (cell) => readCode(kind, cell), cleared: { [kind]: null } };
}

function readCode(kind: CodeKind, cell: string): Reading {
  const identifier = parseIdentifier(kind, cell);
  if (identifier.value === '') return { set: {} };
  const reading = readText(identifier.value, MAX_IDENTIFIER_LENGTH, { [kind]: identifier.value });
  if ('fault' in reading || identifier.gtin !== null) return reading;
  const reason = explainCode(identifier)?.reason;
  return { ...reading, warning: `${quote(identifier.value)} is found only as it is spelled. ${reason}` };
}

function readCondition(cell: string): Reading {
  const condition = conditions.find((known) => known === cell);
  if (condition !== undefined) return { set: { condition } };
  return { fault: `is ${quote(cell)}: give one of ${conditions.join(', ')}, or - to clear it.` };
}

function readRestriction(cell: string): Reading {
  const word = restrictions.find((known) => known === cell);
  if (word !== undefined) return { set: { restrictions: word } };
  if (cell === NO_RESTRICTION) return { set: { restrictions: null } };
  return {
    fault: `is ${quote(cell)}: give one of ${restrictions.join(', ')}, or ${NO_RESTRICTION} to lift it.`,
  };
}

function readBackorderDate(cell: string): Reading {
  if (isDate(cell)) return { set: { backorderDate: cell } };
  return {
    fault: `is ${quote(cell)}: give a date from ${MIN_DATE} to ${MAX_DATE}, such as 2026-11-30, or - to clear it.`,
  };
}

function readQuantity(cell: string, field: 'quantityInStock' | 'quantityOnBackorder'): Reading {
  if (/^\d+$/.test(cell) && Number(cell) <= MAX_QUANTITY) return { set: { [field]: Number(cell) } };
  return { fault: `is ${quote(cell)}: give a whole number from 0 to ${MAX_QUANTITY}, in digits alone.` };
}
