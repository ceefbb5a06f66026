/**
 * `npm run failover-patroni -- [--fault kill|node|switchover|freeze|wake] [--rounds 10] [--through hosts|haproxy] [--etcd 2|3]`: the same load as in
 * `npm run failover`, on a cluster that fails over by itself. It needs the programs etcd, patroni and haproxy.
 */
import { parseArgs } from 'node:util';
import { loadOptions, runRounds } from '../run-rounds.ts';
import { until } from '../until.ts';
import { createPatroniCluster } from './cluster.ts';
import type { Node } from './node.ts';

const { values } = parseArgs({
  options: {
    fault: { type: 'string', default: 'kill' },
    through: { type: 'string', default: 'hosts' },
    etcd: { type: 'string', default: '3' },
    ...loadOptions,
  },
});

const { etcd } = values;
if (etcd !== '2' && etcd !== '3') throw new Error('--etcd must be 2 or 3.');
const cluster = await createPatroniCluster(etcd);
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
  let failed: Node | undefined;
  await runRounds(values.through === 'haproxy' ? cluster.proxied : cluster.url, values, {
    async fail(rig) {
      const { leader, standby } = await cluster.settled();
      failed = leader;
      const started = performance.now();
      await fault.fail(leader, standby);
      await until('the other node leads', async () => (await cluster.leader()) === standby.name);
      const led = performance.now();
      // A switchover answers once it is done, and updates may be back before that.
      const backMs = await rig.backAfter(values.fault === 'switchover' ? started : led);
      const [other, update] = [led - started, led - started + backMs].map((ms) => (ms / 1_000).toFixed(2));
      return `another leads after ${other} s, an update after ${update} s`;
    },
    mend: () => {
      if (failed) fault.mend?.(failed);
    },
  });
} finally {
  await cluster.remove();
}
