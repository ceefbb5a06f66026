/** `stockgate watch`: takes in the inventory files that suppliers drop in a folder. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../../db/driver/make-folder.ts';
import { createFeeds } from '../../db/feed/feeds.ts';
import { createInventory } from '../../db/inventory.ts';
import { withStore } from '../../db/store/open-store.ts';
import { plain } from '../../feed/findings.ts';
import { runFeeds } from '../../gateway/feed/run-feeds.ts';
import { PROGRAM, readOptions, UsageError, type Command, type Io } from '../options/command.ts';
import { database, feedDirWait } from '../options/settings.ts';

/** The spool, within the watched folder. */
const SPOOL = '.spool';

export const watchCommand: Command = {
  help: `Usage: ${PROGRAM} watch DIR [--feed-dir-wait rest|done] [--database URL]

Takes in the inventory files that are dropped in DIR/SUPPLIER/in, until it is stopped. DIR/SUPPLIER must be there, and be named as the
supplier is. A file ends in .csv or .xlsx. It is full (SKUs that it does not name are set to 0 in stock) if its name ends in .full.csv
or .full.xlsx. When it has been applied it is moved to DIR/SUPPLIER/done, or to DIR/SUPPLIER/rejected if rows were rejected or nothing
was applied. NAME.report.json says what was done; rejected rows are in NAME.rejected.csv.

A gateway does the same with serve --feed-dir DIR. Both can run on one store.

  --feed-dir-wait rest|done
                     a file waits until nobody has written to it for five seconds, or until a file NAME.done is there (default rest)
  --database URL     sqlite:PATH or postgres://USER@HOST/NAME (default sqlite:./data/stockgate.db)
`,
  run: watch,
};

async function watch(args: readonly string[], io: Io): Promise<number> {
  const options = { database, 'feed-dir-wait': { schema: feedDirWait } };
  const { values, positionals } = readOptions(options, ['DIR'], args, io.env);
  const directory = await requireFolder(positionals[0] ?? '');
  const folder = join(directory, SPOOL);
  makeFolder(folder);
  return withStore(values.database, async (store) => {
    const inventory = createInventory(store, io.clock);
    try {
      io.err(`Watching ${directory}.\n`);
      const running = runFeeds({
        ...{ store, inventory, folder, clock: io.clock, stop: io.stop },
        feeds: createFeeds(store),
        watch: { directory, needsMark: values['feed-dir-wait'] === 'done' },
        ended: ({ supplierId, filename, state, report }) =>
          io.err(
            `${supplierId}: ${plain(filename ?? '')}: ${state}, ${report?.rows ?? 0} rows, ${report?.rejected ?? 0} rejected.\n`,
          ),
        report: (error) => io.err(`${error instanceof Error ? error.message : String(error)}\n`),
      });
      const failure = await Promise.race([running.ended, inventory.failed]);
      if (failure) throw failure;
      return 0;
    } finally {
      await inventory.close();
    }
  });
}

/** Rejects with a UsageError if there is no such folder. */
export async function requireFolder(path: string): Promise<string> {
  const found = await stat(path).catch(() => null);
  if (!found?.isDirectory()) throw new UsageError(`"${path}" is no folder.`);
  return path;
}
