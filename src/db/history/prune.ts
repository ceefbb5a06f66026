/** Prunes the logs of all suppliers in the writer's thread, one bounded step for each call. */
import { dropCold, type DropOptions } from '../partition/drop-cold.ts';
import { findColdRanges } from '../partition/find-cold.ts';
import type { Range } from '../partition/partitions.ts';
import type { ServiceClock } from '../store/service-clock.ts';
import type { Store } from '../store/store.ts';
import { moveHorizons, type Horizon } from './horizon.ts';
import { noteAges } from './log-age.ts';
import { pruneStep } from './prune-changes.ts';

/**
 * Notes ages, moves the horizons, and does one step. Resolves to true if there is more to do. Only the process that advances the service
 * clock does anything. Null ends the step under way, which can take minutes on PostgreSQL.
 */
export type Prune = (horizons: readonly Horizon[] | null) => Promise<boolean>;

/** What a process that stopped has left is taken away by the first calls. */
export function createPrune(store: Store, clock: Pick<ServiceClock, 'advance'>): Prune {
  let walk: AsyncGenerator<number, boolean, undefined> | undefined;
  let isWhole = false;
  let stop = new AbortController();
  return async (horizons) => {
    if (horizons === null) {
      stop.abort();
      stop = new AbortController();
      return false;
    }
    if (!(await clock.advance())) return false;
    if (!walk) {
      await noteAges(store);
      if (!(await moveHorizons(store, horizons)) && isWhole) return false;
      walk = pruneAll(store, { stop: stop.signal });
      isWhole = false;
    }
    try {
      const { done, value } = await walk.next();
      if (!done) return true;
      isWhole = value;
      walk = undefined;
      return false;
    } catch (error) {
      walk = undefined;
      throw error;
    }
  };
}

/**
 * Prunes each supplier up to its horizon. Yields the number of changes that each step removed. Returns whether that is all: partitions of
 * PostgreSQL wait for long readers.
 */
export async function* pruneAll(
  store: Store,
  options: DropOptions = {},
): AsyncGenerator<number, boolean, undefined> {
  let isAll = true;
  let cold: readonly Range[] = [];
  if (store.kind === 'postgres') {
    const dropped = await dropCold(store, options);
    yield dropped.removed;
    ({ isAll } = dropped);
    cold = await findColdRanges(store.db);
  }
  const pruned = await store.points
    .selectFrom('supplier')
    .select('supplier_id')
    .where('pruned_position', '>', 0)
    .execute();
  for (const { supplier_id } of pruned) {
    for (let after = 0; ;) {
      const step = await pruneStep(store, supplier_id, behind(cold, after));
      if (!step) break;
      yield step.removed;
      after = step.position;
    }
  }
  return isAll;
}

/** The position, or the last one of the range in which the next one is. */
function behind(ranges: readonly Range[], position: number): number {
  return ranges.reduce((at, { from, to }) => (at + 1 >= from && at + 1 < to ? to - 1 : at), position);
}
