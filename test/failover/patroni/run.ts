/**
 * `npm run failover-patroni -- [--fault kill|node|switchover|freeze|wake] [--rounds 10] [--through hosts|haproxy] [--etcd 2|3]`: the same load as in
 * `npm run failover`, on a cluster that fails over by itself. It needs the programs etcd, patroni and haproxy.
 */
import { parseArgs } from 'node:util';
import { openRig } from '../rig.ts';
import { until } from '../until.ts';
import { createPatroniCluster } from './cluster.ts';
import type { Node } from './node.ts';

const { values } = parseArgs({
  options: {
    fault: { type: 'string', default: 'kill' },
    rounds: { type: 'string', default: '10' },
    through: { type: 'string', default: 'hosts' },
    etcd: { type: 'string', default: '3' },
    gateways: { type: 'string', default: '3' },
    writers: { type: 'string', default: '16' },
    followers: { type: 'string', default: '12' },
  },
});
/** Updates between two faults. */
const BETWEEN = 300;

const cluster = await createPatroniCluster(values.etcd === '2' ? '2' : '3');
/** How the leader goes, and how it comes back once the other one leads. */
const faults: Readonly<
  Record<string, { fail(leader: Node, standby: Node): Promise<void>; mend?(node: Node): void }>
> = {
  kill: { fail: (leader) => leader.kill() },
  node: { fail: (leader) => leader.kill('all'), mend: (node) => node.start() },
  switchover: { fail: (leader, standby) => cluster.switchOver(leader, standby) },
  freeze: {
    fail: (leader) => Promise.resolve(leader.signal('SIGSTOP')),
    // As a watchdog would do it.
    mend: (node) => void node.kill(),
  },
  // With version 3 of etcd's API, Patroni 3.0.2 lets the former primary lead again, and no update is acknowledged (docs/operating.md).
  wake: {
    fail: (leader) => Promise.resolve(leader.signal('SIGSTOP')),
    mend: (node) => node.signal('SIGCONT'),
  },
};
try {
  const fault = faults[values.fault];
  if (!fault) throw new Error(`--fault must be one of ${Object.keys(faults).join(', ')}.`);
  const url = values.through === 'haproxy' ? cluster.proxied : cluster.url;
  const rig = await openRig(
    { url },
    {
      gateways: Number(values.gateways),
      writers: Number(values.writers),
      followers: Number(values.followers),
    },
  );
  try {
    await rig.acknowledge(BETWEEN);
    for (let round = 1; round <= Number(values.rounds); round++) {
      const { leader, standby } = await cluster.settled();
      const failed = performance.now();
      await fault.fail(leader, standby);
      await until('the other node leads', async () => (await cluster.leader()) === standby.name);
      const led = performance.now();
      // A switchover answers once it is done, and updates may be back before that.
      const backMs = await rig.backAfter(values.fault === 'switchover' ? failed : led);
      const seconds = [led - failed, led - failed + backMs].map((ms) => (ms / 1_000).toFixed(2));
      process.stdout.write(
        `${values.fault} ${round}: another leads after ${seconds[0]} s, an update after ${seconds[1]} s\n`,
      );
      await rig.acknowledge(BETWEEN);
      fault.mend?.(leader);
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
