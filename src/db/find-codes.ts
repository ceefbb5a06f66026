/** Finds which SKUs share a trade code, by probes of the index of codes: bounded work, however many share it. */
import { sql, type Kysely } from 'kysely';
import { MAX_CANDIDATES } from '../problem.ts';
import { codeKinds, type CodeKind, type Identifier } from '../identifier.ts';
import type { Store } from './open.ts';
import { createSetStatement, type SetStatement } from './set-statement.ts';
import type { Tables } from './tables.ts';
import { compareText } from './text-order.ts';

/** SKUs that one probe finds at most: one more than are shown, so that more are noticed. */
export const MAX_PROBED = MAX_CANDIDATES + 1;

/** How well a code matches, best first: as spelled in the kind given, the same GTIN in that kind, the same GTIN in another kind. */
const tiers = [0, 1, 2] as const;
type Tier = (typeof tiers)[number];

/** A range of the index of codes: the SKUs that have this code in this kind, in the order of their ids. */
export interface CodeRange {
  readonly supplier_id: string;
  readonly code: string;
  readonly kind: CodeKind;
  /** 1: those that the supplier spells so; 0: those of which it is the canonical GTIN-14. */
  readonly as_spelled: number;
}

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

/** For each wanted code its best match, in order. */
export type FindCodes = (db: Kysely<Tables>, wanted: readonly WantedCode[]) => Promise<FoundCode[]>;

export function createFindCodes(store: Store): FindCodes {
  const probe = createProbe(store);
  return async (db, wanted) => {
    const found = wanted.map(() => nothing);
    for (const tier of tiers) {
      const open = wanted.flatMap((code, i) => {
        const ranges = found[i] === nothing ? rangesOf(code, tier) : [];
        return ranges.length > 0 ? [{ i, ranges }] : [];
      });
      if (open.length === 0) continue;
      const probed = await probeEach(
        db,
        probe,
        open.flatMap(({ ranges }) => ranges),
      );
      for (const { i, ranges } of open) {
        const filled = ranges.filter((range) => probed.has(keyOfRange(range)));
        const skuIds = filled.map((range) => probed.get(keyOfRange(range)) ?? []);
        if (filled.length > 0) found[i] = { skuIds: firstOf(skuIds), ranges: filled };
      }
    }
    return found;
  };
}

const nothing: FoundCode = { skuIds: [], ranges: [] };

function rangesOf({ supplierId, identifier }: WantedCode, tier: Tier): CodeRange[] {
  const { kind, value, gtin } = identifier;
  if (tier === 0) return [{ supplier_id: supplierId, code: value, kind, as_spelled: 1 }];
  if (gtin === null) return [];
  const kinds = tier === 1 ? [kind] : codeKinds.filter((other) => other !== kind);
  return kinds.map((one) => ({ supplier_id: supplierId, code: gtin, kind: one, as_spelled: 0 }));
}

/** Names a range. */
export function keyOfRange({ supplier_id, code, kind, as_spelled }: CodeRange): string {
  return `${supplier_id}\0${kind}\0${as_spelled}\0${code}`;
}

/** Each range is probed once, however many identifiers lead to it. Ranges without a SKU are left out. */
async function probeEach(
  db: Kysely<Tables>,
  probe: Probe,
  ranges: readonly CodeRange[],
): Promise<Map<string, string[]>> {
  const distinct = [...new Map(ranges.map((range) => [keyOfRange(range), range])).entries()];
  const rows = await probe(
    db,
    distinct.map(([, range], i) => ({ i, ...range })),
  );
  const found = new Map<string, string[]>();
  for (const { i, sku_id } of rows) {
    const key = distinct[i]?.[0] ?? '';
    const skuIds = found.get(key);
    if (skuIds) skuIds.push(sku_id);
    else found.set(key, [sku_id]);
  }
  return found;
}

/** The first ids of several sorted lists, each once. */
function firstOf(lists: readonly (readonly string[])[]): readonly string[] {
  const [only, another] = lists;
  if (only && !another) return only;
  return [...new Set(lists.flat())].toSorted(compareText).slice(0, MAX_PROBED);
}

type Probe = SetStatement<CodeRange & { i: number }, { i: number; sku_id: string }>;

const columns = {
  i: 'integer',
  supplier_id: 'text',
  code: 'text',
  kind: 'text',
  as_spelled: 'integer',
} as const;

function createProbe(store: Store): Probe {
  return createSetStatement<CodeRange & { i: number }, { i: number; sku_id: string }>(store, columns, (db) =>
    store.kind === 'sqlite'
      ? // A join with the item would read and sort the whole range.
        db
          .selectFrom('sku_code')
          .where(
            sql<boolean>`(supplier_id, code, kind) = (select supplier_id, code, kind from item)
              and case (select as_spelled from item) when 1 then as_spelled else as_gtin end = 1`,
          )
          .select([sql<number>`(select i from item)`.as('i'), 'sku_id'])
          .orderBy('sku_id')
          .limit(sql.lit(MAX_PROBED))
      : db
          .selectFrom('item')
          .innerJoinLateral(
            (eb) =>
              eb
                .selectFrom('sku_code')
                .select('sku_code.sku_id')
                .whereRef('sku_code.supplier_id', '=', 'item.supplier_id')
                .whereRef('sku_code.code', '=', 'item.code')
                .whereRef('sku_code.kind', '=', 'item.kind')
                .where(
                  sql<boolean>`case item.as_spelled when 1 then sku_code.as_spelled else sku_code.as_gtin end = 1`,
                )
                .orderBy('sku_code.sku_id')
                .limit(sql.lit(MAX_PROBED))
                .as('found'),
            (join) => join.onTrue(),
          )
          .select(['item.i', 'found.sku_id'])
          .orderBy('item.i')
          .orderBy('found.sku_id'),
  );
}
