/** Reads the rows of a sheet from its XML. */
import { format } from '../counts.ts';
import { quote } from '../findings.ts';
import { FileFault, type Cell, type Row } from '../row.ts';
import { renderCell, type CellContext } from './cell.ts';
import { damaged } from './faults.ts';
import * as limits from './limits.ts';
import { RichText } from './rich-text.ts';
import { formatOf, type NumberFormat } from './styles.ts';
import type { Attributes, XmlHandler } from './xml.ts';

/** Rows after which a batch is handed on, and cells and characters together. */
const BATCH_ROWS = 1_000;
const BATCH_WEIGHT = 65_536;

/** What the cells of a sheet refer to. */
export interface SheetContext extends CellContext {
  readonly styles: readonly NumberFormat[];
}

/** Turns a sheet's elements into rows. They stand at `worksheet/sheetData/row/c`. */
export class SheetReader implements XmlHandler {
  /** Whether all rows have been read: the rest of the sheet is about looks. */
  isDone = false;
  /** The number of the last row that began. */
  line = 0;
  #rows: Row[] = [];
  /** Cells and characters in the rows. */
  #weight = 0;
  readonly #context: SheetContext;
  readonly #inline = new RichText();
  #isInData = false;
  #column = 0;
  #cells: Cell[] = [];
  #rowLength = 0;
  #totalLength = 0;
  #count = 0;
  #type = 'n';
  #style: string | undefined;
  #formula: string | null = null;
  #value: string | null = null;
  /** Which of the cell's elements the text belongs to. */
  #field: 'f' | 'v' | 'is' | '' = '';

  constructor(context: SheetContext) {
    this.#context = context;
  }

  /** Whether the rows that were read are enough for a batch. */
  get isFull(): boolean {
    return this.#rows.length >= BATCH_ROWS || this.#weight >= BATCH_WEIGHT;
  }

  /** Takes the rows that were read. */
  takeRows(): readonly Row[] {
    const rows = this.#rows;
    this.#rows = [];
    this.#weight = 0;
    return rows;
  }

  open(name: string, attributes: Attributes, depth: number): void {
    if (depth === 1 && name !== 'worksheet') throw damaged('its sheet is of another kind');
    if (depth === 2) this.#isInData = name === 'sheetData' && !this.isDone;
    if (!this.#isInData) return;
    if (depth === 3 && name === 'row') this.#openRow(attributes);
    else if (depth === 4 && name === 'c') this.#openCell(attributes);
    else if (depth === 5) this.#openField(name);
    else if (this.#field === 'is') this.#inline.open(name);
  }

  text(text: string): void {
    if (this.#field === 'v') this.#value += text;
    else if (this.#field === 'is') this.#inline.add(text);
    else if (this.#field === 'f') this.#formula += text;
  }

  close(name: string, depth: number): void {
    if (!this.#isInData) return;
    if (depth === 5) this.#field = '';
    else if (depth > 5) this.#inline.close(name);
    else if (depth === 4 && name === 'c') this.#closeCell();
    else if (depth === 3 && name === 'row') this.#closeRow();
    else if (depth === 2) this.#endData();
  }

  #endData(): void {
    this.#isInData = false;
    this.isDone = true;
  }

  #openRow(attributes: Attributes): void {
    const line = readRowNumber(attributes['r']?.value, this.line + 1);
    if (line <= this.line) throw damaged(`its row ${line} stands after row ${this.line}`);
    this.line = line;
    this.#column = 0;
    this.#cells = [];
    this.#rowLength = 0;
  }

  #openCell(attributes: Attributes): void {
    const column = readColumn(attributes['r']?.value) ?? this.#column + 1;
    if (column <= this.#column || column > limits.MAX_COLUMN_NUMBER)
      throw damaged(`row ${this.line} has its cells out of order`);
    this.#column = column;
    this.#type = attributes['t']?.value ?? 'n';
    this.#style = attributes['s']?.value;
    this.#formula = null;
    this.#value = null;
    this.#inline.clear();
  }

  #openField(name: string): void {
    this.#field = name === 'v' || name === 'f' || name === 'is' ? name : '';
    if (name === 'v') this.#value ??= '';
    if (name === 'f') this.#formula ??= '';
  }

  #closeCell(): void {
    const cell = renderCell(
      {
        type: this.#type,
        format: formatOf(this.#context.styles, this.#style),
        formula: this.#formula,
        value: this.#value,
        text: this.#type === 'inlineStr' ? this.#inline.text : '',
      },
      this.#context,
    );
    if (cell === '') return;
    if (this.#column > limits.MAX_COLUMNS)
      throw new FileFault(
        `Row ${this.line} has more than ${format(limits.MAX_COLUMNS)} columns: remove those that are not needed.`,
      );
    while (this.#cells.length < this.#column - 1) this.#cells.push('');
    this.#cells.push(cell);
    this.#rowLength += typeof cell === 'string' ? cell.length : cell.text.length;
    if (this.#rowLength > limits.MAX_ROW_LENGTH)
      throw new FileFault(
        `Row ${this.line} has more than ${format(limits.MAX_ROW_LENGTH)} characters: shorten it.`,
      );
  }

  /** Rows without content are formatted ones, often a thousand of them. They do not count. */
  #closeRow(): void {
    if (this.#cells.length === 0) return;
    this.#totalLength += this.#rowLength;
    if (++this.#count > limits.MAX_ROWS || this.#totalLength > limits.MAX_TOTAL_LENGTH)
      throw new FileFault(
        `The sheet has more than ${format(limits.MAX_ROWS)} rows, or too much text: send it in several files.`,
      );
    this.#weight += this.#cells.length + this.#rowLength;
    this.#rows.push({ line: this.line, cells: this.#cells });
  }
}

function readRowNumber(value: string | undefined, next: number): number {
  const line = value === undefined ? next : /^\d+$/.test(value) ? Number(value) : 0;
  if (line < 1 || line > limits.MAX_ROW_NUMBER) {
    const number = quote(value ?? String(next));
    throw damaged(
      `a row has the number ${number}, and a sheet at most ${format(limits.MAX_ROW_NUMBER)} rows`,
    );
  }
  return line;
}

/** The column's number of a reference such as `AB12`: 28. undefined where there is no reference. */
function readColumn(reference: string | undefined): number | undefined {
  if (reference === undefined) return undefined;
  let column = 0;
  for (let i = 0; i < 4; i++) {
    const letter = reference.charCodeAt(i) - 64;
    if (!(letter >= 1 && letter <= 26)) break;
    column = column * 26 + letter;
  }
  return column;
}
