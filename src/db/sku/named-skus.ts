/** Finds the SKUs that a filter names by IDs and by codes. Any number of SKUs can share a code, so IDs come in bounded parts. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import type { ReadMeter } from '../../domain/inventory.ts';
import type { SkuFilter } from '../../domain/sku.ts';
import { MAX_PROBED, type CodeRange } from './code-probes.ts';
import { createFindCodes, keyOfRange, toWantedCode } from './find-codes.ts';
import type { Store } from '../store/store.ts';
import { isOneOf } from '../store/text-list.ts';
import { compareText } from '../store/text-order.ts';

/** Maximum IDs in one part. One statement reads that many SKUs in a few milliseconds. */
const PART_IDS = 500;
/** About how many IDs are read ahead, over all ranges together. */
const READ_AHEAD_IDS = 1_000;
/** Minimum IDs that are read ahead of one range. */
const FEWEST_READ_AHEAD = 10;

/** The IDs in parts, in order, each ID once. An ID that the filter lists may belong to no SKU. */
export type NamedSkus = AsyncIterable<readonly string[]>;

/** Finds the SKUs that the filter names. Null means that the filter names none and every SKU passes. Throws what `meter` throws. */
export type FindNamedSkus = (supplierId: string, filter: SkuFilter, meter: ReadMeter) => NamedSkus | null;

/** Prepares the statements of a `FindNamedSkus` for this store. */
export function createNamedSkus(store: Store): FindNamedSkus {
  const findCodes = createFindCodes(store);
  return (supplierId, { skuIds, identifiers }, meter) => {
    if (identifiers === undefined) return skuIds === undefined ? null : inParts(distinct(skuIds));
    return (async function* () {
      const codes = identifiers.flatMap((identifier) => toWantedCode(supplierId, identifier));
      const found = codes.length > 0 ? await findCodes(store.db, codes) : [];
      // A probe that is not full found all SKUs of its code. Only the codes of full probes (`wide`) need more reading.
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
  return [...new Set(skuIds)].toSorted(compareText);
}

async function* inParts(skuIds: readonly string[]): AsyncGenerator<readonly string[], undefined> {
  for (let start = 0; start < skuIds.length; start += PART_IDS) yield skuIds.slice(start, start + PART_IDS);
  return undefined;
}

/** The IDs of `skuIds` that also are in `known` or in one of the ranges. */
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
  yield* inParts(distinct([...named]));
  return undefined;
}

/**
 * Merges ranges that are each sorted by ID, without holding all their IDs in memory. A round yields the IDs up to a bound: the smallest
 * of the last IDs read from the ranges. That empties at least one range, which the next round reads on.
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
  let given: readonly string[] = known;
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
    const [reached, unreached] = split(given, bound);
    given = unreached;
    const round = [...reached];
    for (const stream of streams) {
      const [now, later] = split(stream.ids, bound);
      round.push(...now);
      stream.ids = later;
    }
    yield* inParts(distinct(round));
    await nextTurn();
  }
  return undefined;
}

/** Splits sorted IDs into those up to the bound and those after it. Without a bound, all are `now`. */
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
