/** The SKUs that a filter names: by ids, and by codes, which any number of SKUs can share. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import type { ReadMeter } from '../../domain/inventory.ts';
import type { SkuFilter } from '../../domain/sku.ts';
import { MAX_PROBED, type CodeRange } from './code-probes.ts';
import { createFindCodes, keyOfRange, toWantedCode } from './find-codes.ts';
import type { Store } from '../store/store.ts';
import { isOneOf } from '../store/text-list.ts';
import { compareText } from '../store/text-order.ts';

/** Ids in one part at most: a statement reads their SKUs in a few milliseconds. */
const PART_IDS = 500;
/** Ids read ahead of all ranges together, about. */
const READ_AHEAD_IDS = 1_000;
const FEWEST_READ_AHEAD = 10;

/** Ids in parts; each once. Some may be of no SKU. */
export type NamedSkus = AsyncIterable<readonly string[]>;

/** null: the filter names none, and so lets all through. */
export type FindNamedSkus = (supplierId: string, filter: SkuFilter, meter: ReadMeter) => NamedSkus | null;

export function createNamedSkus(store: Store): FindNamedSkus {
  const findCodes = createFindCodes(store);
  return (supplierId, { skuIds, identifiers }, meter) => {
    if (identifiers === undefined) return skuIds === undefined ? null : inParts(distinct(skuIds));
    return (async function* () {
      const codes = identifiers.flatMap((identifier) => toWantedCode(supplierId, identifier));
      const found = codes.length > 0 ? await findCodes(store.db, codes) : [];
      // Of most codes all SKUs are known by now.
      const wide = found.filter((code) => code.skuIds.length >= MAX_PROBED).flatMap(({ ranges }) => ranges);
      const known = distinct([
        ...identifiers.flatMap(({ kind, value }) => (kind === 'skuId' ? [value] : [])),
        ...found.flatMap((code) => (code.skuIds.length >= MAX_PROBED ? [] : code.skuIds)),
      ]);
      if (skuIds !== undefined) yield* among(store, new Set(skuIds), known, wide, meter);
      else if (wide.length === 0) yield* inParts(known);
      else yield* merge(store, known, wide, meter);
    })();
  };
}

function distinct(skuIds: readonly string[]): string[] {
  return [...new Set(skuIds)];
}

async function* inParts(skuIds: readonly string[]): AsyncGenerator<readonly string[], undefined> {
  for (let start = 0; start < skuIds.length; start += PART_IDS) yield skuIds.slice(start, start + PART_IDS);
  return undefined;
}

/** Those of `skuIds` that are known, or in one of the ranges. */
async function* among(
  store: Store,
  skuIds: ReadonlySet<string>,
  known: readonly string[],
  wide: readonly CodeRange[],
  meter: ReadMeter,
): AsyncGenerator<readonly string[], undefined> {
  const named = new Set(known.filter((skuId) => skuIds.has(skuId)));
  for (const range of distinctRanges(wide)) {
    const rows = await rangeQuery(store, range)
      .where(isOneOf(store.kind, 'sku_id', [...skuIds]))
      .execute();
    for (const { sku_id } of rows) named.add(sku_id);
    meter.spend(skuIds.size);
    await nextTurn();
  }
  yield* inParts([...named]);
  return undefined;
}

/**
 * Merges the ranges, each of which is in the order of ids: in each round the ids up to the least of the ranges' last ones are given,
 * so that at least one range is used up and read on.
 */
async function* merge(
  store: Store,
  known: readonly string[],
  wide: readonly CodeRange[],
  meter: ReadMeter,
): AsyncGenerator<readonly string[], undefined> {
  const ranges = distinctRanges(wide);
  const readAhead = Math.max(FEWEST_READ_AHEAD, Math.floor(READ_AHEAD_IDS / ranges.length));
  const streams = ranges.map((range) => ({ range, ids: [] as string[], last: '', isDone: false }));
  const given = new Set(known);
  yield* inParts(known);
  while (streams.some(({ ids, isDone }) => ids.length > 0 || !isDone)) {
    for (const stream of streams.filter(({ ids, isDone }) => ids.length === 0 && !isDone)) {
      const rows = await rangeQuery(store, stream.range)
        .where('sku_id', '>', stream.last)
        .orderBy('sku_id')
        .limit(readAhead)
        .execute();
      meter.spend(rows.length);
      stream.ids = rows.map(({ sku_id }) => sku_id);
      stream.last = stream.ids.at(-1) ?? stream.last;
      stream.isDone = rows.length < readAhead;
    }
    const open = streams.filter(({ isDone }) => !isDone).map(({ last }) => last);
    const bound = open.toSorted(compareText)[0];
    const round = new Set<string>();
    for (const stream of streams) {
      const [now, later] = split(stream.ids, bound);
      for (const skuId of now) if (!given.has(skuId)) round.add(skuId);
      stream.ids = later;
    }
    yield* inParts([...round]);
    await nextTurn();
  }
  return undefined;
}

/** Those up to the bound, and those behind it. */
function split(ids: readonly string[], bound: string | undefined): [now: readonly string[], later: string[]] {
  const end = bound === undefined ? -1 : ids.findIndex((skuId) => compareText(skuId, bound) > 0);
  return end < 0 ? [ids, []] : [ids.slice(0, end), ids.slice(end)];
}

function distinctRanges(ranges: readonly CodeRange[]): CodeRange[] {
  return [...new Map(ranges.map((range) => [keyOfRange(range), range])).values()];
}

function rangeQuery(store: Store, { supplier_id, code, kind, as_spelled }: CodeRange) {
  return store.db
    .selectFrom('sku_code')
    .select('sku_id')
    .where('supplier_id', '=', supplier_id)
    .where('code', '=', code)
    .where('kind', '=', kind)
    .where(as_spelled === 1 ? sql<boolean>`as_spelled = 1` : sql<boolean>`as_gtin = 1`);
}
