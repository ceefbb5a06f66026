/** Renders a cell as the text that a person would have typed. */
import type { Cell, CellFault } from '../row.ts';
import { damaged } from './faults.ts';
import { MAX_CELL_LENGTH } from './limits.ts';
import type { NumberFormat } from './styles.ts';
import { detach, unescape } from './rich-text.ts';
import { formatSerial } from './serial-date.ts';
import type { SharedTexts } from './shared-texts.ts';

/** A cell as it stands in the file. */
export interface RawCell {
  readonly type: string;
  readonly format: NumberFormat;
  /** null: the cell has no formula. '' where it shares one. */
  readonly formula: string | null;
  /** null: the cell has no value. */
  readonly value: string | null;
  /** The text that the cell itself holds; null where it is too long. */
  readonly text: string | null;
}

/** What a cell's meaning depends on. */
export interface CellContext {
  readonly texts: SharedTexts;
  readonly is1904: boolean;
  readonly isUncalculated: boolean;
}

/** Numbers from here on have more digits than spreadsheets keep. */
const MAX_NUMBER = 1e15;
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
/** Most numbers: their text is what a person would have typed. */
const COUNT = /^(?:0|[1-9]\d{0,14})$/;
const ISO_DATE = /^\d{4}-\d\d-\d\d(?=T|$)/;

/** Throws a FileFault where the cell refers to what the workbook does not have. */
export function renderCell(cell: RawCell, context: CellContext): Cell {
  const { type, formula, value, format } = cell;
  if (formula !== null && (context.isUncalculated || isUncalculated(cell))) return withoutValue(formula);
  switch (type) {
    case 'inlineStr':
      return cell.text === null ? tooLong() : detach(cell.text);
    case 's':
      return value === null || value === '' ? '' : readShared(value, context.texts);
    case 'str':
      return readText(value ?? '');
    case 'b':
      return readBoolean(value ?? '');
    case 'e':
      return readError(value ?? '');
    case 'd':
      return readIsoDate(value ?? '', format);
    case 'n':
      return readNumber((value ?? '').trim(), format, context.is1904);
    default:
      throw damaged('a cell is of an unknown type');
  }
}

/** A formula may result in an empty text. Any other result has characters. */
function isUncalculated({ type, value }: RawCell): boolean {
  return value === null || (value === '' && type !== 'str');
}

function withoutValue(formula: string): CellFault {
  return {
    text: formula === '' ? '' : `=${formula}`,
    fault: 'holds a formula that is not calculated: open the file in a spreadsheet program and save it.',
  };
}

function tooLong(): CellFault {
  return { text: '', fault: `has more than ${MAX_CELL_LENGTH} characters: shorten it.` };
}

function readShared(value: string, texts: SharedTexts): Cell {
  const text = texts.get(/^\s*\d+\s*$/.test(value) ? Number(value) : Number.NaN);
  if (text === undefined) throw damaged('a cell refers to a text that is missing');
  return text ?? tooLong();
}

function readText(value: string): Cell {
  const text = unescape(value);
  return text.length > MAX_CELL_LENGTH ? tooLong() : detach(text);
}

/** A date is written out where the file says so. A program may give it a time all the same. */
function readIsoDate(value: string, format: NumberFormat): Cell {
  const date = format.kind === 'date' ? ISO_DATE.exec(value)?.[0] : undefined;
  return date ?? detach(value);
}

function readBoolean(value: string): Cell {
  if (value === '') return '';
  return value === '1' || value === 'true' ? 'TRUE' : 'FALSE';
}

function readError(value: string): Cell {
  const name = /^#[A-Z0-9/_]{1,20}[!?]?$/.test(value) ? value : 'of a formula';
  return {
    text: name.startsWith('#') ? name : '#VALUE!',
    fault: `holds the error ${name}: replace it with a value.`,
  };
}

function readNumber(value: string, format: NumberFormat, is1904: boolean): Cell {
  if (value === '') return '';
  if (format.kind === 'number' && COUNT.test(value)) return pad(detach(value), format.width);
  if (!NUMBER.test(value))
    return { text: value.slice(0, 40), fault: 'holds a number that cannot be read: enter it again.' };
  // Spreadsheets show 15 digits of the 17 that they calculate with: 0.1 + 0.2 is 0.3.
  const number = Number(Number(value).toPrecision(15));
  if (format.kind !== 'number') {
    const text = formatSerial(number, format.kind, is1904);
    return (
      text ?? {
        text: String(number),
        fault: `is formatted as a date or a time, and holds ${number}: enter it again.`,
      }
    );
  }
  if (Math.abs(number) >= MAX_NUMBER)
    return {
      text: String(number),
      fault:
        'holds a number of more than 15 digits, of which spreadsheets keep 15: format the column as text and enter it again.',
    };
  // Adding 0 makes -0 a 0.
  const text = String(number + 0);
  return number < 0 ? text : pad(text, format.width);
}

function pad(digits: string, width: number): string {
  return digits.length < width ? digits.padStart(width, '0') : digits;
}
