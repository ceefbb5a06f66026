/** A primary and its standby: real PostgreSQL servers that fail and are promoted as an operator, or Patroni, would promote them. */
import { Client } from 'pg';
import { createPostgresServer, query, type PostgresServer } from '../support/stores/postgres-server.ts';
import { until } from './until.ts';

export interface Cluster {
  /** The database's URL, with both hosts. */
  readonly url: string;
  /** The server that takes writes now, and the other one. */
  readonly primary: PostgresServer;
  readonly standby: PostgresServer;
  /** Promotes the standby. Resolves once it takes writes. */
  promote(): Promise<void>;
  /** Makes a standby of the former primary, which must be stopped. Resolves once commits wait for it, if they are to. */
  rejoin(): Promise<void>;
  remove(): Promise<void>;
}

const NAME = 'stockgate';

/** Returns undefined if PostgreSQL's binaries are not found. `isSynchronous`: commits wait for the standby. */
export async function createCluster(isSynchronous = true): Promise<Cluster | undefined> {
  const first = await createPostgresServer();
  if (!first) return undefined;
  await first.start();
  await query(`${first.url}/postgres`, `create database ${NAME}`);
  const second = await createPostgresServer([], first.url);
  if (!second) throw new Error('The binaries were there a moment ago.');
  await second.start();
  let servers = { primary: first, standby: second };
  const followed = async () => {
    await untilFollowed(servers.primary);
    if (isSynchronous) await waitForStandby(servers.primary);
  };
  await followed();
  const [one, two] = [first, second].map(({ url }) => new URL(url).host);
  return {
    url: `postgres://postgres@${one},${two}/${NAME}?target_session_attrs=read-write`,
    get primary() {
      return servers.primary;
    },
    get standby() {
      return servers.standby;
    },
    async promote() {
      await query(`${servers.standby.url}/postgres`, 'select pg_promote(true, 60)');
      servers = { primary: servers.standby, standby: servers.primary };
    },
    async rejoin() {
      await servers.standby.rejoin(servers.primary.url);
      await followed();
    },
    async remove() {
      await Promise.all([first, second].map((server) => server.kill()));
      await Promise.all([first, second].map((server) => server.remove()));
    },
  };
}

/** From now on the primary's commits wait for its standby. */
async function waitForStandby({ url }: PostgresServer): Promise<void> {
  await query(`${url}/postgres`, `alter system set synchronous_standby_names = '*'`);
  await query(`${url}/postgres`, 'select pg_reload_conf()');
  await until('commits wait for the standby', async () => {
    const rows = await rowsOf(url, `select 1 from pg_stat_replication where sync_state = 'sync'`);
    return rows.length > 0;
  });
}

async function untilFollowed({ url }: PostgresServer): Promise<void> {
  await until('the standby follows', async () => {
    const rows = await rowsOf(url, `select 1 from pg_stat_replication where state = 'streaming'`);
    return rows.length > 0;
  });
}

/** The rows that a server answers, on a new connection. */
export async function rowsOf(server: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: `${server}/postgres` });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}
