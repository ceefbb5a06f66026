/** A cluster as its own people run it: two nodes of Patroni with a synchronous standby, etcd, and HAProxy. */
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, query } from '../../support/stores/postgres-server.ts';
import { until } from '../until.ts';
import { startNode, type Etcd, type Node, type Ports } from './node.ts';
import { makeFolder, run } from './processes.ts';

const DATABASE = 'stockgate';
const NODES = [1, 2];
const ANSWER_MS = 1_000;

export interface PatroniCluster {
  /** The database's URL with both hosts. */
  readonly url: string;
  /** Its URL by way of HAProxy. */
  readonly proxied: string;
  /** Resolves once there is a leader with a synchronous standby, to the leader and the other one. */
  settled(): Promise<{ readonly leader: Node; readonly standby: Node }>;
  /** The name of the leader that takes writes; undefined if there is none. */
  leader(): Promise<string | undefined>;
  switchOver(leader: Node, to: Node): Promise<void>;
  remove(): Promise<void>;
}

const nameOf = (index: number) => `n${index + 1}`;

/** Stops what was started, the last first. */
type Stops = (() => Promise<void>)[];

export async function createPatroniCluster(etcdApi: Etcd['api']): Promise<PatroniCluster> {
  const folder = makeFolder();
  const stops: Stops = [];
  const remove = async () => {
    for (const stop of stops.toReversed()) await stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    return { ...(await startCluster(folder, stops, etcdApi)), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function startCluster(
  folder: string,
  stops: Stops,
  api: Etcd['api'],
): Promise<Omit<PatroniCluster, 'remove'>> {
  const etcd = { api, port: await startEtcd(folder, stops) };
  const ports: Ports[] = [];
  for (const _ of NODES) ports.push({ postgres: await freePort(), rest: await freePort() });
  const nodes: Node[] = [];
  for (const [i, own] of ports.entries()) {
    const node = startNode(folder, nameOf(i), own, etcd);
    stops.push(() => node.kill('all'));
    nodes.push(node);
    // The first one makes the database that the other copies.
    if (i === 0) await until('the first node leads', () => leaderOf(ports));
  }
  const settled = () =>
    until('a leader has a synchronous standby', async () => {
      const all = await members(ports);
      const nodeWith = (role: string) => {
        const member = all.find((one) => one.role === role && /^(running|streaming)$/.test(one.state));
        return nodes.find(({ name }) => name === member?.name);
      };
      const [leader, standby] = [nodeWith('leader'), nodeWith('sync_standby')];
      return leader && standby && { leader, standby };
    });
  const { leader } = await settled();
  await query(`postgres://postgres@127.0.0.1:${leader.port}/postgres`, `create database ${DATABASE}`);
  const proxyPort = await startProxy(folder, ports, stops);
  await untilFound(`postgres://postgres@127.0.0.1:${proxyPort}/${DATABASE}`);
  const hosts = ports.map(({ postgres }) => `127.0.0.1:${postgres}`).join();
  return {
    url: `postgres://postgres@${hosts}/${DATABASE}?target_session_attrs=read-write`,
    proxied: `postgres://postgres@127.0.0.1:${proxyPort}/${DATABASE}`,
    settled,
    leader: () => leaderOf(ports),
    switchOver: (from, to) => switchOver(ports[nodes.indexOf(from)]?.rest ?? 0, from, to),
  };
}

/** Resolves once HAProxy leads to the leader alone. Before its first look it leads to each server in turn. */
async function untilFound(url: string): Promise<void> {
  const isLeader = `do $$ begin if pg_is_in_recovery() then raise 'a standby'; end if; end $$`;
  const tries = [1, 2, 3, 4];
  await until('HAProxy has found the leader', () =>
    Promise.all(tries.map(() => query(url, isLeader))).then(
      () => true,
      () => false,
    ),
  );
}

/** Asks the leader. Patroni answers once the other one leads. */
async function switchOver(rest: number, from: Node, to: Node): Promise<void> {
  const body = JSON.stringify({ leader: from.name, candidate: to.name });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`http://127.0.0.1:${rest}/switchover`, { method: 'POST', body, headers });
  if (!answer.ok) throw new Error(`Patroni refused the switchover: ${await answer.text()}`);
}

/** Resolves to the port for clients. */
async function startEtcd(folder: string, stops: Stops): Promise<number> {
  const [port, peer] = [await freePort(), await freePort()];
  const [client, other] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${peer}`];
  const program = run(folder, 'etcd', 'etcd', [
    ...[
      '--data-dir',
      join(folder, 'etcd'),
      '--listen-client-urls',
      client,
      '--advertise-client-urls',
      client,
    ],
    ...['--listen-peer-urls', other, '--initial-advertise-peer-urls', other],
    ...['--initial-cluster', `default=${other}`, '--unsafe-no-fsync', '--enable-v2'],
  ]);
  stops.push(() => program.kill());
  await until('etcd is healthy', () =>
    fetch(`${client}/health`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  return port;
}

/** Resolves to undefined if nobody answers soon, as Patroni does not while its PostgreSQL is frozen. */
function ask(url: string): Promise<Response | undefined> {
  return fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) }).catch(() => undefined);
}

interface Member {
  readonly name: string;
  readonly role: string;
  readonly state: string;
}

/** The members as any node tells them. */
async function members(ports: readonly Ports[]): Promise<readonly Member[]> {
  for (const { rest } of ports) {
    const answer = await ask(`http://127.0.0.1:${rest}/cluster`);
    if (answer?.ok) return ((await answer.json()) as { members: Member[] }).members;
  }
  return [];
}

async function leaderOf(ports: readonly Ports[]): Promise<string | undefined> {
  for (const [i, { rest }] of ports.entries()) {
    const answer = await ask(`http://127.0.0.1:${rest}/primary`);
    if (answer?.ok) return nameOf(i);
  }
  return undefined;
}

/** With the settings that docs/operating.md gives. Resolves to its port. */
async function startProxy(folder: string, ports: readonly Ports[], stops: Stops): Promise<number> {
  const port = await freePort();
  const servers = ports.map(
    ({ postgres, rest }, i) => `  server ${nameOf(i)} 127.0.0.1:${postgres} check port ${rest}`,
  );
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(
    file,
    `defaults
  mode tcp
  retries 1
  option redispatch
  timeout connect 2s
  timeout client 30m
  timeout server 30m
  timeout check 2s
listen primary
  bind 127.0.0.1:${port}
  option httpchk OPTIONS /primary
  http-check expect status 200
  default-server inter 500ms fall 2 rise 1 on-marked-down shutdown-sessions
${servers.join('\n')}
`,
  );
  chmodSync(file, 0o644);
  const program = run(folder, 'haproxy', 'haproxy', ['-db', '-f', file]);
  stops.push(() => program.kill());
  return port;
}
