/** `npm run fuzz -- --requests N --seed N [--database sqlite|postgres]`: fuzzes the real program on a new store, and prints how to repeat each failure. */
import { parseArgs } from 'node:util';
import { openStore } from '../../src/db/store/open-store.ts';
import { seedStore } from '../support/gateway.ts';
import { startGateway } from '../support/machine/process.ts';
import { makeFolder } from '../support/stores/databases.ts';
import { withDatabase } from '../support/stores/with-database.ts';
import { dumpSupplier, faultsInStore, untilFeedsEnd } from './check-store.ts';
import { fuzz, isAlive, show, type Failure } from './fuzz.ts';
import { doors, type Door } from './wire-request.ts';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    /** Sends only the request with this index. */
    only: { type: 'string' },
    /** Sends only to this door. */
    door: { type: 'string' },
    /** sqlite, or postgres, which starts a server too. */
    database: { type: 'string', default: 'sqlite' },
  },
});
const seed = Number(values.seed);
const indexes =
  values.only === undefined ? [...Array(Number(values.requests)).keys()] : [Number(values.only)];
/** The number of failures of a door that are printed in full. */
const MAX_REPORTED = 20;
const say = (text: string) => process.stdout.write(`${text}\n`);

function report(door: Door, { index, faults, request, answer }: Failure): void {
  say(`\n${door}, request ${index}: ${faults.join('; ')}`);
  say(`  sent      ${show(request)}`);
  say(`  answered  ${answer.slice(0, 2_000)}`);
  say(
    `  again     npm run fuzz -- --door ${door} --seed ${seed} --only ${index} --database ${values.database}`,
  );
}

let faults = 0;
const expect = (holds: boolean, words: string) => {
  if (holds) return;
  faults += 1;
  say(`FAILED: ${words}`);
};
await withDatabase(values.database, fuzzStore);
process.exitCode = faults > 0 ? 1 : 0;

async function fuzzStore(database: string): Promise<void> {
  const store = await openStore(database);
  const spool = makeFolder();
  try {
    await seedStore(store, () => new Date());
    const rival = await dumpSupplier(store, 'rival');
    // Large calls cost many units. With the usual rate limit, the requests after them would be refused.
    const gateway = await startGateway(
      database,
      '--log-level',
      'error',
      '--rate-limit',
      '1000000',
      '--feed-spool',
      spool.path,
    );
    try {
      for (const door of doors.filter((name) => values.door === undefined || values.door === name)) {
        await fuzzDoor(gateway.origin, door);
      }
      expect(gateway.process.exitCode === null, 'the process is gone');
      if (gateway.process.exitCode === null) await untilFeedsEnd(store);
      const alive = await isAlive(gateway.origin, 1 + (seed % 1_000)).catch(() => false);
      expect(alive, 'a plain update does not work any more');
    } finally {
      expect((await gateway.stop()) === 0, 'the process did not stop in order');
    }
    expect((await dumpSupplier(store, 'rival')) === rival, "the other supplier's rows have changed");
    for (const fault of await faultsInStore(store)) expect(false, fault);
  } finally {
    await store.close();
    spool.remove();
  }
}

async function fuzzDoor(origin: string, door: Door): Promise<void> {
  const began = performance.now();
  const { failures, statuses } = await fuzz(origin, door, seed, indexes);
  failures.slice(0, MAX_REPORTED).forEach((failure) => report(door, failure));
  faults += failures.length;
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  const counts = `${indexes.length} requests in ${seconds} s, ${failures.length} failures`;
  say(`${door}: seed ${seed}, ${counts}; by status ${JSON.stringify(statuses)}`);
}
