/** Notices: what has been done, in a line that goes by itself, or stays while it offers an undo. */
import { signal } from '@preact/signals';

export interface Notice {
  readonly text: string;
  readonly isFault?: boolean;
  readonly undo?: () => Promise<void>;
}

/** What a call did, row by row, for a dialog. */
export interface ShownRows {
  readonly title: string;
  readonly text: string;
  readonly rows: readonly { readonly skuId: string; readonly message: string }[];
}

/** In milliseconds. */
const SHOWN_MS = 8_000;

export const notice = signal<Notice | null>(null);

/** Null: no dialog is open. */
export const rowsShown = signal<ShownRows | null>(null);

/** Shows the notice in place of the one before. */
export function notify(next: Notice): void {
  notice.value = next;
  // An undo and a fault stay until they are dismissed or replaced: nobody can be asked to read that fast.
  if (next.undo || next.isFault) return;
  setTimeout(() => {
    if (notice.value === next) notice.value = null;
  }, SHOWN_MS);
}
