/** The columns of a catalog's file: what each cell may hold, and what it sets. */
import type { CatalogRow } from '../domain/catalog.ts';
import { explainCode, MAX_IDENTIFIER_LENGTH, parseIdentifier, type CodeKind } from '../domain/identifier.ts';
import { conditions, MAX_QUANTITY, restrictions } from '../domain/sku.ts';
import type { CsvRow } from './csv.ts';
import { quote, type Findings } from './findings.ts';

/** Longest title and item_id, in characters. */
const MAX_TEXT_LENGTH = 1_000;

/** What a cell sets, or why it is bad; a warning is for one that goes in all the same. Both follow the column's name. */
type Reading = { readonly set: Partial<CatalogRow>; readonly warning?: string } | { readonly fault: string };
type ReadCell = (cell: string) => Reading;

export interface Header {
  /** Cells in a row. */
  readonly width: number;
  readonly columns: readonly { readonly name: string; readonly index: number; readonly read: ReadCell }[];
}

const readers: ReadonlyMap<string, ReadCell> = new Map<string, ReadCell>([
  ['sku_id', readSkuId],
  ['item_id', (cell) => readText(cell, MAX_TEXT_LENGTH, (itemId) => ({ itemId }))],
  ['title', (cell) => readText(cell, MAX_TEXT_LENGTH, (title) => ({ title }))],
  ['condition', (cell) => readWord(cell, conditions, (condition) => ({ condition }))],
  ['upca', (cell) => readCode('upca', cell, (upca) => ({ upca }))],
  ['ean13', (cell) => readCode('ean13', cell, (ean13) => ({ ean13 }))],
  ['gtin14', (cell) => readCode('gtin14', cell, (gtin14) => ({ gtin14 }))],
  ['isbn', (cell) => readCode('isbn', cell, (isbn) => ({ isbn }))],
  ['quantity_in_stock', (cell) => readQuantity(cell, (quantityInStock) => ({ quantityInStock }))],
  ['quantity_on_backorder', (cell) => readQuantity(cell, (quantityOnBackorder) => ({ quantityOnBackorder }))],
  ['restrictions', (cell) => readWord(cell, restrictions, (word) => ({ restrictions: word }))],
]);

/** Finds the columns; a string says why that cannot be done. */
export function readHeader(first: CsvRow | undefined, fault: string | null): Header | string {
  if (!first) return fault ?? 'The file is empty: name the columns in its first line.';
  const names = first.cells.map((cell) => cell.trim().toLowerCase());
  const seen = new Set<string>();
  for (const name of names) {
    if (name !== '' && seen.has(name)) return `line ${first.line}: two columns are named ${quote(name)}.`;
    seen.add(name);
  }
  if (!seen.has('sku_id')) {
    return `line ${first.line}: no column is named sku_id: name the columns here, with commas between them.`;
  }
  const columns = names.flatMap((name, index) => {
    const read = readers.get(name);
    return read ? [{ name, index, read }] : [];
  });
  return { width: names.length, columns };
}

/** The good rows; what is wrong with the others goes into the findings. */
export function readRows(header: Header, rows: readonly CsvRow[], findings: Findings): CatalogRow[] {
  return rows.flatMap(({ line, cells }) => {
    if (cells.length !== header.width) {
      findings.refuse(line, `The row has ${cells.length} cells and the header ${header.width}.`);
      return [];
    }
    const row: CatalogRow = { skuId: '' };
    const faults: string[] = [];
    const warnings: string[] = [];
    for (const { name, index, read } of header.columns) {
      const cell = (cells[index] ?? '').trim();
      const reading = readUnreadable(cell) ?? read(cell);
      if ('fault' in reading) faults.push(`${name} ${reading.fault}`);
      else Object.assign(row, reading.set);
      if ('warning' in reading) warnings.push(`${name} ${reading.warning}`);
    }
    for (const warning of warnings) if (faults.length === 0) findings.warn(line, warning);
    if (faults.length > 0) findings.refuse(line, faults.join(' '));
    return faults.length > 0 ? [] : [row];
  });
}

function readUnreadable(cell: string): Reading | null {
  if (/[\uFFFD\p{Cs}]/u.test(cell)) return { fault: 'is not UTF-8: save the file as UTF-8.' };
  return cell.includes('\0') ? { fault: 'holds a NUL character: remove it.' } : null;
}

function readText(cell: string, max: number, set: (text: string | null) => Partial<CatalogRow>): Reading {
  const length = cell.length > max ? Array.from(cell).length : cell.length;
  if (length > max) return { fault: `has ${length} characters: give at most ${max}.` };
  return { set: set(cell === '' ? null : cell) };
}

function readSkuId(cell: string): Reading {
  const skuId = parseIdentifier('skuId', cell).value;
  if (skuId === '') return { fault: 'is blank: give the code by which the supplier knows the SKU.' };
  return readText(skuId, MAX_IDENTIFIER_LENGTH, () => ({ skuId }));
}

function readCode(kind: CodeKind, cell: string, set: (code: string | null) => Partial<CatalogRow>): Reading {
  const identifier = parseIdentifier(kind, cell);
  const reading = readText(identifier.value, MAX_IDENTIFIER_LENGTH, set);
  if ('fault' in reading || identifier.value === '' || identifier.gtin !== null) return reading;
  const reason = explainCode(identifier)?.reason;
  return { ...reading, warning: `${quote(identifier.value)} is found only as it is spelled. ${reason}` };
}

function readWord<T extends string>(
  cell: string,
  words: readonly T[],
  set: (word: T | null) => Partial<CatalogRow>,
): Reading {
  const word = words.find((known) => known === cell);
  if (word !== undefined || cell === '') return { set: set(word ?? null) };
  return { fault: `is ${quote(cell)}: give one of ${words.join(', ')}, or nothing.` };
}

function readQuantity(cell: string, set: (quantity: number) => Partial<CatalogRow>): Reading {
  if (cell === '') return { set: {} };
  if (/^\d+$/.test(cell) && Number(cell) <= MAX_QUANTITY) return { set: set(Number(cell)) };
  return { fault: `is ${quote(cell)}: give a whole number from 0 to ${MAX_QUANTITY}, in digits alone.` };
}
