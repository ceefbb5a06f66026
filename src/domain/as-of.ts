/** As-of times: which values of an update are older than what is known of their fields, and what is known after it. */
import { stateFields, type AsOf, type Sku } from './sku.ts';
import type { AdjustEdit, SetEdit, StaleField } from './update.ts';

/** How far an update's as-of time may be ahead of the server's clock, in milliseconds. Clocks differ by less. */
export const MAX_AHEAD_MS = 300_000;

/** Whether the time is too far ahead of the server's clock. Both are ISO 8601. */
export function isAhead(asOf: string, now: string): boolean {
  return Date.parse(asOf) - Date.parse(now) > MAX_AHEAD_MS;
}

/** An update without what is stale in it. */
interface Timed<Edit> {
  /** What is left of the edit; null if nothing is. */
  readonly edit: Edit | null;
  /** The SKU's times after the update. */
  readonly asOf: AsOf;
  readonly staleFields: readonly StaleField[];
}

type Times = { -readonly [Name in keyof AsOf]: AsOf[Name] };

const quantityFields = ['quantityInStock', 'quantityOnBackorder'] as const;
/** The time of the last value that was set, for fields that can also be adjusted. */
const setTimes = {
  quantityInStock: 'inStockWhenSet',
  quantityOnBackorder: 'onBackorderWhenSet',
} as const;

/**
 * Leaves out each value that is older than its field's time. Of equal times the later arrival wins. An update without a time of its own
 * is of the moment at which it arrives, so it is never stale, also if a clock went back.
 */
export function timeSet(sku: Sku, edit: SetEdit, given: string | undefined, now: string): Timed<SetEdit> {
  const fields = stateFields.filter((field) => edit[field] !== undefined);
  const staleFields = findStale(sku.asOf, fields, given, (field) => field);
  if (staleFields.length > 0 && staleFields.length === fields.length) {
    return { edit: null, asOf: sku.asOf, staleFields };
  }
  const left: { -readonly [Name in keyof SetEdit]: SetEdit[Name] } = { ...edit };
  const asOf: Times = { ...sku.asOf };
  for (const field of fields) {
    if (staleFields.some((stale) => stale.field === field)) {
      left[field] = undefined;
      continue;
    }
    asOf[field] = given ?? laterOf(now, asOf[field]);
    if (field in setTimes) asOf[setTimes[field as keyof typeof setTimes]] = asOf[field];
  }
  return { edit: left, asOf, staleFields };
}

/**
 * An adjustment counts unless a value that was set later already includes it. If that holds for one quantity, the whole adjustment is
 * stale. The quantities' times move forward, because a value of an earlier time would lose the adjustment.
 */
export function timeAdjustment(
  sku: Sku,
  edit: AdjustEdit,
  given: string | undefined,
  now: string,
): Timed<AdjustEdit> {
  const fields = quantityFields.filter((field) => edit[field] !== undefined);
  const staleFields = findStale(sku.asOf, fields, given, (field) => setTimes[field]);
  if (staleFields.length > 0) return { edit: null, asOf: sku.asOf, staleFields };
  const asOf: Times = { ...sku.asOf };
  for (const field of fields) asOf[field] = laterOf(given ?? now, asOf[field]);
  return { edit, asOf, staleFields };
}

function findStale<Field extends StaleField['field']>(
  stored: AsOf,
  fields: readonly Field[],
  given: string | undefined,
  timeOf: (field: Field) => keyof AsOf,
): StaleField[] {
  if (given === undefined) return [];
  return fields.flatMap((field) => {
    const storedAsOf = stored[timeOf(field)];
    return storedAsOf !== null && storedAsOf > given ? [{ field, asOf: given, storedAsOf }] : [];
  });
}

/** A clock may go back; a SKU's times never do. Both texts are ISO 8601 in UTC, so they sort in the order of time. */
export function laterOf(now: string, last: string | null): string {
  return last === null || now > last ? now : last;
}

/** Whether all times are equal. */
export function isSameAsOf(a: AsOf, b: AsOf): boolean {
  return (
    a.quantityInStock === b.quantityInStock &&
    a.quantityOnBackorder === b.quantityOnBackorder &&
    a.restrictions === b.restrictions &&
    a.backorderDate === b.backorderDate &&
    a.inStockWhenSet === b.inStockWhenSet &&
    a.onBackorderWhenSet === b.onBackorderWhenSet
  );
}
