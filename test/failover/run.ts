/** `npm run failover -- [--fault kill|switchover|freeze] [--rounds 10] [--gateways 3] [--writers 16] [--followers 12]` */
import { parseArgs } from 'node:util';
import { createCluster, type Cluster } from './cluster.ts';
import { BETWEEN, loadOptions, runRounds } from './run-rounds.ts';

const { values } = parseArgs({ options: { fault: { type: 'string', default: 'kill' }, ...loadOptions } });

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
  await runRounds(cluster.url, values, {
    async fail(rig) {
      const started = performance.now();
      await fault(cluster);
      await cluster.promote();
      const promoted = performance.now();
      const backMs = await rig.backAfter(promoted);
      const [gone, back] = [promoted - started, backMs].map((ms) => (ms / 1_000).toFixed(2));
      return `promoted after ${gone} s, an update ${back} s later`;
    },
    async mend(rig) {
      if (values.fault === 'freeze') {
        cluster.standby.wake();
        await rig.acknowledge(BETWEEN);
        await cluster.standby.kill();
      }
      await cluster.rejoin();
    },
  });
} finally {
  await cluster.remove();
}
