/** A node of the cluster: Patroni, and the PostgreSQL server that it starts. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findBinaries } from '../../support/stores/postgres-server.ts';
import { run, writeJson } from './processes.ts';

/** Seconds after which a leader that is silent is replaced, and between two looks. Patroni's defaults are 30 and 10. */
const TIMES = { ttl: 20, loop_wait: 1, retry_timeout: 5 };

export interface Node {
  readonly name: string;
  readonly port: number;
  /** Kills PostgreSQL, and with `all` Patroni too, as a machine that fails. */
  kill(all?: 'all'): Promise<void>;
  /** Stops all processes of PostgreSQL where they are, and lets them go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  /** Starts Patroni again after it was killed. */
  start(): void;
}

export interface Ports {
  readonly postgres: number;
  readonly rest: number;
}

/** Where Patroni keeps the leader key. Patroni 3.0.2 compares the key before it renews it in version 2 of etcd's API alone. */
export interface Etcd {
  readonly port: number;
  readonly api: '2' | '3';
}

/** `folder` takes its data and its logs. */
export function startNode(folder: string, name: string, { postgres, rest }: Ports, etcd: Etcd): Node {
  const data = join(folder, name);
  const file = writeJson(folder, `${name}.json`, settingsOf(folder, name, { postgres, rest }, etcd));
  const start = () => run(folder, `patroni-${name}`, 'patroni', [file]);
  let patroni = start();
  const server = () => {
    const pid = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
    const children = execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' }).split('\n');
    return [pid, ...children.filter(Boolean).map(Number)];
  };
  const signalAll = (signal: NodeJS.Signals) => {
    try {
      for (const pid of server()) process.kill(pid, signal);
    } catch {
      // It has ended meanwhile, or never started.
    }
  };
  return {
    name,
    port: postgres,
    async kill(all) {
      if (all) await patroni.kill();
      signalAll('SIGKILL');
    },
    signal: signalAll,
    start() {
      patroni = start();
    },
  };
}

function settingsOf(folder: string, name: string, { postgres, rest }: Ports, { port, api }: Etcd): object {
  const bin = findBinaries();
  if (bin === undefined) throw new Error('There is no PostgreSQL here. Install it.');
  const trust = ['host all all 127.0.0.1/32 trust', 'host replication all 127.0.0.1/32 trust'];
  return {
    scope: 'stockgate',
    name,
    restapi: { listen: `127.0.0.1:${rest}`, connect_address: `127.0.0.1:${rest}` },
    [api === '3' ? 'etcd3' : 'etcd']: { hosts: `127.0.0.1:${port}` },
    bootstrap: {
      dcs: {
        ...TIMES,
        synchronous_mode: true,
        // A crashed leader is replaced at once, and not started again first.
        primary_start_timeout: 0,
        postgresql: {
          use_pg_rewind: true,
          use_slots: true,
          // A server that comes back must find what it missed, or it never becomes the synchronous standby that commits wait for.
          parameters: { max_connections: 200, wal_log_hints: 'on', wal_keep_size: '512MB' },
        },
      },
      initdb: [{ encoding: 'UTF8' }, { auth: 'trust' }],
    },
    postgresql: {
      listen: `127.0.0.1:${postgres}`,
      connect_address: `127.0.0.1:${postgres}`,
      data_dir: join(folder, name),
      bin_dir: bin,
      pgpass: join(folder, `${name}.pgpass`),
      pg_hba: trust,
      authentication: {
        superuser: { username: 'postgres', password: 'postgres' },
        replication: { username: 'replicator', password: 'replicator' },
      },
      parameters: { unix_socket_directories: '', wal_retrieve_retry_interval: '100ms' },
    },
  };
}
