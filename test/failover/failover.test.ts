/** A replicated PostgreSQL loses its primary under load: nothing that was acknowledged is lost, and the gateways go on by themselves. */
import { expect, inject, test, describe } from 'vitest';
import { createCluster } from './cluster.ts';
import { openRig, type Rig } from './rig.ts';

/** Runs `work` on a cluster whose commits wait for the standby, with three gateways under load. */
async function withRig(work: (rig: Rig) => Promise<void>, isSynchronous = true): Promise<void> {
  const cluster = await createCluster(isSynchronous);
  if (!cluster) throw new Error('PostgreSQL was found a moment ago.');
  try {
    const rig = await openRig(cluster, { gateways: 3, writers: 8, followers: 12 });
    try {
      await work(rig);
    } finally {
      await rig.close();
    }
  } finally {
    await cluster.remove();
  }
}

const whole = { lost: 0, doubled: 0, gaps: 0, faults: [] };

describe.skipIf(inject('postgresUrl') === null).concurrent('a primary and a synchronous standby', () => {
  test('kill -9 of the primary, and its return as a standby', { timeout: 180_000 }, () =>
    withRig(async (rig) => {
      await rig.acknowledge(50);
      await rig.cluster.primary.kill();
      await rig.cluster.promote();
      await rig.acknowledge(50);
      await rig.cluster.rejoin();
      await rig.acknowledge(50);
      expect(await rig.finish()).toMatchObject(whole);
    }),
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
});
