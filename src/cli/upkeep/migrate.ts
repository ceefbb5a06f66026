/** `stockgate migrate`: brings a database to the present schema, as `serve` does when it starts. */
import { openStore } from '../../db/store/open-store.ts';
import { database } from '../options/settings.ts';
import { PROGRAM, readOptions, type Command } from '../options/command.ts';

/** The command `migrate`. Opening a store runs its missing migrations. */
export const migrateCommand: Command = {
  help: `Usage: ${PROGRAM} migrate [--database URL]

Brings the database to the present schema. \`serve\`, \`import\` and \`token\` do so too when they open it;
this is for those who want to do it at a moment of their own.

  --database URL   sqlite:PATH or postgres://USER@HOST/NAME (default sqlite:./data/stockgate.db)
`,
  run: async (args, io) => {
    const { values } = readOptions({ database }, [], args, io.env);
    const store = await openStore(values.database);
    await store.close();
    io.err('The database has the present schema.\n');
    return 0;
  },
};
