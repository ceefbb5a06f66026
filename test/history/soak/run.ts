/**
 * `npm run prune-soak -- [--database sqlite|postgres] [--changes 10000000] [--keep 1000000] [--skus 50000] [--rate 500] [--seconds 60]`:
 * prunes a log of millions under updates, compares their latencies with quiet ones, and looks at what is left.
 */
import { statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { sql } from 'kysely';
import { openStore } from '../../../src/db/store/open-store.ts';
import type { Store } from '../../../src/db/store/store.ts';
import { checkDatabase } from '../../../src/db/upkeep/check.ts';
import { startGateway } from '../../support/machine/process.ts';
import { withDatabase } from '../../support/stores/with-database.ts';
import { fill, SUPPLIER } from './fill.ts';
import { startLoad } from './load.ts';
import { findFaults } from './verify.ts';

const { values } = parseArgs({
  options: {
    database: { type: 'string', default: 'sqlite' },
    changes: { type: 'string', default: '10000000' },
    keep: { type: 'string', default: '1000000' },
    skus: { type: 'string', default: '50000' },
    rate: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '60' },
  },
});
const [changes, keep, skus, rate] = [values.changes, values.keep, values.skus, values.rate].map(Number) as [
  number,
  number,
  number,
  number,
];
/** The age of the last change that is to go. It goes once it is older than a day less. */
const DAYS = 10;
const say = (what: string, detail: unknown) => process.stdout.write(`${what}: ${JSON.stringify(detail)}\n`);

async function sizeOf({ db, kind }: Store, url: string): Promise<number> {
  if (kind === 'sqlite') return statSync(url.replace('sqlite:', '')).size;
  const { rows } = await sql<{ size: number }>`select pg_database_size(current_database()) as size`.execute(
    db,
  );
  return rows[0]?.size ?? 0;
}

/** Changes of the filled log that are left before this position. */
async function countLeft({ db }: Store, position: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from inventory_change
    where supplier_id = ${SUPPLIER} and position <= ${position}`.execute(db);
  return rows[0]?.count ?? 0;
}

async function isPruned(store: Store, horizon: number): Promise<boolean> {
  const { rows } = await sql<{ pruned: number; next: number | null }>`select pruned_position as pruned,
      (select min(position) from inventory_change where supplier_id = ${SUPPLIER}
        and position > ${skus} and position <= ${horizon}) as next
    from supplier where supplier_id = ${SUPPLIER}`.execute(store.db);
  return (rows[0]?.pruned ?? 0) >= horizon && (rows[0]?.next ?? null) === null;
}

/** Serves under the load, until it has gone on for some seconds and `isDone`. */
async function serve(url: string, flags: readonly string[], isDone: () => Promise<boolean>) {
  const gateway = await startGateway(url, '--rate-limit', '0', '--log-level', 'warn', ...flags);
  const started = performance.now();
  const load = startLoad(gateway.origin, rate, Math.floor(skus / 10), skus);
  const least = Number(values.seconds) * 1_000;
  while (performance.now() - started < least || !(await isDone())) await pause(1_000);
  const latencies = await load.stop();
  return { gateway, latencies, seconds: Math.round((performance.now() - started) / 1_000) };
}

await withDatabase(values.database, async (url) => {
  const horizon = changes - keep;
  await fill(url, { changes, skus, changesPerDay: keep / DAYS });
  const store = await openStore(url);
  try {
    say('filled', { changes, MiB: Math.round((await sizeOf(store, url)) / 2 ** 20) });
    const quiet = await serve(url, [], () => Promise.resolve(true));
    await quiet.gateway.stop();
    say('quiet', quiet.latencies);
    const pruning = await serve(url, ['--history-days', String(DAYS - 1)], () => isPruned(store, horizon));
    say('pruning', { ...pruning.latencies, seconds: pruning.seconds });
    say('p99 of pruning to quiet', Math.round((pruning.latencies.p99Ms / quiet.latencies.p99Ms) * 100) / 100);
    const faults = await findFaults(pruning.gateway.origin, store, skus);
    say('left before the horizon', await countLeft(store, horizon));
    await pruning.gateway.stop();
    say('MiB', Math.round((await sizeOf(store, url)) / 2 ** 20));
    const { findings, ...counts } = await checkDatabase(url);
    say('check', { findings, ...counts });
    say('faults', faults);
    if (faults.length + findings.length + quiet.latencies.errors + pruning.latencies.errors > 0)
      process.exitCode = 1;
  } finally {
    await store.close();
  }
});
