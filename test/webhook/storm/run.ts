/** `npm run webhook-storm -- [--database sqlite|postgres] [--seconds 600] [--kills 10] [--gateways 2] [--updates 200] [--seed N]` */
import { parseArgs } from 'node:util';
import { withDatabase } from '../../support/stores/with-database.ts';
import { runStorm } from './storm.ts';

const { values } = parseArgs({
  options: {
    database: { type: 'string', default: 'sqlite' },
    seconds: { type: 'string', default: '600' },
    kills: { type: 'string', default: '10' },
    /** By default one on SQLite and two on PostgreSQL. */
    gateways: { type: 'string' },
    updates: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
  },
});
process.stdout.write(`${values.database}, seed ${values.seed}, ${values.seconds} s\n`);
await withDatabase(values.database, async (url) => {
  const report = await runStorm({
    url,
    gateways: Number(values.gateways ?? (values.database === 'sqlite' ? 1 : 2)),
    seconds: Number(values.seconds),
    kills: Number(values.kills),
    updatesPerSecond: Number(values.updates),
    seed: Number(values.seed),
    hangs: true,
  });
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  if (report.faults.length > 0 || report.received !== report.changes) process.exitCode = 1;
});
