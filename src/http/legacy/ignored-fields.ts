/** Tells of fields that no serializer knows, in a header: Django REST framework ignores them, so a misspelled one looks like success. */
import { isDict, type Json } from './drf/json.ts';
import { identifierFields } from './fields.ts';

/** Names in the header at most, and characters of each. */
const MAX_NAMES = 10;
const MAX_NAME_LENGTH = 40;

const known: ReadonlySet<string> = new Set([
  ...identifierFields,
  'quantity_in_stock',
  'quantity_on_backorder',
  'restrictions',
  'backorder_date',
]);

/** `X-Ignored-Fields` for a body or for the rows of a bulk body: the first 10 names, in order. No header if there is none. */
export function ignoredFieldsHeader({ value }: Json): Readonly<Record<string, string>> {
  const names = new Set<string>();
  for (const row of Array.isArray(value) ? value : [value]) {
    if (!isDict(row)) continue;
    for (const name of Object.keys(row)) if (!known.has(name)) names.add(toToken(name));
    if (names.size >= MAX_NAMES) break;
  }
  if (names.size === 0) return {};
  return { 'x-ignored-fields': [...names].slice(0, MAX_NAMES).join(', ') };
}

/** Harmless in a header, and in a list with commas: anything but printable ASCII becomes `?`. */
function toToken(name: string): string {
  return name.slice(0, MAX_NAME_LENGTH).replaceAll(/[^\x21-\x2b\x2d-\x7e]/g, '?') || '?';
}
