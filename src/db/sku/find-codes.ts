/** Finds which SKUs share a trade code, by probes of the index of codes: bounded work, however many share it. */
import type { Kysely } from 'kysely';
import { codeKinds, type CodeKind, type Identifier } from '../../domain/identifier.ts';
import { createProbeKinds, createProbeRange, MAX_PROBED, type CodeRange } from './code-probes.ts';
import type { Store } from '../store/store.ts';
import type { Tables } from '../store/tables.ts';
import { compareText } from '../store/text-order.ts';

export interface WantedCode {
  readonly supplierId: string;
  readonly identifier: Identifier & { readonly kind: CodeKind };
}

/** The identifier as one that is looked up in the index of codes; none for a skuId. */
export function toWantedCode(supplierId: string, identifier: Identifier): WantedCode[] {
  const { kind } = identifier;
  return kind === 'skuId' ? [] : [{ supplierId, identifier: { ...identifier, kind } }];
}

/** The best match of a code. */
export interface FoundCode {
  /** The first MAX_PROBED SKUs at most, in the order of their ids; none where nothing has the code. */
  readonly skuIds: readonly string[];
  /** Where all of them are. Several ranges can hold the same SKU. */
  readonly ranges: readonly CodeRange[];
}

const nothing: FoundCode = { skuIds: [], ranges: [] };

/** For each wanted code its best match, in order: as spelled in its kind, its GTIN in its kind, its GTIN in another kind. */
export type FindCodes = (db: Kysely<Tables>, wanted: readonly WantedCode[]) => Promise<FoundCode[]>;

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

/** Names a range. */
export function keyOfRange({ supplier_id, code, kind, as_spelled }: CodeRange): string {
  return `${supplier_id}\0${kind}\0${as_spelled}\0${code}`;
}

/** The SKUs of each range. A range is probed once, however many identifiers lead to it. */
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

/** The SKUs with each code's GTIN: those of its kind, or else those of the others. */
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
    // Where one probe did not find all, each kind is probed by itself.
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

/** Each once, and for each of all which of them it is. */
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

/** The ids that each item has; undefined where it has none. */
function groupIds(rows: readonly { i: number; sku_id: string }[], count: number): (string[] | undefined)[] {
  const groups: (string[] | undefined)[] = Array.from({ length: count });
  for (const { i, sku_id } of rows) (groups[i] ??= []).push(sku_id);
  return groups;
}
