/** One client cannot hurt another: during each attack of an expensive neighbour, a quiet supplier is served and the process stays small. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestDatabase } from '../support/stores/databases.ts';
import { eventually } from '../support/eventually.ts';
import { THREADS } from '../support/gateway.ts';
import { createTestDatabase, describeOnEachStore } from '../support/stores/stores.ts';
import { attacks, searchOf } from './attacks.ts';
import { measureBeside } from './beside.ts';
import { greedyTokens, seedNeighbours, startWatched, type WatchedGateway } from './watched-gateway.ts';

const SKUS = 20_000;
const CONDITIONS = { quietMs: 100, besideMs: 300, answers: 32 };
/**
 * `npm run soak` holds the event loop to shorter turns on a machine such as the benchmarks'. This limit suits machines that are several
 * times slower. It counts processor time, because other programs do not lengthen that.
 */
const MOST_TURN_CPU_MS = 150;
/** One turn handles what has arrived on all connections: here a small request, which is refused, on each of thousands. */
const MOST_CROWDED_TURN_CPU_MS = 500;
/** Each further HTTP thread has a heap of its own. */
const MOST_MIB = 700 + 150 * (THREADS - 1);
/** The slowest answer to the quiet supplier may take this many times its slowest without a neighbour, or MOST_SLOWEST_MS. */
const MOST_TIMES_SLOWER = 20;
const MOST_SLOWEST_MS = 2_000;
/** Much less processor time than the abandoned queries would need to finish. */
const MOST_CPU_AFTER_MS = 1_000;
/** The attacks that run other code on PostgreSQL than on SQLite. */
const onPostgres = ['searches', 'bulks'];

describeOnEachStore('beside a neighbour', (kind) => {
  let database: TestDatabase;
  let attacked: WatchedGateway;
  beforeAll(async () => {
    database = await createTestDatabase(kind);
    await seedNeighbours(database.url, SKUS);
    attacked = await startWatched(database.url);
  });
  afterAll(async () => {
    await attacked.stop('SIGKILL');
    await database.remove();
  });

  test.each(kind === 'sqlite' ? Object.keys(attacks) : onPostgres)(
    'with %s a quiet supplier is served',
    async (attack) => {
      const { quiet, beside, turnCpuMs, residentMib } = await measureBeside(attacked, [attack], CONDITIONS);
      expect(beside.failures).toEqual([]);
      expect(beside.slowest).toBeLessThan(Math.max(MOST_SLOWEST_MS, MOST_TIMES_SLOWER * quiet.slowest));
      expect(turnCpuMs).toBeLessThan(attack === 'connections' ? MOST_CROWDED_TURN_CPU_MS : MOST_TURN_CPU_MS);
      expect(residentMib).toBeLessThan(MOST_MIB);
    },
  );

  test.runIf(kind === 'sqlite')('queries past their deadline are stopped: 504, QUERY_TIMEOUT', async () => {
    const gateway = await startWatched(database.url, '--query-timeout', '1');
    try {
      const asking = Array.from({ length: 4 }, async () => {
        const { status, text } = await ask(gateway.origin, searchOf(20));
        expect({ status, text }).toMatchObject({
          status: 504,
          text: expect.stringContaining('QUERY_TIMEOUT'),
        });
      });
      await Promise.any(asking);
    } finally {
      await gateway.stop('SIGKILL');
    }
  });

  test.runIf(kind === 'sqlite')('queries whose clients have left are stopped', async () => {
    const gateway = await startWatched(database.url, '--query-timeout', '300');
    try {
      const leaving = new AbortController();
      const abandoned = Array.from({ length: 6 }, () => ask(gateway.origin, searchOf(20), leaving.signal));
      // The thread that runs the other queries answers this one too. So they have started.
      await ask(gateway.origin, '{"query":"{ skus(first: 1) { nodes { skuId } } }"}');
      leaving.abort();
      const left = await Promise.allSettled(abandoned);
      expect(left.map(({ status }) => status)).toEqual(abandoned.map(() => 'rejected'));
      const began = (await gateway.watched()).cpuMs;
      await eventually(async () => {
        const { cpuMs: before } = await gateway.watched();
        await pause(200);
        expect((await gateway.watched()).cpuMs - before).toBeLessThan(50);
      });
      expect((await gateway.watched()).cpuMs - began).toBeLessThan(MOST_CPU_AFTER_MS);
    } finally {
      await gateway.stop();
    }
  });
});

async function ask(origin: string, body: string, signal?: AbortSignal) {
  const headers = { authorization: `Token ${greedyTokens[0]}`, 'content-type': 'application/json' };
  const init = { method: 'POST', headers, body, ...(signal && { signal }) };
  const response = await fetch(`${origin}/graphql`, init);
  return { status: response.status, text: await response.text() };
}
