/** `stockgate prune`: takes old changes away, beside running gateways. */
import { setTimeout as pause } from 'node:timers/promises';
import { archiveHorizons } from '../../db/archive/archive-store.ts';
import { findHorizons, moveHorizons } from '../../db/history/horizon.ts';
import { createGiveBack, GIVE_BACK_PAUSE_MS } from '../../db/history/give-back.ts';
import { DAY_MS } from '../../db/history/log-age.ts';
import { pruneAll } from '../../db/history/prune.ts';
import { openStore } from '../../db/store/open-store.ts';
import type { Store } from '../../db/store/store.ts';
import { plural } from '../../feed/counts.ts';
import { PROGRAM, readOptions, type Command } from '../options/command.ts';
import { archiveFolder, boolean, database, historyDays } from '../options/settings.ts';

/** Prunes for half of the time, so that gateways on the same SQLite file do not wait for one step after the other. */
async function pruneGently(store: Store, stop: AbortSignal): Promise<{ removed: number; isAll: boolean }> {
  const walk = pruneAll(store, { stop, isCounted: true });
  for (let removed = 0; ;) {
    const started = performance.now();
    const step = await walk.next();
    if (step.done) return { removed, isAll: step.value };
    removed += step.value;
    if (stop.aborted) return { removed, isAll: false };
    await pause(performance.now() - started);
  }
}

/** The command `prune`. The exit code is 1 if something is left: it was stopped, could not archive, or another program was in the way. */
export const pruneCommand: Command = {
  help: `Usage: ${PROGRAM} prune --history-days N [--archive DIR] [--dry-run] [--database URL]

Takes changes away that are older than N days, in short transactions between which gateways go on. A gateway does the same by
itself with serve --history-days N. Days count while a gateway runs, so that a clock that jumps takes nothing away.

What stays however old it is:
  the newest change of each SKU, and with it who set the SKU to what it is
  changes that an enabled webhook endpoint has not accepted
  changes as old as an idempotency key that is kept
A bulk call's changes go as a whole. A cursor before the first change that is left is answered with CURSOR_EXPIRED.

  --history-days N   1 to 36500
  --archive DIR      writes them to DIR first, as \`archive\` does. Changes that cannot be written stay
  --dry-run          only says what would go
  --database URL     sqlite:PATH or postgres://USER@HOST/NAME (default sqlite:./data/stockgate.db)

Stopping it is safe: the next run, or a gateway, goes on.
`,
  run: async (args, io) => {
    const options = {
      'history-days': { schema: historyDays },
      archive: archiveFolder,
      'dry-run': { type: 'boolean', schema: boolean },
      database,
    } as const;
    const { values } = readOptions(options, [], args, io.env);
    const store = await openStore(values.database, { readOnly: values['dry-run'] });
    try {
      const horizons = await findHorizons(store, values['history-days'] * DAY_MS);
      for (const { supplierId, position } of horizons)
        io.out(`${supplierId}: changes up to ${position} are old enough.\n`);
      if (horizons.length === 0) io.out('No more changes are old enough.\n');
      if (values['dry-run']) return 0;
      let kept = 0;
      const keep = (supplierId: string, error: Error) => {
        kept += 1;
        io.err(`${supplierId}: ${error.message}\n`);
      };
      const { archive } = values;
      const archived =
        archive === undefined
          ? horizons
          : await archiveHorizons(store, archive, horizons, { stop: io.stop }, keep);
      await moveHorizons(store, archived);
      const { removed, isAll } = await pruneGently(store, io.stop);
      const giveBack = createGiveBack(store);
      while (!io.stop.aborted && (await giveBack())) await pause(GIVE_BACK_PAUSE_MS);
      io.out(`Took ${plural(removed, 'change')} away.\n`);
      if (io.stop.aborted) io.err('Stopped before the end: the next run goes on.\n');
      if (kept > 0)
        throw new Error(`The changes of ${plural(kept, 'supplier')} could not be archived: they are kept.`);
      if (!isAll && !io.stop.aborted)
        io.err('Another program holds the log, such as a dump: some partitions are left for the next run.\n');
      return isAll ? 0 : 1;
    } finally {
      await store.close();
    }
  },
};
