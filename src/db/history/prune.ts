/** Prunes the logs of all suppliers in the writer's thread, one bounded step for each call. */
import type { ServiceClock } from '../store/service-clock.ts';
import type { Store } from '../store/store.ts';
import { moveHorizons, type Horizon } from './horizon.ts';
import { noteAges } from './log-age.ts';
import { pruneStep } from './prune-changes.ts';

/**
 * Notes ages, moves the horizons, and does one step. Resolves to true if there is more to do. Only the process that advances the service
 * clock does anything.
 */
export type Prune = (horizons: readonly Horizon[]) => Promise<boolean>;

/** What a process that stopped has left is taken away by the first calls. */
export function createPrune(store: Store, clock: Pick<ServiceClock, 'advance'>): Prune {
  let walk: AsyncGenerator<number, void> | undefined;
  let isWhole = false;
  return async (horizons) => {
    if (!(await clock.advance())) return false;
    if (!walk) {
      await noteAges(store);
      if (!(await moveHorizons(store, horizons)) && isWhole) return false;
      walk = pruneAll(store);
      isWhole = false;
    }
    try {
      isWhole = (await walk.next()).done === true;
    } catch (error) {
      walk = undefined;
      throw error;
    }
    if (isWhole) walk = undefined;
    return !isWhole;
  };
}

/** Prunes each supplier up to its horizon. Yields the number of changes that each step removed. */
export async function* pruneAll(store: Store): AsyncGenerator<number, void> {
  const pruned = await store.points
    .selectFrom('supplier')
    .select('supplier_id')
    .where('pruned_position', '>', 0)
    .execute();
  for (const { supplier_id } of pruned) {
    for (let after = 0; ;) {
      const step = await pruneStep(store, supplier_id, after);
      if (!step) break;
      yield step.removed;
      after = step.position;
    }
  }
}
