/** `npm run failover -- [--fault kill|switchover|freeze] [--rounds 10] [--gateways 3] [--writers 16] [--followers 12]` */
import { parseArgs } from 'node:util';
import { createCluster, type Cluster } from './cluster.ts';
import { openRig } from './rig.ts';

const { values } = parseArgs({
  options: {
    fault: { type: 'string', default: 'kill' },
    rounds: { type: 'string', default: '10' },
    gateways: { type: 'string', default: '3' },
    writers: { type: 'string', default: '16' },
    followers: { type: 'string', default: '12' },
  },
});
/** Updates between two faults. */
const BETWEEN = 300;

/** How the primary goes before its standby is promoted. */
const faults: Readonly<Record<string, (cluster: Cluster) => unknown>> = {
  kill: ({ primary }) => primary.kill(),
  switchover: ({ primary }) => primary.stop('fast'),
  freeze: ({ primary }) => primary.freeze(),
};
const fault = faults[values.fault];
if (!fault) throw new Error(`--fault must be one of ${Object.keys(faults).join(', ')}.`);
const cluster = await createCluster();
if (!cluster) throw new Error('There is no PostgreSQL here. Install it.');
try {
  const rig = await openRig(cluster, {
    gateways: Number(values.gateways),
    writers: Number(values.writers),
    followers: Number(values.followers),
  });
  try {
    await rig.acknowledge(BETWEEN);
    for (let round = 1; round <= Number(values.rounds); round++) {
      const started = performance.now();
      await fault(cluster);
      await cluster.promote();
      const promoted = performance.now();
      const backMs = await rig.backAfter(promoted);
      const [gone, back] = [promoted - started, backMs].map((ms) => (ms / 1_000).toFixed(2));
      process.stdout.write(`${values.fault} ${round}: promoted after ${gone} s, an update ${back} s later\n`);
      await rig.acknowledge(BETWEEN);
      if (values.fault === 'freeze') {
        cluster.standby.wake();
        await rig.acknowledge(BETWEEN);
        await cluster.standby.kill();
      }
      await cluster.rejoin();
      await rig.acknowledge(BETWEEN);
    }
    const report = await rig.finish();
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    if (report.lost + report.doubled + report.gaps + report.untold + report.faults.length > 0)
      process.exitCode = 1;
  } finally {
    await rig.close();
  }
} finally {
  await cluster.remove();
}
