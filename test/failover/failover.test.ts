/** A replicated PostgreSQL loses its primary under load: nothing that was acknowledged is lost, and the gateways go on by themselves. */
import { expect, inject, test, describe } from 'vitest';
import { createCluster, rowsOf } from './cluster.ts';
import { openRig, type Rig } from './rig.ts';
import { until } from './until.ts';

const WAITING = `select pid from pg_stat_activity where wait_event = 'SyncRep'`;

const heavy = { gateways: 3, writers: 8, followers: 12 };
const light = { gateways: 2, writers: 4, followers: 4 };

/** Runs `work` on a cluster whose commits wait for the standby, with gateways under load. */
async function withRig(work: (rig: Rig) => Promise<void>, isSynchronous = true, load = light): Promise<void> {
  const cluster = await createCluster(isSynchronous);
  if (!cluster) throw new Error('PostgreSQL was found a moment ago.');
  try {
    const rig = await openRig(cluster, load);
    try {
      await work(rig);
    } finally {
      await rig.close();
    }
  } finally {
    await cluster.remove();
  }
}

const whole = { lost: 0, doubled: 0, gaps: 0, untold: 0, faults: [] };

describe.skipIf(inject('postgresUrl') === null)('a primary and a synchronous standby', () => {
  test('kill -9 of the primary, and its return as a standby', { timeout: 180_000 }, () =>
    withRig(
      async (rig) => {
        await rig.acknowledge(50);
        await rig.cluster.primary.kill();
        await rig.cluster.promote();
        await rig.acknowledge(50);
        await rig.cluster.rejoin();
        await rig.acknowledge(50);
        expect(await rig.finish()).toMatchObject(whole);
      },
      true,
      heavy,
    ),
  );

  test('a frozen primary that wakes up is not believed', { timeout: 180_000 }, () =>
    withRig(async (rig) => {
      await rig.acknowledge(50);
      rig.cluster.primary.freeze();
      await rig.cluster.promote();
      await rig.acknowledge(50);
      rig.cluster.standby.wake();
      await rig.acknowledge(100);
      expect(await rig.finish()).toMatchObject(whole);
    }),
  );

  test(
    'a standby that is away costs each request its time-out, and leaves no backend behind',
    { timeout: 180_000 },
    () =>
      withRig(async (rig) => {
        const { primary, standby } = rig.cluster;
        const [gateway] = rig.gateways;
        const ready = async () => {
          const response = await fetch(`${gateway?.origin}/ready`);
          return { status: response.status, text: await response.text() };
        };
        await rig.acknowledge(50);
        expect(await ready()).toMatchObject({ status: 200 });
        // One that lags holds updates up, and no more.
        standby.freeze();
        await until('a commit waits', async () => (await rowsOf(primary.url, WAITING)).length > 0);
        standby.wake();
        await rig.acknowledge(50);
        await standby.kill();
        await until(
          'a commit no longer waits',
          () => (rig.writers.statuses.get('OUTCOME_UNKNOWN') ?? 0) >= 3,
        );
        expect(await ready()).toMatchObject({ status: 503, text: expect.stringContaining('standby') });
        // Each gateway has two commits and a probe at most.
        expect(await rowsOf(primary.url, WAITING)).toSatisfy(
          (rows: unknown[]) => rows.length <= 3 * rig.gateways.length,
        );
        await standby.start();
        await rig.acknowledge(50);
        await until('it is ready', async () => (await ready()).status === 200);
        const report = await rig.finish();
        expect(report).toMatchObject(whole);
        // It queued for 5 seconds, and waited for 5 more. The rest is a busy machine's.
        expect(report.longestMs).toBeLessThan(20_000);
      }),
  );
});

describe.skipIf(inject('postgresUrl') === null)('control', () => {
  test('a standby that commits do not wait for loses updates, and is refused', { timeout: 180_000 }, () =>
    withRig(async (rig) => {
      const { primary, standby } = rig.cluster;
      await rig.acknowledge(50);
      await standby.kill();
      await rig.acknowledge(50);
      await primary.kill();
      await standby.start();
      await rig.cluster.promote();
      const refused = async () =>
        (await (await fetch(`${rig.gateways[0]?.origin}/ready`)).text()).includes('COMMITS_LOST');
      await until('the promoted server is refused', refused);
      const acknowledged = rig.writers.acknowledged.length;
      const report = await rig.abandon();
      expect(report.lost).toBeGreaterThan(0);
      expect(report.acknowledged).toBe(acknowledged);
    }, false),
  );
});
