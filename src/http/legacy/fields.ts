/** The body of a legacy update: its fields, the order in which they are judged, what it must say at the least. */
import { restrictions as restrictionChoices, type Restriction } from '../../domain/sku.ts';
import { readChar, readChoice, readDate, readInteger, shorten, type Field } from './drf/fields.ts';
import { isDict, memberOf, type Json } from './drf/json.ts';
import { repr, typeName } from './drf/repr.ts';

/** The fields that name a SKU, in order of precedence. */
export const identifierFields = ['sku_id', 'upca', 'ean13', 'gtin14', 'isbn'] as const;
export type IdentifierField = (typeof identifierFields)[number];

export interface LegacyIdentifier {
  readonly field: IdentifierField;
  /** Trimmed; a number as Python writes it. */
  readonly value: string;
  /** Python's repr of what was sent, for the 404 message: `{'sku_id': "O'Brien"}`. Cut beyond MAX_ECHO. */
  readonly repr: () => string;
}

/** What a body asks for. A field left out stays as it is. Null lifts the restriction or the date. */
export interface LegacyUpdate {
  readonly identifier: LegacyIdentifier;
  readonly quantityInStock?: number;
  readonly quantityOnBackorder?: number;
  readonly restrictions?: Restriction | null;
  /** New here: the legacy server has no such field. */
  readonly backorderDate?: string | null;
}

/** DRF's body of a 400: sentences by field, in the order of the fields, or under `non_field_errors`. */
export type FieldErrors = { readonly [field: string]: readonly string[] };

/**
 * Judges a body, or one row of a bulk body, as a DRF 3.14 serializer does: all fields first, then what they amount to.
 * On purpose unlike the legacy server, null and `""` lift a restriction, and a body must name a SKU and set something.
 */
export function parseLegacyUpdate(
  body: Json,
): { readonly update: LegacyUpdate } | { readonly errors: FieldErrors } {
  if (!isDict(body.value)) return refuse(explainNoDict(body));
  const form = openForm(body);
  const identifiers = identifierFields.map((field) => ({ field, value: form.read(field, readChar) }));
  const quantityInStock = form.read('quantity_in_stock', readInteger);
  const quantityOnBackorder = form.read('quantity_on_backorder', readInteger);
  const restrictions = form.read('restrictions', readRestriction);
  const backorderDate = form.read('backorder_date', readBackorderDate);
  if (form.errors.size > 0) return { errors: Object.fromEntries(form.errors) };
  const changes = {
    ...(quantityInStock !== undefined && { quantityInStock }),
    ...(quantityOnBackorder !== undefined && { quantityOnBackorder }),
    ...(restrictions !== undefined && { restrictions }),
    ...(backorderDate !== undefined && { backorderDate }),
  };
  for (const { field, value } of identifiers) {
    if (value === undefined) continue;
    if (Object.keys(changes).length === 0) return refuse(nothingToUpdate);
    return { update: { identifier: { field, value, repr: () => quote(body, field) }, ...changes } };
  }
  return refuse(noIdentifier);
}

/** DRF's errors as one readable text, for the documented `message` key: `upca: This field may not be blank.` */
export function toMessage(errors: FieldErrors): string {
  const sentences = Object.entries(errors).map(([field, reasons]) => {
    const text = reasons.join(' ');
    return field === 'non_field_errors' ? text : `${field}: ${text}`;
  });
  return sentences.join(' ');
}

const noIdentifier = `Name the SKU: give one of ${identifierFields.join(', ')}.`;
const nothingToUpdate =
  'Nothing to update: give at least one of quantity_in_stock, quantity_on_backorder, restrictions.';

function readRestriction(sent: Json): Field<Restriction | null> {
  if (sent.value === null || sent.value === '') return { value: null };
  return readChoice(sent, restrictionChoices);
}

function readBackorderDate(sent: Json): Field<string | null> {
  return sent.value === null ? { value: null } : readDate(sent);
}

function openForm(body: Json) {
  const errors = new Map<string, readonly string[]>();
  return {
    errors,
    /** undefined when the field is absent, or refused and noted. */
    read<T>(name: string, readField: (sent: Json) => Field<T>): T | undefined {
      const sent = memberOf(body, name);
      if (!sent) return undefined;
      const field = readField(sent);
      if ('value' in field) return field.value;
      errors.set(name, field.errors);
      return undefined;
    },
  };
}

/** DRF's words for a body, or a row, that is no JSON object. */
function explainNoDict(body: Json): string {
  if (body.value === null) return 'No data provided';
  return `Invalid data. Expected a dictionary, but got ${typeName(body.asPython())}.`;
}

function quote(body: Json, field: IdentifierField): string {
  return shorten(repr(new Map([[field, memberOf(body, field)?.asPython() ?? null]])));
}

function refuse(reason: string): { readonly errors: FieldErrors } {
  return { errors: { non_field_errors: [reason] } };
}
