/** A replicated PostgreSQL fails under load: nothing that was acknowledged is lost, and the gateways go on by themselves. */
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { createCluster, rowsOf, type Cluster } from './cluster.ts';
import { openRig, type Rig } from './rig.ts';
import { until } from './until.ts';

const TIMEOUT_MS = 180_000;
const WAITING = `select pid from pg_stat_activity where wait_event = 'SyncRep'`;

async function openCluster(isSynchronous: boolean): Promise<Cluster> {
  const cluster = await createCluster(isSynchronous);
  if (!cluster) throw new Error('PostgreSQL was found a moment ago.');
  return cluster;
}

async function ready({ gateways: [gateway] }: Rig): Promise<{ status: number; text: string }> {
  const response = await fetch(`${gateway?.origin}/ready`);
  return { status: response.status, text: await response.text() };
}

describe.skipIf(inject('postgresUrl') === null)('a primary and a synchronous standby', () => {
  let cluster: Cluster;
  let rig: Rig;
  beforeAll(async () => {
    cluster = await openCluster(true);
    rig = await openRig(cluster, { gateways: 3, writers: 6, followers: 12 });
  }, TIMEOUT_MS);
  afterAll(async () => {
    await rig.close();
    await cluster.remove();
  }, TIMEOUT_MS);

  // In this order, on one cluster and under one load. The last test compares everything.
  test('kill -9 of the primary, and its return as a standby', { timeout: TIMEOUT_MS }, async () => {
    await rig.acknowledge(50);
    await cluster.primary.kill();
    await cluster.promote();
    await rig.acknowledge(50);
    await cluster.rejoin();
    await rig.acknowledge(50);
  });

  test('a frozen primary that wakes up is not believed', { timeout: TIMEOUT_MS }, async () => {
    cluster.primary.freeze();
    await cluster.promote();
    await rig.acknowledge(50);
    cluster.standby.wake();
    await rig.acknowledge(50);
  });

  test('nor when the one that was promoted fails', { timeout: TIMEOUT_MS }, async () => {
    const { primary, standby } = cluster;
    await primary.kill();
    await until('/ready says why', async () => (await ready(rig)).text.includes('REPLACED_PRIMARY'));
    await primary.start();
    await rig.acknowledge(50);
    await standby.kill();
    await cluster.rejoin();
    await rig.acknowledge(50);
  });

  test('a standby that lags holds updates up, and no more', { timeout: TIMEOUT_MS }, async () => {
    const { primary, standby } = cluster;
    standby.freeze();
    await until('a commit waits', async () => (await rowsOf(primary.url, WAITING)).length > 0);
    standby.wake();
    await rig.acknowledge(50);
  });

  test(
    'one that is away costs each request its time-out, and leaves no backend behind',
    { timeout: TIMEOUT_MS },
    async () => {
      const { primary, standby } = cluster;
      const unknown = () => rig.writers.statuses.get('OUTCOME_UNKNOWN') ?? 0;
      const before = unknown();
      await until('it is ready', async () => (await ready(rig)).status === 200);
      await standby.kill();
      await until('commits no longer wait', () => unknown() >= before + 3);
      // A look may take too long to say why. The next one says it.
      await until('/ready says why it is not', async () => {
        const { status, text } = await ready(rig);
        expect(status).toBe(503);
        return text.includes('standby');
      });
      // Each gateway has two commits and a probe at most.
      expect((await rowsOf(primary.url, WAITING)).length).toBeLessThanOrEqual(3 * rig.gateways.length);
      await standby.start();
      await rig.acknowledge(50);
      await until('it is ready again', async () => (await ready(rig)).status === 200);
    },
  );

  test(
    'nothing is lost, doubled or skipped, and each request was answered',
    { timeout: TIMEOUT_MS },
    async () => {
      const report = await rig.finish();
      expect(report).toMatchObject({ lost: 0, doubled: 0, gaps: 0, untold: 0, faults: [] });
      // Its client gave none up, which waits for 30 seconds.
      expect(report.statuses).not.toHaveProperty('broken');
    },
  );
});

describe.skipIf(inject('postgresUrl') === null)('control', () => {
  test(
    'a standby that commits do not wait for loses updates, and is refused',
    { timeout: TIMEOUT_MS },
    async () => {
      const cluster = await openCluster(false);
      onTestFinished(cluster.remove, TIMEOUT_MS);
      const rig = await openRig(cluster, { gateways: 1, writers: 4, followers: 0 });
      onTestFinished(rig.close);
      const { primary, standby } = cluster;
      await rig.acknowledge(50);
      await standby.kill();
      await rig.acknowledge(50);
      await primary.kill();
      await standby.start();
      await cluster.promote();
      await until('the promoted server is refused', async () =>
        (await ready(rig)).text.includes('COMMITS_LOST'),
      );
      const acknowledged = rig.writers.acknowledged.length;
      const report = await rig.abandon();
      expect(report.lost).toBeGreaterThan(0);
      expect(report.acknowledged).toBe(acknowledged);
    },
  );
});
