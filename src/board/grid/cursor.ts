/** The grid's active cell, and the cell that is being edited. */
import { effect, signal } from '@preact/signals';
import type { BoardSku } from '../api/documents.ts';
import type { Field } from '../state/fields.ts';
import { holdView, rowCount, rowsChanged, skuAt } from '../state/sku-pages.ts';
import { columns, FIRST_EDITABLE } from './columns.ts';

export interface Place {
  readonly row: number;
  readonly column: number;
}

/** An open editor. A live change of the SKU changes nothing of it: `seen` stays what the user saw. */
export interface Editing extends Place {
  readonly field: Field;
  readonly seen: BoardSku;
  /** What was typed to open it, which replaces the value; null keeps the value. */
  readonly typed: string | null;
}

export const active = signal<Place>({ row: 0, column: FIRST_EDITABLE });
export const editing = signal<Editing | null>(null);
/** What was typed on a row that is not read yet. */
let early: (Place & { typed: string }) | null = null;

/** Makes the cell active, if there is such a row. */
export function activate({ row, column }: Place): void {
  const lastRow = Math.max(0, (rowCount.peek() ?? 1) - 1);
  active.value = { row: Math.min(Math.max(row, 0), lastRow), column };
}

/** Opens the editor of the active cell, if it has one. An open one stays as it is. */
export function beginEditing(typed: string | null = null): void {
  if (editing.peek()) return;
  const { row, column } = active.peek();
  const field = columns[column]?.field;
  if (!field) return;
  const seen = skuAt(row);
  if (seen) editing.value = { row, column, field, seen, typed };
  else if (typed !== null) {
    const isSame = early?.row === row && early.column === column;
    early = { row, column, typed: `${isSame ? early?.typed : ''}${typed}` };
  }
}

/** Opens the editor with what was typed while its row was read. While an editor is open, no other view takes the grid's place. */
export function followEditing(): () => void {
  const stopEarly = effect(() => {
    const { row, column } = active.value;
    // `rowsChanged` tells when the row may be there.
    if (rowsChanged.value === 0 || !early) return;
    if (early.row !== row || early.column !== column) early = null;
    else if (skuAt(row)) {
      const { typed } = early;
      early = null;
      beginEditing(typed);
    }
  });
  const stopHolding = effect(() => holdView(editing.value !== null));
  return () => {
    stopEarly();
    stopHolding();
  };
}
