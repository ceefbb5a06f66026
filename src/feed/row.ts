/** A file's rows, whatever its format. */

/** One row of a file. Cells after its last one are empty. */
export interface Row {
  /** Where the row is in the file: the line of a CSV file where it starts, or the row's number in a spreadsheet. The first is 1. */
  readonly line: number;
  readonly cells: readonly Cell[];
}

/** A cell's text as a person would type it. An empty cell is ''. */
export type Cell = string | CellFault;

/** A cell that has no text to take: its row must be rejected, unless its column is ignored. */
export interface CellFault {
  /** What the cell shows to a person. */
  readonly text: string;
  /** What is wrong, and what to do. The text follows the column's name: `holds the error #N/A: ...`. */
  readonly fault: string;
}

/** The file cannot be read, or not to its end. The message is for the person who sent it. */
export class FileFault extends Error {
  override readonly name = 'FileFault';
}
