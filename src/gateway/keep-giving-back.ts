/** Gives the room in SQLite's file that nothing uses any more back to the disk, once a minute and a little at a time. */
import { setTimeout as pause } from 'node:timers/promises';
import { GIVE_BACK_PAUSE_MS } from '../db/history/give-back.ts';
import type { OpenInventory } from '../db/inventory.ts';

const INTERVAL_MS = 60_000;

/** A part of pino's logger. */
interface Logger {
  warn(line: object, message: string): void;
}

/** Works until the returned function is called. It resolves once no step is under way. */
export function keepGivingBack(
  inventory: Pick<OpenInventory, 'giveBack'>,
  logger: Logger,
  intervalMs = INTERVAL_MS,
): () => Promise<void> {
  const stop = new AbortController();
  const rest = (ms: number) => pause(ms, undefined, { signal: stop.signal, ref: false });
  const work = async () => {
    for (;;) {
      await rest(intervalMs);
      try {
        while (await inventory.giveBack()) await rest(GIVE_BACK_PAUSE_MS);
      } catch (error) {
        if (stop.signal.aborted) return;
        logger.warn({ err: error }, 'free pages could not be given back');
      }
    }
  };
  // It ends by the abort of a rest alone.
  const working = work().catch(() => undefined);
  return () => {
    stop.abort();
    return working;
  };
}
