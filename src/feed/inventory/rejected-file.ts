/** The file with the rejected rows of an import. */
import { open, rm } from 'node:fs/promises';
import type { FileHead } from './inventory-file.ts';
import { createRejectedRows, type RejectedRow, type RejectedRowsFormat } from './rejected-rows.ts';

/** Takes the rejected rows of one import. */
export interface RejectedFile extends AsyncDisposable {
  /** Call it before the first row. */
  begin(head: FileHead): void;
  /** Resolves once the rows are in the file. */
  write(rejected: readonly RejectedRow[]): Promise<void>;
}

/**
 * Empties the file, or creates it. When it is disposed of without a row, it is removed, so that an older file is not taken for the
 * result of this import. Rejects if it cannot be written.
 */
export async function openRejectedFile(path: string): Promise<RejectedFile> {
  const file = await open(path, 'w');
  let format: RejectedRowsFormat | undefined;
  let isEmpty = true;
  return {
    begin: ({ header, delimiter }) => void (format = createRejectedRows(header, delimiter)),
    write: async (rejected) => {
      if (!format) return;
      const lines = rejected.map((row) => format?.format(row)).join('');
      await file.writeFile(isEmpty ? format.head + lines : lines);
      isEmpty = false;
    },
    [Symbol.asyncDispose]: async () => {
      await file.close();
      if (isEmpty) await rm(path, { force: true });
    },
  };
}
