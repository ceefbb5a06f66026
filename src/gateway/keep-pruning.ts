/** Notes how old suppliers' logs are, and takes old changes away, every ten minutes and a little at a time. */
import { archiveHorizons } from '../db/archive/archive-store.ts';
import { findHorizons, type Horizon } from '../db/history/horizon.ts';
import type { OpenInventory } from '../db/inventory.ts';
import type { Store } from '../db/store/store.ts';
import { repeat, type UpkeepLogger } from './repeat.ts';

/** It also tells what goes. */
export interface PruneLogger extends UpkeepLogger {
  info(line: object, message: string): void;
}

const INTERVAL_MS = 600_000;
/** Let so many milliseconds pass between two pages of the archive, which the thread of the connections reads. */
const ARCHIVE_PAUSE_MS = 20;

/** What goes, and what happens to it before. */
export interface Pruning {
  /** The age of changes that go, in milliseconds of service; null: none go. */
  readonly historyMs: number | null;
  /** The folder that they are written to before; undefined: they are not. What cannot be written stays. */
  readonly archive: string | undefined;
}

/** Works until the returned function is called. It resolves once no step is under way. */
export function keepPruning(
  store: Store,
  inventory: Pick<OpenInventory, 'ownsClock' | 'prune'>,
  { historyMs, archive }: Pruning,
  logger: PruneLogger,
): () => Promise<void> {
  const stopRepeating = repeat(
    INTERVAL_MS,
    async (rest, stop) => {
      // Another gateway would archive what the owner of the clock has taken away meanwhile.
      const isOwn = historyMs !== null && (await inventory.ownsClock());
      const found = isOwn ? await findHorizons(store, historyMs) : [];
      const horizons =
        archive === undefined ? found : await archiveFirst(store, archive, found, logger, stop);
      for (const horizon of horizons) logger.info(horizon, 'changes up to this position are old, and go');
      for (;;) {
        const started = performance.now();
        if (!(await inventory.prune(horizons))) return;
        // At most half of the writer's time, so that updates do not wait for one step after the other.
        await rest(performance.now() - started);
      }
    },
    (error) => logger.warn({ err: error }, 'old changes could not be taken away'),
  );
  return async () => {
    const stopped = stopRepeating();
    await inventory.prune(null).catch(() => undefined);
    await stopped;
  };
}

/** Resolves to the horizons that may be moved. */
async function archiveFirst(
  store: Store,
  archive: string,
  found: readonly Horizon[],
  logger: UpkeepLogger,
  stop: AbortSignal,
): Promise<Horizon[]> {
  const note = (line: object) => logger.warn(line, 'old changes could not be archived, so they are kept');
  try {
    const options = { stop, pauseMs: ARCHIVE_PAUSE_MS };
    return await archiveHorizons(store, archive, found, options, (supplierId, err) =>
      note({ supplierId, err }),
    );
  } catch (err) {
    if (stop.aborted) throw err;
    // The logs' ages are noted nevertheless.
    note({ err });
    return [];
  }
}
