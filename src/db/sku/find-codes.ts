/** Finds the SKUs that have a trade code, by probing the index of codes. The work is bounded, however many SKUs share the code. */
import type { Kysely } from 'kysely';
import { codeKinds, type CodeKind, type Identifier } from '../../domain/identifier.ts';
import { createProbeKinds, createProbeRange, MAX_PROBED, type CodeRange } from './code-probes.ts';
import type { Store } from '../store/store.ts';
import type { Tables } from '../store/tables.ts';
import { compareText } from '../store/text-order.ts';

/** A code to look up, and the supplier among whose SKUs to look. */
export interface WantedCode {
  readonly supplierId: string;
  readonly identifier: Identifier & { readonly kind: CodeKind };
}

/** The identifier as a code to look up: one element, or none for a skuId, which is not in the index of codes. */
export function toWantedCode(supplierId: string, identifier: Identifier): WantedCode[] {
  const { kind } = identifier;
  return kind === 'skuId' ? [] : [{ supplierId, identifier: { ...identifier, kind } }];
}

/** The SKUs that match a code best. */
export interface FoundCode {
  /** At most the first MAX_PROBED SKUs, in the order of their IDs. Empty if no SKU has the code. */
  readonly skuIds: readonly string[];
  /** The ranges of the index that hold all of the SKUs. Several ranges can hold the same SKU. */
  readonly ranges: readonly CodeRange[];
}

const nothing: FoundCode = { skuIds: [], ranges: [] };

/**
 * Finds the best match of each wanted code. The order of preference: the code as spelled in its kind, its GTIN in its kind, its GTIN
 * in any other kind. A code's GTIN is its canonical GTIN-14 (GS1).
 */
export type FindCodes = (db: Kysely<Tables>, wanted: readonly WantedCode[]) => Promise<FoundCode[]>;

/** Prepares the statements of a `FindCodes` for this store. */
export function createFindCodes(store: Store): FindCodes {
  const findSpelled = createFindRanges(store);
  const findGtins = createFindGtins(store);
  return async (db, wanted) => {
    const spelled = await findSpelled(db, wanted.map(rangeAsSpelled));
    const open = wanted.filter(({ identifier }, i) => spelled[i] === nothing && identifier.gtin !== null);
    if (open.length === 0) return spelled;
    const byGtin = (await findGtins(db, open)).values();
    return spelled.map((found, i) =>
      found === nothing && wanted[i]?.identifier.gtin !== null ? (byGtin.next().value ?? nothing) : found,
    );
  };
}

function rangeAsSpelled({ supplierId, identifier: { kind, value } }: WantedCode): CodeRange {
  return { supplier_id: supplierId, code: value, kind, as_spelled: 1 };
}

/** A text that is unique for each range, for use as a Map key. */
export function keyOfRange({ supplier_id, code, kind, as_spelled }: CodeRange): string {
  return `${supplier_id}\0${kind}\0${as_spelled}\0${code}`;
}

/** Finds the first SKUs of each range. Equal ranges are probed once, because many rows of a request can name the same code. */
function createFindRanges(store: Store) {
  const probe = createProbeRange(store);
  return async (db: Kysely<Tables>, ranges: readonly CodeRange[]): Promise<FoundCode[]> => {
    const { items, indexes } = distinct(ranges, keyOfRange);
    const rows = await probe(
      db,
      items.map((range, i) => ({ i, ...range })),
    );
    const skuIds = groupIds(rows, items.length);
    return indexes.map((i, at) => {
      const ids = skuIds[i];
      const range = ranges[at];
      return ids && range ? { skuIds: ids, ranges: [range] } : nothing;
    });
  };
}

/** Finds the first SKUs with each code's GTIN: in the code's own kind, or else in all other kinds. */
function createFindGtins(store: Store) {
  const probe = createProbeKinds(store);
  const findRanges = createFindRanges(store);
  return async (db: Kysely<Tables>, wanted: readonly WantedCode[]): Promise<FoundCode[]> => {
    const gtins = wanted.map(({ supplierId, identifier: { gtin } }) => ({
      supplier_id: supplierId,
      code: gtin ?? '',
    }));
    const { items, indexes } = distinct(gtins, ({ supplier_id, code }) => `${supplier_id}\0${code}`);
    const rows = await probe(
      db,
      items.map((item, i) => ({ i, ...item })),
    );
    const byItem = Map.groupBy(rows, ({ i }) => i);
    const rangesOf = (i: number, kinds: Iterable<CodeKind>) => {
      const { supplier_id, code } = items[i] ?? { supplier_id: '', code: '' };
      return Array.from(kinds, (kind) => ({ supplier_id, code, kind, as_spelled: 0 }));
    };
    // A full probe may have left SKUs out, also all of the code's own kind. So each kind is then probed by itself.
    const wide = [...byItem].filter(([, found]) => found.length >= MAX_PROBED).map(([i]) => i);
    const probed = await findRanges(
      db,
      wide.flatMap((i) => rangesOf(i, codeKinds)),
    );
    const places = new Map(wide.map((i, at) => [i, at]));
    const kinds = items.map((_item, i): FoundCode[] => {
      const at = places.get(i);
      if (at !== undefined) return probed.slice(at * codeKinds.length, (at + 1) * codeKinds.length);
      const byKind = Map.groupBy(byItem.get(i) ?? [], ({ kind }) => kind);
      return rangesOf(i, byKind.keys()).map((range) => ({
        skuIds: (byKind.get(range.kind) ?? []).map(({ sku_id }) => sku_id),
        ranges: [range],
      }));
    });
    return wanted.map(({ identifier: { kind } }, at) => chooseKind(kinds[indexes[at] ?? -1] ?? [], kind));
  };
}

function chooseKind(found: readonly FoundCode[], kind: CodeKind): FoundCode {
  const own = found.find(({ ranges }) => ranges[0]?.kind === kind);
  if (own) return own;
  const others = found.filter(({ ranges }) => ranges.length > 0);
  const [only, another] = others;
  if (!another) return only ?? nothing;
  const skuIds = [...new Set(others.flatMap((other) => other.skuIds))];
  return {
    skuIds: skuIds.toSorted(compareText).slice(0, MAX_PROBED),
    ranges: others.flatMap(({ ranges }) => ranges),
  };
}

/** The distinct elements, and for each element of `all` its index among them. */
function distinct<T>(
  all: readonly T[],
  keyOf: (one: T) => string,
): { items: readonly T[]; indexes: number[] } {
  if (all.length <= 1) return { items: all, indexes: all.map(() => 0) };
  const places = new Map<string, number>();
  const items: T[] = [];
  const indexes = all.map((one) => {
    const key = keyOf(one);
    const known = places.get(key);
    if (known !== undefined) return known;
    places.set(key, items.length);
    return items.push(one) - 1;
  });
  return { items, indexes };
}

/** The SKU IDs of each item. Undefined for an item without any. */
function groupIds(rows: readonly { i: number; sku_id: string }[], count: number): (string[] | undefined)[] {
  const groups: (string[] | undefined)[] = Array.from({ length: count });
  for (const { i, sku_id } of rows) (groups[i] ??= []).push(sku_id);
  return groups;
}
