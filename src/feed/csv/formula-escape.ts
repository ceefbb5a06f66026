/** Keeps spreadsheets from taking a text for a formula, in a way that the import can undo. */

/** A formula begins with = + - or @. A spreadsheet may ignore a tab or a CR before it. */
const NEEDS_ESCAPE = /^'*[=+\-@\t\r]/;
const IS_ESCAPED = /^'+[=+\-@\t\r]/;

/** The text with `'` before it if a spreadsheet could run it. */
export function escapeFormula(text: string): string {
  return NEEDS_ESCAPE.test(text) ? `'${text}` : text;
}

/** The inverse of `escapeFormula`. */
export function unescapeFormula(cell: string): string {
  return cell.startsWith("'") && IS_ESCAPED.test(cell) ? cell.slice(1) : cell;
}
