/** Gives the room in SQLite's file that nothing uses any more back to the disk, once a minute and a little at a time. */
import { GIVE_BACK_PAUSE_MS } from '../db/history/give-back.ts';
import type { OpenInventory } from '../db/inventory.ts';
import { repeat, type UpkeepLogger } from './repeat.ts';

const INTERVAL_MS = 60_000;

/** Works until the returned function is called. It resolves once no step is under way. */
export function keepGivingBack(
  inventory: Pick<OpenInventory, 'giveBack'>,
  logger: UpkeepLogger,
  intervalMs = INTERVAL_MS,
): () => Promise<void> {
  return repeat(
    intervalMs,
    async (rest) => {
      while (await inventory.giveBack()) await rest(GIVE_BACK_PAUSE_MS);
    },
    (error) => logger.warn({ err: error }, 'free pages could not be given back'),
  );
}
