/** Pastes a block of cells that a spreadsheet copied, as one call and one undo. */
import { MAX_BULK_ROWS } from '../../domain/update.ts';
import { notify } from '../state/notices.ts';
import { saveTogether, type RowEdit } from '../edit/bulk.ts';
import { presentValue } from '../edit/edits.ts';
import { need, rowCount, skuAt, untilCounted } from '../state/sku-pages.ts';
import { readValue } from '../state/fields.ts';
import { columns } from './columns.ts';
import type { Place } from './cursor.ts';

/** Then no call has more rows than the gateway takes. */
const MAX_CELLS = MAX_BULK_ROWS;

/** The cells of a block: rows end with a line break, cells with a tab; a cell in quotes may have both. Excel ends the last row too. */
function readBlock(text: string): string[][] {
  const rows: string[][] = [[]];
  const cell = /"((?:[^"]|"")*)"(?=[\t\r\n]|$)|([^\t\r\n]*)/y;
  for (let at = 0; at <= text.length;) {
    cell.lastIndex = at;
    const [whole = '', quoted, plain = ''] = cell.exec(text) ?? [];
    rows.at(-1)?.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    at += whole.length;
    const lineBreak = /^(?:\r\n|\r|\n)/.exec(text.slice(at, at + 2))?.[0];
    if (lineBreak !== undefined) {
      at += lineBreak.length;
      if (at >= text.length) break;
      rows.push([]);
    } else at += 1;
  }
  return rows;
}

/** Pastes over the cells from this one on. Says what is wrong, and changes nothing, if the block does not fit. */
export async function pasteBlock(text: string, { row, column }: Place): Promise<void> {
  if (text === '') return;
  const block = readBlock(text);
  const fault = await findFault(block, row, column);
  if (fault !== null) return notify({ text: fault, isFault: true });
  const edits = block.map((cells, i) => toEdit(cells, row + i, column));
  await saveTogether(
    edits.filter((edit) => edit !== null),
    `${block.length === 1 ? '1 row' : `${block.length.toLocaleString()} rows`} pasted`,
  );
}

async function findFault(block: readonly string[][], row: number, column: number): Promise<string | null> {
  const cells = block.reduce((sum, { length }) => sum + length, 0);
  if (cells > MAX_CELLS)
    return `${cells.toLocaleString()} cells are too many for one paste. Paste up to ${MAX_CELLS.toLocaleString()}, or import a file.`;
  const width = Math.max(...block.map(({ length }) => length));
  const target = columns.slice(column, column + width);
  const fixed = target.find(({ field }) => !field);
  if (fixed || target.length < width) {
    const name = fixed ? `the column ${fixed.name}` : 'columns that do not exist';
    return `The block would cover ${name}. Paste it into In stock, On backorder or Restriction.`;
  }
  await untilCounted();
  const rows = rowCount.value ?? 0;
  if (row + block.length > rows)
    return `The block has ${block.length} rows, and ${rows - row} SKUs follow. Nothing was changed.`;
  await need(row, row + block.length);
  for (const [i, line] of block.entries()) {
    if (!skuAt(row + i)) return 'The SKUs could not be read. Nothing was changed. Try again.';
    for (const [j, cell] of line.entries()) {
      const { field, name } = target[j] ?? {};
      if (field && cell.trim() !== '' && readValue(field, cell) === undefined)
        return `Row ${i + 1} of the block: "${cell.slice(0, 40)}" is no value of ${name}. Nothing was changed.`;
    }
  }
  return null;
}

/** An empty cell leaves the value as it is. Null if the row has nothing else. */
function toEdit(cells: readonly string[], row: number, column: number): RowEdit | null {
  const seen = skuAt(row);
  if (!seen) return null;
  const values: RowEdit['values'] = {};
  cells.forEach((cell, j) => {
    const field = columns[column + j]?.field;
    if (!field || cell.trim() === '') return;
    const value = readValue(field, cell);
    if (value !== undefined && value !== presentValue(seen, field)) Object.assign(values, { [field]: value });
  });
  return Object.keys(values).length > 0 ? { seen, values } : null;
}
