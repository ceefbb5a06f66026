/** `stockgate archive`: writes changes to compressed files, before they are taken away. */
import { archiveStore } from '../../db/archive/archive-store.ts';
import { verifyArchive } from '../../db/archive/verify-archive.ts';
import { findHorizons, type Horizon } from '../../db/history/horizon.ts';
import { DAY_MS } from '../../db/history/log-age.ts';
import type { Store } from '../../db/store/store.ts';
import { withStore } from '../../db/store/open-store.ts';
import { format, plural } from '../../feed/counts.ts';
import { PROGRAM, readOptions, type Command, type Io, type Option } from '../options/command.ts';
import { boolean, database, historyDays } from '../options/settings.ts';

const options = {
  database,
  'history-days': { schema: historyDays.optional() },
  verify: { type: 'boolean', schema: boolean },
} satisfies Record<string, Option>;

/** The command `archive`. The exit code is 1 if a supplier's changes could not be archived. */
export const archiveCommand: Command = {
  help: `Usage: ${PROGRAM} archive DIR [--history-days N] [--database URL]
       ${PROGRAM} archive DIR --verify

Writes the changes that DIR does not have yet, as compressed NDJSON: one file for each supplier and up to 500,000 changes, such as
DIR/acme/changes-000000000001-000000500000.ndjson.gz. Each line is a change with the fields of GraphQL's InventoryChange, its supplier
and its position. A file appears when it is whole and on disk. If the command is stopped, run it again: it goes on behind the last
file. Gateways may run meanwhile.

DIR must be the archive of this store alone. If files are missing between others, or are another store's, nothing is written there.

  --history-days N   only changes that are so old, as prune takes them away (default: all)
  --verify           reads all files, and says whether they are whole and lack no change. The database is not opened
  --database URL     sqlite:PATH or postgres://USER@HOST/NAME (default sqlite:./data/stockgate.db)
`,
  run: async (args, io) => {
    const { values, positionals } = readOptions(options, ['DIR'], args, io.env);
    const [archive = ''] = positionals;
    if (values.verify) return verify(archive, io);
    return withStore(values.database, async (store) => {
      const days = values['history-days'];
      const horizons = days === undefined ? null : await findHorizons(store, days * DAY_MS);
      return write(store, archive, horizons, io);
    });
  },
};

async function write(
  store: Store,
  archive: string,
  horizons: readonly Horizon[] | null,
  { stop, out, err }: Io,
): Promise<number> {
  let failed = 0;
  let isNew = false;
  for await (const { supplierId, before, reached, first = 1, error } of archiveStore(
    store,
    archive,
    horizons,
    {
      stop,
    },
  )) {
    if (error !== undefined) {
      failed += 1;
      err(`${supplierId}: ${error.message}\n`);
    } else if (reached > before) {
      isNew = true;
      out(`Archived changes of ${supplierId}, up to change ${format(reached)}.\n`);
      if (before === 0 && first > 1)
        out(`They begin with change ${format(first)}: those before it were taken away.\n`);
    }
  }
  if (failed > 0) throw new Error(`The changes of ${plural(failed, 'supplier')} were not archived.`);
  if (!isNew) out('There is nothing new to archive.\n');
  return 0;
}

async function verify(archive: string, io: Io): Promise<number> {
  for await (const { supplierId, files, first, last } of verifyArchive(archive, io.stop))
    io.out(`${supplierId}: changes ${format(first)} to ${format(last)}, in ${plural(files, 'file')}\n`);
  return 0;
}
