/** Crashes the real program under load, again and again, and compares the store with the requests and answers after each crash. */
import { setTimeout as sleep } from 'node:timers/promises';
import { once } from 'node:events';
import type { TestDatabase } from '../support/stores/databases.ts';
import { seedDatabase } from '../support/mutations.ts';
import type { PostgresServer } from '../support/stores/postgres-server.ts';
import { spawnGateway, startGateway, type RunningGateway } from '../support/machine/process.ts';
import { check } from './check.ts';
import { CONNECTION_BROKE } from './client.ts';
import { MAX_CYCLES, skuIds } from './plan.ts';
import { createRandom, type Random } from './random.ts';
import { addTo, describeFindings, type Report } from './report.ts';
import { createTraffic, settle, startLoad, type Traffic } from './load.ts';
import { readStored } from './stored.ts';

export interface CrashOptions {
  readonly seed: number;
  readonly cycles: number;
  readonly report: Report;
  readonly progress?: (cycle: number) => void;
}

/** Cycles on one database. The log must grow, but stay short enough to be read whole after each cycle. */
const CYCLES_PER_DATABASE = 20;
/** A kill comes at a random moment: within START_MS of a start, or within LOAD_MS under load. */
const START_MS = 900;
const LOAD_MS = 600;
const MAX_START_KILLS_OF_NEW = 2;
const START_KILL_CHANCE = 0.25;
/** The longest time for which the PostgreSQL server is down. */
const DOWN_MS = 400;
/** The least time under load before the PostgreSQL server stops and after it has started again. */
const SERVED_MS = 50;
const FLAGS = ['--log-level', 'silent'];
const catalog = skuIds.map((skuId) => ({ skuId }));

/** Kills the gateway. `create` makes an empty database. */
export async function crashGateway(
  create: () => Promise<TestDatabase> | TestDatabase,
  options: CrashOptions,
): Promise<void> {
  if (options.cycles > MAX_CYCLES) throw new Error(`At most ${MAX_CYCLES} cycles.`);
  for (let first = 0; first < options.cycles; first += CYCLES_PER_DATABASE) {
    const database = await create();
    try {
      await crashOneDatabase(database.url, first, options);
    } finally {
      await database.remove();
    }
  }
  // The store did not fail. So broken connections are the only errors that clients may see.
  const faults = [...options.report.unknown.keys()].filter((why) => why !== CONNECTION_BROKE);
  if (faults.length > 0)
    throw new Error(`seed ${options.seed}: the gateway answered with ${faults.join(', ')}`);
}

async function crashOneDatabase(url: string, first: number, options: CrashOptions): Promise<void> {
  const { seed, cycles, report, progress } = options;
  const random = createRandom(seed, first, -1);
  for (let kills = random.below(MAX_START_KILLS_OF_NEW + 1); kills > 0; kills--)
    await killStart(url, random, report);
  await seedDatabase(url, catalog);
  const traffic = createTraffic();
  const last = Math.min(first + CYCLES_PER_DATABASE, cycles);
  for (let cycle = first; cycle < last; cycle++) {
    if (random.chance(START_KILL_CHANCE)) await killStart(url, random, report);
    await withGateway(url, async (gateway) => {
      await expectKept(url, traffic, seed, cycle);
      const load = startLoad(traffic, gateway.origin, seed, cycle);
      await load.answered;
      await sleep(random.below(LOAD_MS));
      // An exit code would mean that the gateway had ended before the signal.
      if ((await gateway.stop('SIGKILL')) !== null) throw new Error('The gateway ended by itself.');
      load.stop();
      await load.ended;
    });
    report.kills++;
    progress?.(cycle);
  }
  await withGateway(url, (gateway) => finish(url, gateway, traffic, seed, last));
  addTo(report, traffic);
}

/** Ends the gateway after the work, even if the work fails. */
async function withGateway(url: string, work: (gateway: RunningGateway) => Promise<void>): Promise<void> {
  const gateway = await startGateway(url, ...FLAGS);
  try {
    await work(gateway);
  } finally {
    gateway.process.kill('SIGKILL');
  }
}

async function killStart(url: string, random: Random, report: Report): Promise<void> {
  const child = spawnGateway(url, FLAGS);
  const exited = once(child, 'exit');
  await sleep(random.below(START_MS));
  child.kill('SIGKILL');
  await exited;
  report.startKills++;
}

/** Crashes the PostgreSQL server and starts it again, in each cycle. The gateway must survive all of it as one process. */
export async function crashServer(
  server: Pick<PostgresServer, 'stop' | 'start'>,
  database: TestDatabase,
  { seed, cycles, report, progress }: CrashOptions,
): Promise<void> {
  const { url } = database;
  const random = createRandom(seed, -2);
  await seedDatabase(url, catalog);
  const traffic = createTraffic();
  await withGateway(url, async (gateway) => {
    for (let cycle = 0; cycle < cycles; cycle++) {
      const load = startLoad(traffic, gateway.origin, seed, cycle);
      await sleep(SERVED_MS + random.below(LOAD_MS));
      await server.stop('immediate');
      await sleep(random.below(DOWN_MS));
      await server.start();
      await sleep(SERVED_MS + random.below(LOAD_MS));
      load.stop();
      await load.ended;
      if (gateway.process.exitCode !== null) throw new Error('The gateway did not survive its store.');
      await expectKept(url, traffic, seed, cycle);
      report.kills++;
      progress?.(cycle);
    }
    await finish(url, gateway, traffic, seed, cycles);
  });
  addTo(report, traffic);
}

/** Repeats operations with a key until they are answered, then stops the gateway in order. */
async function finish(url: string, gateway: RunningGateway, traffic: Traffic, seed: number, cycle: number) {
  await expectKept(url, traffic, seed, cycle);
  await settle(traffic, gateway.origin);
  await expectKept(url, traffic, seed, cycle);
  if ((await gateway.stop()) !== 0) throw new Error('The gateway did not stop in order.');
  await expectKept(url, traffic, seed, cycle);
}

/** Throws if a promise is broken, with the details that an investigation needs. */
async function expectKept(url: string, { history }: Traffic, seed: number, cycle: number): Promise<void> {
  const stored = await readStored(url);
  const findings = check(history, stored);
  if (findings.length > 0) throw new Error(describeFindings(findings, history, stored, seed, cycle));
}
