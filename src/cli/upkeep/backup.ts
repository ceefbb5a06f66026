/** `stockgate backup`: saves a SQLite store to a file, while it is in use. */
import { backUp } from '../../db/upkeep/backup.ts';
import { boolean, database } from '../options/settings.ts';
import { describeFindings } from './check.ts';
import { PROGRAM, readOptions, type Command, type Option } from '../options/command.ts';
import { format, plural } from '../../feed/counts.ts';

const options = { database, compact: { type: 'boolean', schema: boolean } } satisfies Record<string, Option>;

/** The command `backup`. It fails without a file if the check of the copy finds a problem. */
export const backupCommand: Command = {
  help: `Usage: ${PROGRAM} backup FILE [--compact] [--database sqlite:PATH]

Saves a SQLite store, as it is at one moment, to a new FILE. Gateways go on reading and writing. The copy is checked as \`check\` does.
FILE appears when the copy is complete, on disk and without a finding. Until then it is FILE.XXXXXXXX.part: if a backup is killed,
remove that file. The store's log grows by what is written meanwhile.

  --compact                leaves out the room in the store that nothing uses. It takes longer, and no signal stops it. A store of
                           an older version gets smaller later only from such a FILE on
  --database sqlite:PATH   (default sqlite:./data/stockgate.db)

To restore, start the gateway on a copy of FILE. Where that takes the place of another database, move PATH-wal and PATH-shm
away together with PATH. PostgreSQL is saved with its own pg_dump.
`,
  run: async (args, io) => {
    const { values, positionals } = readOptions(options, ['FILE'], args, io.env);
    const [file = ''] = positionals;
    if (!values.database.startsWith('sqlite:'))
      throw new Error(
        'This saves SQLite alone. Save PostgreSQL with pg_dump --format=custom --file=FILE URL.',
      );
    const { compact } = values;
    const { report, bytes } = await backUp(values.database.slice('sqlite:'.length), file, io.stop, {
      compact,
    });
    if (report.findings.length > 0) {
      io.err(describeFindings(report.findings));
      throw new Error('There is no backup, for the store has these problems.');
    }
    io.out(
      `Saved ${plural(report.skus, 'SKU')} and ${plural(report.changes, 'change')}, ${format(bytes)} bytes, to ${file}.\n`,
    );
    return 0;
  },
};
