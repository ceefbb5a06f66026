/** The header of an inventory file: finds its columns, and says what a name that is not read may mean. */
import { nearestNames } from '../../domain/text.ts';
import { cellReaders, type ReadCell } from './inventory-cells.ts';
import { unescapeFormula } from '../csv/formula-escape.ts';
import { plain, quote } from '../findings.ts';
import { isRejectedColumn } from './rejected-rows.ts';
import { FileFault, type Cell, type Row } from '../row.ts';

type Name = keyof typeof cellReaders;

/** One of these names the SKU. */
export const identifierNames: readonly Name[] = ['sku_id', 'upca', 'ean13', 'gtin14', 'isbn'];
/** A file without any of these would change nothing. */
const settableNames: readonly Name[] = [
  'quantity_in_stock',
  'quantity_on_backorder',
  'backorder_date',
  'restrictions',
];
/** As many as a workbook may have. Each rejected row is written with all of them, however short it is. */
const MAX_COLUMNS = 1_024;
/** So many names that are not read are compared with those that are. */
const MAX_COMPARED = 64;
/** The beginning of a name that is enough to know it: `ean` for `ean13`. */
const MIN_BEGINNING = 3;

export interface InventoryHeader {
  /** Cells in the header. */
  readonly width: number;
  readonly columns: readonly { readonly name: Name; readonly index: number; readonly read: ReadCell }[];
  /** Columns that are not read, by the beginnings of their names. */
  readonly ignored: readonly string[];
  /** What some of them may mean: sentences such as `Do you mean sku_id by "skuid_"?`. */
  readonly hints: readonly string[];
}

const NO_SKU = `no column names the SKU. Give the first row the names of the columns, one of them ${listed(identifierNames)}.`;
const NOTHING_SET = `no column sets anything. Add one of ${listed(settableNames)}.`;

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
      if (text !== '' && !isRejectedColumn(text)) ignored.push(plain(text));
      continue;
    }
    if (columns.some((column) => column.name === name))
      throw new FileFault(`line ${line}: two columns are named ${name}. Rename or remove one of them.`);
    columns.push({ name, index, read: cellReaders[name] });
  }
  const has = (names: readonly Name[]) => columns.some(({ name }) => names.includes(name));
  const hints = ignored.slice(0, MAX_COMPARED).flatMap((text) => {
    const meant = nameLike(text);
    return meant === undefined || has([meant]) ? [] : [`Do you mean ${meant} by ${quote(text)}?`];
  });
  const fault = has(identifierNames) ? (has(settableNames) ? null : NOTHING_SET) : NO_SKU;
  if (fault !== null) {
    const isBroken = cells.some((cell) => textOf(cell).includes('\0'));
    const advice = isBroken ? ['Save the file as UTF-8.'] : hints;
    throw new FileFault([`line ${line}: ${fault}`, ...advice].join(' '));
  }
  return { width: cells.length, columns, ignored, hints };
}

/** The name that a mistyped or shortened one may stand for. */
function nameLike(text: string): Name | undefined {
  const key = keyOf(text).replace(/^qty/, 'quantity');
  const known = Array.from(keys.keys());
  const begun = key.length < MIN_BEGINNING ? undefined : known.find((other) => other.startsWith(key));
  return keys.get(begun ?? nearestNames(key, known)[0] ?? '');
}

export function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text;
}

/** `a, b or c` */
export function listed(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}
