/** Starts what looks after the store while a gateway runs. */
import type { OpenInventory } from '../db/inventory.ts';
import type { Store } from '../db/store/store.ts';
import { keepGivingBack } from './keep-giving-back.ts';
import { keepPruning } from './keep-pruning.ts';
import type { UpkeepLogger } from './repeat.ts';

/** Returns a function that stops it, and resolves once nothing of it is under way. `historyMs`: as in the gateway's settings. */
export function startUpkeep(
  store: Store,
  inventory: OpenInventory,
  historyMs: number | null | undefined,
  logger: UpkeepLogger,
): () => Promise<unknown> {
  const stops = [keepGivingBack(inventory, logger)];
  if (historyMs !== undefined) stops.push(keepPruning(store, inventory, historyMs, logger));
  return () => Promise.all(stops.map((stop) => stop()));
}
