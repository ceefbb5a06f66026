/** The cells of an inventory file: what each may contain, and what it sets. */
import {
  MAX_IDENTIFIER_LENGTH,
  parseIdentifier,
  type Identifier,
  type IdentifierKind,
} from '../../domain/identifier.ts';
import type { Problem } from '../../domain/refusal.ts';
import { MAX_QUANTITY, restrictions, type Restriction } from '../../domain/sku.ts';
import { isDate, MAX_DATE, MIN_DATE } from '../../domain/text.ts';
import { readDates, readTime } from './date-cells.ts';
import { quote } from '../findings.ts';

/** What a row asks for. A field left out stays as it is; null clears it. */
export interface InventoryValues {
  /** At least one, in the order of the columns. Whether all name the same SKU is not known yet. */
  readonly identifiers: readonly Identifier[];
  readonly quantityInStock?: number;
  readonly quantityOnBackorder?: number;
  /** `2026-12-24` */
  readonly backorderDate?: string | null;
  readonly restrictions?: Restriction | null;
  /** The version that the file was written from, which must still be the SKU's. */
  readonly version?: number;
  /** When the values were true. ISO 8601, UTC, milliseconds. */
  readonly asOf?: string;
}

/** Why a row cannot be taken, by the names of the rules' problems. */
export type RowFaultCode = Extract<Problem, 'BAD_USER_INPUT' | 'INVALID_IDENTIFIER'>;

export interface ValueFault {
  readonly code: RowFaultCode;
  /** What is wrong and what to do. It follows the column's name. */
  readonly text: string;
}

export type MutableValues = { -readonly [Field in keyof InventoryValues]: InventoryValues[Field] } & {
  identifiers: Identifier[];
};

/** Reads a cell that is not empty, and sets what it says. Gives what is wrong with it, or null. */
export type ReadCell = (cell: string, values: MutableValues) => ValueFault | null;

/** A cell that clears its field. Word processors and spreadsheets make other dashes of a typed hyphen. */
const CLEAR = /^[\p{Pd}\u2212]$/u;
/** The word that clears a field, as the hyphen does. */
const NONE = 'none';
/** What spreadsheets show where a formula failed. */
const FORMULA_ERROR = /^(?:#(?:N\/A|REF!|VALUE!|NAME\?|DIV\/0!|NUM!|NULL!|SPILL!|CALC!)|Err:\d{3})$/;
/** How a spreadsheet shows a long number in a narrow column: most of its digits are lost. */
const SHORTENED = /^(\d)[.,](\d+)E\+(\d{2})$/i;
/** A whole number. Some programs write a fraction of zeros after it; three zeros could as well be thousands. */
const WHOLE = /^(\d+)(?:[.,]0{1,2})?$/;
const THOUSANDS = /^\d{1,3}(?:[.,'\u2019\p{Zs}]\d{3})+(?:[.,]\d+)?$/u;
/** What a spreadsheet's date cell is read as, and what programs write that know no time zones. */
const WITHOUT_OFFSET = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?$/;
const ISBN10_LENGTH = 10;

export const cellReaders = {
  sku_id: readSkuId,
  upca: readCode('upca'),
  ean13: readCode('ean13'),
  gtin14: readCode('gtin14'),
  isbn: readCode('isbn'),
  quantity_in_stock: readQuantity('quantityInStock'),
  quantity_on_backorder: readQuantity('quantityOnBackorder'),
  backorder_date: readBackorderDate,
  restrictions: readRestriction,
  version: readVersion,
  as_of: readAsOf,
} as const satisfies Record<string, ReadCell>;

function bad(cell: string, advice: string): ValueFault {
  return { code: 'BAD_USER_INPUT', text: `is ${quote(cell)}: ${advice}` };
}

function isClear(cell: string): boolean {
  return cell === NONE || CLEAR.test(cell);
}

function readSkuId(cell: string, values: MutableValues): ValueFault | null {
  if (CLEAR.test(cell)) return bad(cell, 'give the code by which the supplier knows the SKU.');
  return findCodeFault(cell) ?? addIdentifier('skuId', cell, values);
}

function readCode(kind: Exclude<IdentifierKind, 'skuId'>): ReadCell {
  return (cell, values) => {
    if (isClear(cell)) return null;
    // Programs that keep numbers as fractions write 9780306406157.0.
    const code = mendCode(kind, cell.replace(/^(\d+)[.,]0+$/, '$1'));
    return findCodeFault(code) ?? addIdentifier(kind, code, values);
  };
}

/**
 * Puts back what a spreadsheet took from a code. Shorter GTINs need nothing: the domain reads them, as their check digit counts
 * from the right.
 */
function mendCode(kind: IdentifierKind, code: string): string {
  const [, first = '', others = '', exponent] = SHORTENED.exec(code) ?? [];
  if (others.length === Number(exponent)) return first + others;
  if (kind !== 'isbn' || !/^\d{7,9}$/.test(code)) return code;
  const isbn = code.padStart(ISBN10_LENGTH, '0');
  return parseIdentifier(kind, isbn).gtin === null ? code : isbn;
}

function findCodeFault(code: string): ValueFault | null {
  if (FORMULA_ERROR.test(code)) return bad(code, 'correct the formula, or enter the code.');
  if (!SHORTENED.test(code)) return null;
  const cause = `a spreadsheet shortened the code ${quote(code)}, and its last digits are lost`;
  return {
    code: 'INVALID_IDENTIFIER',
    text: `is no code: ${cause}. Format the column as text, enter the code again, and save the file.`,
  };
}

function addIdentifier(kind: IdentifierKind, cell: string, values: MutableValues): ValueFault | null {
  const identifier = parseIdentifier(kind, cell);
  const { value } = identifier;
  if (value === '') return null;
  if (/[\uFFFD\p{Cs}]/u.test(value)) return bad(value, 'a character is broken. Save the file as UTF-8.');
  if (value.includes('\0')) return bad(value, 'it holds a NUL character: remove it.');
  const length = value.length > MAX_IDENTIFIER_LENGTH ? Array.from(value).length : value.length;
  if (length > MAX_IDENTIFIER_LENGTH)
    return bad(value, `it has ${length} characters. Give at most ${MAX_IDENTIFIER_LENGTH}.`);
  values.identifiers.push(identifier);
  return null;
}

/** The number; or what is wrong with it. */
function readWhole(cell: string, max: number): number | ValueFault {
  if (/^\d{1,9}$/.test(cell)) return Number(cell);
  const digits = WHOLE.exec(cell)?.[1];
  if (digits !== undefined && Number(digits) <= max) return Number(digits);
  const range = `Give a whole number from 0 to ${max}`;
  if (digits !== undefined) return bad(cell, `it is too large. ${range}.`);
  if (THOUSANDS.test(cell)) return bad(cell, `it may have a thousands separator. ${range}, in digits alone.`);
  if (SHORTENED.test(cell)) return bad(cell, `a spreadsheet shortened it. ${range}, in digits alone.`);
  if (FORMULA_ERROR.test(cell)) return bad(cell, 'correct the formula, or enter the number.');
  return bad(cell, `${range.replace('G', 'g')}, in digits alone.`);
}

function readQuantity(field: 'quantityInStock' | 'quantityOnBackorder'): ReadCell {
  return (cell, values) => {
    const quantity = readWhole(cell, MAX_QUANTITY);
    if (typeof quantity !== 'number') return quantity;
    values[field] = quantity;
    return null;
  };
}

function readVersion(cell: string, values: MutableValues): ValueFault | null {
  const version = readWhole(cell, Number.MAX_SAFE_INTEGER);
  if (typeof version !== 'number') return version;
  values.version = version;
  return null;
}

function readBackorderDate(cell: string, values: MutableValues): ValueFault | null {
  if (isClear(cell)) {
    values.backorderDate = null;
    return null;
  }
  const [date, ...others] = readDates(cell);
  if (others.length > 0)
    return bad(cell, `it can mean ${[date, ...others].join(' or ')}. Write the date that is meant.`);
  if (date === undefined) return bad(cell, 'give a date such as 2026-12-24, or - to remove the date.');
  if (!isDate(date)) return bad(cell, `give a date from ${MIN_DATE} to ${MAX_DATE}.`);
  values.backorderDate = date;
  return null;
}

function readRestriction(cell: string, values: MutableValues): ValueFault | null {
  const word = restrictions.find((known) => known === cell) ?? null;
  if (word === null && !isClear(cell))
    return bad(cell, `give one of ${restrictions.join(', ')}, or ${NONE} to lift it.`);
  values.restrictions = word;
  return null;
}

function readAsOf(cell: string, values: MutableValues): ValueFault | null {
  const time = readTime(cell);
  if (time === null && WITHOUT_OFFSET.test(cell))
    return bad(
      cell,
      'it has no offset, and a date cell cannot hold one. Write it as text, such as 2026-11-01T09:30:00+01:00.',
    );
  if (time === null)
    return bad(cell, 'give a date and time with an offset or Z, such as 2026-11-01T09:30:00Z.');
  values.asOf = time;
  return null;
}
