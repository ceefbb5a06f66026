/** Starts what looks after the store and its tokens while a gateway runs. */
import type { OpenInventory } from '../db/inventory.ts';
import type { Store } from '../db/store/store.ts';
import { startExpiryWarnings, type WarningLogger } from './expiry-warnings.ts';
import { keepGivingBack } from './keep-giving-back.ts';
import { keepPruning, type PruneLogger, type Pruning } from './keep-pruning.ts';

/** Returns a function that stops it, and resolves once nothing of it is under way. Without `pruning` nobody notes how old changes are. */
export function startUpkeep(
  store: Store,
  inventory: OpenInventory,
  clock: () => Date,
  pruning: Pruning | undefined,
  logger: PruneLogger & WarningLogger,
): () => Promise<unknown> {
  const stops = [startExpiryWarnings(store, clock, logger), keepGivingBack(inventory, logger)];
  if (pruning) stops.push(keepPruning(store, inventory, pruning, logger));
  return () => Promise.all(stops.map((stop) => stop()));
}
