/** The fields of a SKU that can be edited. */
import type { BoardSku } from '../api/documents.ts';
import { readQuantity, restrictions, type Restriction } from './view.ts';

export type Field = 'quantityInStock' | 'quantityOnBackorder' | 'restrictions';
export type Value = BoardSku[Field];

export const fieldNames = {
  quantityInStock: 'In stock',
  quantityOnBackorder: 'On backorder',
  restrictions: 'Restriction',
} as const satisfies Record<Field, string>;

/** A value as a cell shows it. */
export function showValue(value: Value): string {
  if (value === null) return '';
  return typeof value === 'number' ? String(value) : restrictions[value];
}

/** The value that a text means; undefined if it is no value of the field. */
export function readValue(field: Field, text: string): Value | undefined {
  if (field !== 'restrictions') return readQuantity(text) ?? undefined;
  const word = text.trim().toLowerCase();
  if (word === '' || word === '-' || word === 'none') return null;
  const known = Object.entries(restrictions).find(
    ([code, name]) => word === code.toLowerCase() || word === name.toLowerCase(),
  );
  return known ? (known[0] as Restriction) : undefined;
}
