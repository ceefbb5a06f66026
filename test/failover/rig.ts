/** Real gateways on both hosts of a cluster, under load, while the cluster fails; and what the log says afterwards. */
import { startGateway, type RunningGateway } from '../support/machine/process.ts';
import { seedDatabase } from '../support/mutations.ts';
import { range } from '../support/range.ts';
import type { Cluster } from './cluster.ts';
import { follow, readLog, type Follower, type Seen } from './followers.ts';
import { until } from './until.ts';
import { openWebhook } from './webhook.ts';
import { skuOf, startWriters, type Acknowledged, type Writers } from './writers.ts';

export interface RigOptions {
  readonly gateways: number;
  readonly writers: number;
  readonly followers: number;
}

export interface Rig<C = Cluster> {
  readonly cluster: C;
  readonly gateways: readonly RunningGateway[];
  readonly writers: Writers;
  readonly followers: readonly Follower[];
  /** Resolves once so many more updates were acknowledged. */
  acknowledge(count: number): Promise<void>;
  /** How long after this moment the next update was acknowledged, in milliseconds. */
  backAfter(moment: number): Promise<number>;
  /** Ends the load, and compares everything that was told with the log. */
  finish(): Promise<RigReport>;
  /** Ends the load at once, and compares it with the log as a gateway tells it that starts now. */
  abandon(): Promise<RigReport>;
  close(): Promise<void>;
}

export interface RigReport {
  readonly acknowledged: number;
  /** Acknowledged updates that are not in the log. */
  readonly lost: number;
  /** Keys with more than one change. */
  readonly doubled: number;
  /** Followers that missed a change, or got one twice or out of order. */
  readonly gaps: number;
  /** Changes that a webhook endpoint did not get. */
  readonly untold: number;
  readonly faults: readonly string[];
  readonly statuses: Readonly<Record<string, number>>;
  readonly longestMs: number;
}

/** Of a cluster it needs the URL alone. */
export async function openRig<C extends Pick<Cluster, 'url'>>(
  cluster: C,
  options: RigOptions,
): Promise<Rig<C>> {
  await seedDatabase(
    cluster.url,
    range(options.writers + 1).map((n) => ({ skuId: skuOf(n) })),
  );
  const webhook = await openWebhook(cluster.url);
  const flags = ['--rate-limit', '0', '--log-level', 'silent', ...webhook.flags];
  const gateways = await Promise.all(range(options.gateways).map(() => startGateway(cluster.url, ...flags)));
  const origins = gateways.map(({ origin }) => origin);
  const followers = range(options.followers).map((n) => follow(origins[n % origins.length] ?? ''));
  const writers = startWriters(options.writers, () => origins);
  const { acknowledged } = writers;
  return {
    ...{ cluster, gateways, writers, followers },
    async acknowledge(count) {
      const wanted = acknowledged.length + count;
      await until(`${count} more updates are acknowledged`, () => acknowledged.length >= wanted);
    },
    async backAfter(moment) {
      const first = await until('an update is acknowledged', () =>
        acknowledged.find(({ answeredAt }) => answeredAt > moment),
      );
      return first.answeredAt - moment;
    },
    async finish() {
      await writers.stop();
      const log = await readLog(origins[0] ?? '');
      await untilCaughtUp(followers, log);
      await Promise.all(followers.map((follower) => follower.stop()));
      const untold = await webhook.untold(log.at(-1)?.id ?? 0);
      const report = compare(log, acknowledged, followers, writers);
      return { ...report, untold, faults: [...report.faults, ...webhook.faults] };
    },
    async abandon() {
      await writers.abandon();
      const fresh = await startGateway(cluster.url, ...flags);
      const log = await readLog(fresh.origin);
      await fresh.stop();
      return compare(log, acknowledged, [], writers);
    },
    async close() {
      await Promise.all(followers.map((follower) => follower.stop()));
      await Promise.all(gateways.map((gateway) => gateway.stop('SIGKILL')));
      webhook.close();
    },
  };
}

/** A stream that was cut off resumes after up to 30 seconds. One that never catches up is counted afterwards. */
async function untilCaughtUp(followers: readonly Follower[], log: readonly Seen[]): Promise<void> {
  const last = log.at(-1)?.id;
  const isDone = ({ seen, faults }: Follower) => faults.length > 0 || seen.at(-1)?.id === last;
  await until('all followers have the last change', () => followers.every(isDone)).catch(() => undefined);
}

function compare(
  log: readonly Seen[],
  acknowledged: readonly Acknowledged[],
  followers: readonly Follower[],
  writers: Writers,
): RigReport {
  const byKey = Map.groupBy(log, ({ reason }) => reason);
  const isStored = ({ key, skuId, version }: Acknowledged) =>
    byKey.get(key)?.some((change) => change.skuId === skuId && change.version === version) ?? false;
  const own = [...byKey].filter(([key]) => key?.startsWith('writer-'));
  const positions = log.map(({ id }) => id).join();
  const isWhole = ({ seen }: Follower) => seen.map(({ id }) => id).join() === positions;
  return {
    acknowledged: acknowledged.length,
    lost: acknowledged.filter((one) => !isStored(one)).length,
    doubled: own.filter(([, changes]) => changes.length > 1).length,
    gaps: followers.filter((follower) => !isWhole(follower)).length + Number(!isDense(log)),
    faults: followers.flatMap(({ faults }) => faults),
    untold: 0,
    statuses: Object.fromEntries(writers.statuses),
    longestMs: Math.round(writers.longestMs()),
  };
}

function isDense(log: readonly Seen[]): boolean {
  return log.every(({ id }, i) => i === 0 || id === (log[i - 1]?.id ?? 0) + 1);
}
