/** Writes CSV (RFC 4180) that spreadsheets open as it is meant. */
import { escapeFormula, unescapeFormula } from './formula-escape.ts';

/** Excel reads a file as UTF-8 only after it. */
export const UTF8_MARK = '\ufeff';
const LINE_END = '\r\n';

/** One row with its line end. A cell that a spreadsheet would take for a formula gets an apostrophe, which imports take off again. */
export function toCsvLine(cells: readonly string[], delimiter = ','): string {
  return cells.map((cell) => toCell(cell, delimiter)).join(delimiter) + LINE_END;
}

function toCell(text: string, delimiter: string): string {
  // A cell that was escaped before, and is written again, must not gain a second apostrophe.
  const cell = escapeFormula(unescapeFormula(text));
  const needsQuotes = cell.includes(delimiter) || /["\r\n]/.test(cell);
  return needsQuotes ? `"${cell.replaceAll('"', '""')}"` : cell;
}
