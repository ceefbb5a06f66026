/** The columns of the grid: what each shows of a SKU, whether it sorts, and which field it edits. */
import type { BoardSku } from '../api/documents.ts';
import { fieldNames, showValue, type Field } from '../state/fields.ts';
import { availabilities, type OrderName } from '../state/view.ts';

export interface Column {
  readonly name: string;
  readonly show: (sku: BoardSku) => string;
  readonly order?: OrderName;
  readonly field?: Field;
  readonly isNumber?: true;
  /** The field whose change lets the cell glow. */
  readonly glows?: string;
}

/** The column whose cells open the history. */
export const LAST_CHANGE = 'Last change';

export const columns: readonly Column[] = [
  { name: 'SKU', show: ({ skuId }) => skuId, order: 'sku' },
  { name: 'Title', show: ({ title }) => title ?? '' },
  { name: 'Codes', show: showCodes },
  editable('quantityInStock', { order: 'stock', isNumber: true }),
  editable('quantityOnBackorder', { isNumber: true }),
  editable('restrictions', {}),
  { name: 'Availability', show: showAvailability, glows: 'availability' },
  { name: LAST_CHANGE, show: showLastChange, order: 'changed', glows: 'updatedAt' },
];

/** The column where the keyboard starts. */
export const FIRST_EDITABLE = columns.findIndex(({ field }) => field !== undefined);

function editable(field: Field, more: Pick<Column, 'order' | 'isNumber'>): Column {
  return { name: fieldNames[field], field, glows: field, show: (sku) => showValue(sku[field]), ...more };
}

/** And when units on backorder are expected, if that is known. */
function showAvailability({ availability, backorderDate }: BoardSku): string {
  return `${availabilities[availability]}${backorderDate === null ? '' : ` (${backorderDate})`}`;
}

function showCodes({ upca, ean13, gtin14, isbn }: BoardSku): string {
  return [upca, ean13, gtin14, isbn].filter((code) => code !== null).join(' ');
}

const timeOfDay = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

/** The time of day if it is today's, otherwise the day. */
export function showTime(time: string): string {
  const date = new Date(time);
  const isToday = date.toDateString() === new Date().toDateString();
  // Some locales put a narrow space before AM, which not every font and tool knows.
  return (isToday ? timeOfDay : day).format(date).replaceAll('\u202f', ' ');
}

/** By whom, and when. A SKU that was never changed has only been imported. */
function showLastChange({ updatedAt, lastChange }: BoardSku): string {
  return lastChange ? `${lastChange.actor}, ${showTime(updatedAt)}` : '';
}
