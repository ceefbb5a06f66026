/** The keyboard of the grid, as the data grid of the WAI-ARIA Authoring Practices has it. */
import { active, beginEditing, type Place } from './cursor.ts';
import { undoLast } from '../edit/undo.ts';
import { columns, LAST_CHANGE } from './columns.ts';
import { dropEdit, edits, nameOf } from '../edit/edits.ts';
import { openHistory } from '../state/history.ts';
import { skuAt } from '../state/sku-pages.ts';

/** Where a key leads. `pageRows` is the number of rows that fit the window. */
export function placeAfter(
  { key, ctrlKey, metaKey }: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey'>,
  { row, column }: Place,
  rows: number,
  pageRows: number,
): Place | null {
  const isFar = ctrlKey || metaKey;
  const lastRow = Math.max(0, rows - 1);
  const lastColumn = columns.length - 1;
  const at = (toRow: number, toColumn: number): Place => ({
    row: Math.min(Math.max(toRow, 0), lastRow),
    column: Math.min(Math.max(toColumn, 0), lastColumn),
  });
  switch (key) {
    case 'ArrowUp':
      return isFar ? at(0, column) : at(row - 1, column);
    case 'ArrowDown':
      return isFar ? at(lastRow, column) : at(row + 1, column);
    case 'ArrowLeft':
      return isFar ? at(row, 0) : at(row, column - 1);
    case 'ArrowRight':
      return isFar ? at(row, lastColumn) : at(row, column + 1);
    case 'Home':
      return isFar ? at(0, 0) : at(row, 0);
    case 'End':
      return isFar ? at(lastRow, lastColumn) : at(row, lastColumn);
    case 'PageUp':
      return at(row - pageRows, column);
    case 'PageDown':
      return at(row + pageRows, column);
    default:
      return null;
  }
}

/** Handles a key that was pressed on a cell. True if the grid took it. */
export function pressKey(event: KeyboardEvent, rows: number, pageRows: number, mayEdit: boolean): boolean {
  const { key, ctrlKey, metaKey, altKey } = event;
  if (altKey) return false;
  const next = placeAfter(event, active.value, rows, pageRows);
  if (next) {
    active.value = next;
    return true;
  }
  if (key === 'Enter' && openHistoryHere()) return true;
  if (!mayEdit) return false;
  if ((key === 'Escape' || key === 'Delete') && discardHere()) return true;
  // Without this, the browser would undo what was typed into the search.
  if ((ctrlKey || metaKey) && key.toLowerCase() === 'z') {
    undoLast();
    return true;
  }
  if (ctrlKey || metaKey) return false;
  if (key === 'Enter' || key === 'F2') {
    beginEditing();
    return true;
  }
  // A single character replaces the value; Delete and Backspace begin with an empty one.
  if (/^.$/u.test(key) && key !== ' ') beginEditing(key);
  else if (key === 'Delete' || key === 'Backspace') beginEditing('');
  else return false;
  return true;
}

/** The history of the active row, from the column that shows its last change. */
function openHistoryHere(): boolean {
  const { row, column } = active.value;
  const sku = columns[column]?.name === LAST_CHANGE ? skuAt(row) : undefined;
  if (sku) openHistory(sku.skuId);
  return sku !== undefined;
}

/** Gives up the refused edit of the active cell. */
function discardHere(): boolean {
  const { row, column } = active.value;
  const field = columns[column]?.field;
  const sku = skuAt(row);
  if (!field || !sku || edits.value.get(nameOf(sku.skuId, field))?.state !== 'refused') return false;
  dropEdit(sku.skuId, field);
  return true;
}
