/** Counts the SKUs of a list and finds every so-many-th of them, so that a client can jump to any place in the list. */
import { unmetered, type Inventory, type ReadMeter } from '../../domain/inventory.ts';
import type { NoSkuIndex, SkuIndex, SkuKeyset, SkuSteps } from '../../domain/sku.ts';
import { createNamedSkus } from './named-skus.ts';
import { createRanking, type Ranking } from './rank-skus.ts';
import { conditionsOf } from './sku-conditions.ts';
import { readPlaces, type ReadSlice, type SkuPlace } from './sku-slices.ts';
import type { Store } from '../store/store.ts';
import { walkSlices } from './walk-slices.ts';

/** The most SKUs that are ranked in memory, and the most bytes of their skuIds. They take about 100 MiB together. */
const MAX_RANKED = 2_000_000;
const MAX_RANKED_BYTES = 50_331_648;
/** A ranking of more SKUs waits until no other is so large, so that several do not fill the memory. */
const LARGE = 100_000;

type Places = AsyncIterable<ReadSlice<SkuPlace[]>>;

/** The inventory's `indexSkus` on this store. It charges `meter` for the SKUs that it looked at, and throws what it throws. */
export function createIndexSkus(store: Store): Pick<Inventory, 'indexSkus'> {
  const namedSkus = createNamedSkus(store);
  const untilTurn = createTurns();
  return {
    async indexSkus(supplierId, steps, meter = unmetered) {
      const { filter, order, descending } = steps;
      const conditions = conditionsOf(store.kind, filter);
      const named = namedSkus(supplierId, filter, meter);
      // Named SKUs come in ascending order only.
      const isInOrder = order === 'SKU_ID' && !(descending && named);
      const walk = {
        ...{ named, meter, firstRows: undefined, behind: null },
        descending: isInOrder && descending,
      };
      const places = walkSlices(store, walk, (slice) =>
        readPlaces(store, supplierId, slice, { conditions, order }),
      );
      return isInOrder ? markOnTheWay(places, steps) : markRanked(places, steps, meter, untilTurn);
    },
  };
}

/** Marks the SKUs of a walk that has the list's order. */
async function markOnTheWay(places: Places, { every, atMost }: SkuSteps): Promise<SkuIndex | NoSkuIndex> {
  const marks: SkuKeyset[] = [];
  let count = 0;
  for await (const { found } of places) {
    for (let i = every - 1 - (count % every); i < found.length; i += every) {
      const place = found[i];
      if (place) marks.push({ value: place.value, skuId: place.sku_id });
    }
    count += found.length;
    if (marks.length > atMost) return 'TOO_MANY_MARKS';
  }
  return { count, marks };
}

/** Ranks the SKUs of a walk that has the order of skuIds, and marks them then. */
async function markRanked(
  places: Places,
  { order, descending, every, atMost }: SkuSteps,
  meter: ReadMeter,
  untilTurn: () => Promise<() => void>,
): Promise<SkuIndex | NoSkuIndex> {
  const isTime = order === 'UPDATED_AT';
  const ranking = createRanking();
  let finish: (() => void) | undefined;
  try {
    for await (const { found } of places) {
      for (const { sku_id, value } of found) ranking.add(sku_id, toNumber(value, isTime));
      if (ranking.size() > MAX_RANKED || ranking.bytes() > MAX_RANKED_BYTES) return 'TOO_MANY_SKUS';
      if (ranking.size() >= every * (atMost + 1)) return 'TOO_MANY_MARKS';
      if (ranking.size() > LARGE) finish ??= await untilTurn();
    }
    const sorted = await ranking.sorted();
    meter.spend(0);
    return { count: sorted.length, marks: marksOf(ranking, sorted) };
  } finally {
    finish?.();
  }

  function marksOf({ at, size }: Ranking, sorted: Uint32Array): SkuKeyset[] {
    const count = Math.floor(size() / every);
    return Array.from({ length: count }, (_, n) => {
      const rank = (n + 1) * every;
      const { skuId, value } = at(sorted[descending ? size() - rank : rank - 1] ?? 0);
      return { skuId, value: order === 'SKU_ID' ? skuId : isTime ? new Date(value).toISOString() : value };
    });
  }
}

/** In the order of SKU_ID the walk's own order is the rank. */
function toNumber(value: string | number, isTime: boolean): number {
  if (isTime) return Date.parse(String(value));
  return typeof value === 'number' ? value : 0;
}

/** Waits for the earlier ones to finish, one at a time. Resolves to the function that finishes. */
function createTurns(): () => Promise<() => void> {
  let last = Promise.resolve();
  return async () => {
    const before = last;
    const { promise, resolve } = Promise.withResolvers<void>();
    last = promise;
    await before;
    return resolve;
  };
}
