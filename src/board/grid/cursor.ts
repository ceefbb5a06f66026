/** The grid's active cell, and the cell that is being edited. */
import { signal } from '@preact/signals';
import type { BoardSku } from '../api/documents.ts';
import type { Field } from '../state/fields.ts';
import { skuAt } from '../state/sku-pages.ts';
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

/** Opens the editor of the active cell, if it has one and the caller may edit. */
export function beginEditing(typed: string | null = null): void {
  const { row, column } = active.value;
  const field = columns[column]?.field;
  const seen = skuAt(row);
  if (field && seen) editing.value = { row, column, field, seen, typed };
}
