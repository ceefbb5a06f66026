/** Crash after crash of the real program under load; after each the store is compared with what was sent and answered. */
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
  /** Called after each cycle. */
  readonly progress?: (cycle: number) => void;
}

/** Cycles that share a database: long enough for a log to grow, short enough to read all of it after each. */
const CYCLES_PER_DATABASE = 20;
/** A kill comes at a random moment within these, in milliseconds: of a start, and of the load. */
const START_MS = 900;
const LOAD_MS = 600;
const MAX_START_KILLS_OF_NEW = 2;
const START_KILL_CHANCE = 0.25;
/** For how long the store's server is down at most. */
const DOWN_MS = 400;
/** Before a server stops, and after it started again, the clients have so long at least. */
const SERVED_MS = 50;
const FLAGS = ['--log-level', 'silent'];
const catalog = skuIds.map((skuId) => ({ skuId }));

/** Kills the gateway; the database that is made is empty. */
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
  // Its store never failed: it may die, and not fail.
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
      // Nothing but the signal ended it.
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

/** A gateway that does not outlive the work, even where that fails. */
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

/** Stops the store's server under the gateway, as a crash would, and starts it again. The gateway is one process all the time. */
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

/** What has a key is sent until it is answered; then the gateway stops in order. */
async function finish(url: string, gateway: RunningGateway, traffic: Traffic, seed: number, cycle: number) {
  await expectKept(url, traffic, seed, cycle);
  await settle(traffic, gateway.origin);
  await expectKept(url, traffic, seed, cycle);
  if ((await gateway.stop()) !== 0) throw new Error('The gateway did not stop in order.');
  await expectKept(url, traffic, seed, cycle);
}

/** Throws with all that is needed to look into it. */
async function expectKept(url: string, { history }: Traffic, seed: number, cycle: number): Promise<void> {
  const stored = await readStored(url);
  const findings = check(history, stored);
  if (findings.length > 0) throw new Error(describeFindings(findings, history, stored, seed, cycle));
}
