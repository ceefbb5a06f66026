/** Notes how old suppliers' logs are, and takes old changes away, every ten minutes and a little at a time. */
import { findHorizons } from '../db/history/horizon.ts';
import type { OpenInventory } from '../db/inventory.ts';
import type { Store } from '../db/store/store.ts';
import { repeat, type UpkeepLogger } from './repeat.ts';

const INTERVAL_MS = 600_000;

/**
 * Works until the returned function is called. It resolves once no step is under way. `historyMs`: the age of changes that go, in milliseconds
 * of service; null: none go.
 */
export function keepPruning(
  store: Store,
  inventory: Pick<OpenInventory, 'prune'>,
  historyMs: number | null,
  logger: UpkeepLogger,
): () => Promise<void> {
  return repeat(
    INTERVAL_MS,
    async (rest) => {
      const horizons = historyMs === null ? [] : await findHorizons(store, historyMs);
      for (;;) {
        const started = performance.now();
        if (!(await inventory.prune(horizons))) return;
        // At most half of the writer's time, so that updates do not wait for one step after the other.
        await rest(performance.now() - started);
      }
    },
    (error) => logger.warn({ err: error }, 'old changes could not be taken away'),
  );
}
