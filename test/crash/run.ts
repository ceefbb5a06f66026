/** `npm run crash -- --cycles 200 --seed N [--database sqlite|postgres] [--restart-server]`: crashes the program as often as you ask, and checks the store each time. */
import { parseArgs } from 'node:util';
import { createPostgresDatabase, createSqliteDatabase } from '../support/stores/databases.ts';
import { createPostgresServer } from '../support/stores/postgres-server.ts';
import { crashGateway, crashServer, type CrashOptions } from './crashes.ts';
import { createReport, describeReport } from './report.ts';

const { values } = parseArgs({
  options: {
    cycles: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    database: { type: 'string', default: 'sqlite' },
    'restart-server': { type: 'boolean', default: false },
  },
});
const say = (text: string) => void process.stdout.write(text);
const report = createReport();
const options: CrashOptions = {
  seed: Number(values.seed),
  cycles: Number(values.cycles),
  report,
  progress: (cycle) => say(cycle % 10 === 9 ? `${cycle + 1}\n` : '.'),
};
const restarts = values['restart-server'];
const began = performance.now();
say(
  `seed ${options.seed}, ${options.cycles} cycles on ${restarts ? 'a PostgreSQL that crashes' : values.database}\n`,
);
if (values.database === 'sqlite' && !restarts) await crashGateway(createSqliteDatabase, options);
else await onPostgres();
say(
  `\n${describeReport(report)}${((performance.now() - began) / 1000).toFixed(0)} s, nothing lost, nothing doubled\n`,
);

async function onPostgres(): Promise<void> {
  const server = await createPostgresServer();
  if (!server) throw new Error('There is no PostgreSQL here.');
  try {
    await server.start();
    if (restarts) await crashServer(server, await createPostgresDatabase(server.url), options);
    else await crashGateway(() => createPostgresDatabase(server.url), options);
  } finally {
    await server.remove();
  }
}
