/** Kysely on PostgreSQL, with three bounded pools: for writes, for point reads and for all other reads, so that long reads block nothing. */
import type { ClientBase, Pool } from 'pg';
import { callbackify } from 'node:util';
import { Kysely, PostgresDialect, type PostgresPool } from 'kysely';
import { hideSecretsIn } from '../driver/database-url.ts';
import { readConnectionSettings, type ConnectionSettings } from '../driver/postgres/connection-settings.ts';
import { HostPool, type Held, type OpenPool } from '../driver/postgres/host-pool.ts';
import { createHosts, type Hosts } from '../driver/postgres/hosts.ts';
import { rememberAcknowledged } from '../driver/postgres/acknowledged.ts';
import { createNames, toKyselyClient, type ClientOptions } from '../driver/postgres/postgres-client.ts';
import { fromPostgres } from '../driver/store-error.ts';
import { endStandbyWaits } from './standby-waits.ts';
import type { Tables } from './tables.ts';

/**
 * Maximum connections of a process, by purpose. A pool opens another connection only when all of its open ones are busy.
 * Writes are two commits and a purge at most. A point read takes a millisecond, so three connections serve thousands a second.
 */
const MAX_CONNECTIONS = { writes: 3, points: 3, reads: 4, upkeep: 2 };
/** The same for a store that is opened with `isSide`, at most. */
const MAX_SIDE_CONNECTIONS = 2;
/** How long a caller waits for a connection, in milliseconds. */
const CONNECT_TIMEOUT_MS = 5_000;
/** Prepared statements that each connection keeps. The program has few statements, but filters combine to many texts. */
const MAX_STATEMENTS = 200;
/** The server's timeout for writes, as a share of the answer timeout. The server gives up first, so the outcome of the write is known. */
const WRITE_SHARE = 0.8;
/** How long a commit may wait for a synchronous standby, in milliseconds. Then the wait ends, and its outcome is unknown. */
const STANDBY_PATIENCE_MS = 5_000;
/** The same for commands, which nobody waits behind: a copy may commit much at once. */
const COMMAND_PATIENCE_MS = 60_000;
/** How often a commit that waits is looked at, in milliseconds. */
const STANDBY_LOOK_MS = 500;

/** Timeouts of a store on PostgreSQL. */
export interface Patience {
  /** How long a read may run in the server, in milliseconds. 0 means no limit. */
  readonly queryTimeoutMs: number;
  /** How long the gateway waits for any answer of the server, in milliseconds. 0 means no limit. It ends waits for a stalled server. */
  readonly answerTimeoutMs: number;
}

interface PoolOptions {
  readonly purpose: keyof typeof MAX_CONNECTIONS;
  readonly isSide?: boolean;
  readonly answerTimeoutMs: number;
  readonly slowCommit?: ClientOptions['slowCommit'];
  readonly verify?: (client: ClientBase, version: number) => Promise<void>;
  /** Server settings of each connection, in milliseconds. 0 means no limit. */
  readonly statement_timeout: number;
  readonly idle_in_transaction_session_timeout: number;
}

/** Where the database is, and which of its servers is used. */
interface Place {
  readonly url: string;
  readonly settings: ConnectionSettings;
  readonly hosts: Hosts;
}

/** Creates the three pools, and a `close` that ends them. Connections open on first use, so this does not fail if the server is down. */
export async function openPostgres(
  url: string,
  { queryTimeoutMs, answerTimeoutMs, isSide }: Patience & { readonly isSide: boolean },
) {
  const place = openPlace(url);
  const { hosts } = place;
  const acknowledged = rememberAcknowledged(hosts);
  const reading = {
    isSide,
    answerTimeoutMs,
    statement_timeout: queryTimeoutMs,
    idle_in_transaction_session_timeout: 0,
  };
  // A gateway that stalls inside a transaction loses its session and its locks before its callers' answers time out.
  const writing = Math.floor(answerTimeoutMs * WRITE_SHARE);
  const points = await openPool(place, { purpose: 'points', ...reading });
  const patienceMs = answerTimeoutMs > 0 ? STANDBY_PATIENCE_MS : COMMAND_PATIENCE_MS;
  const endWaits = () => {
    // The next look tries again.
    endStandbyWaits(points, patienceMs - STANDBY_LOOK_MS).catch(() => undefined);
  };
  const pools = {
    points,
    db: await openPool(place, { purpose: 'reads', ...reading }),
    writes: await openPool(place, {
      purpose: 'writes',
      answerTimeoutMs,
      verify: acknowledged.verify,
      slowCommit: { afterMs: STANDBY_LOOK_MS, act: endWaits },
      statement_timeout: writing,
      idle_in_transaction_session_timeout: writing,
    }),
  };
  return {
    ...pools,
    ...{ hosts, noteCommit: acknowledged.note },
    close: async () => {
      hosts.close();
      await Promise.all(Object.values(pools).map((pool) => pool.destroy()));
    },
  };
}

/** A pool without timeouts, for migrations: on a large store they can run for minutes. */
export async function openPostgresForUpkeep(url: string) {
  const place = openPlace(url);
  const db = await openPool(place, {
    purpose: 'upkeep',
    answerTimeoutMs: 0,
    statement_timeout: 0,
    idle_in_transaction_session_timeout: 0,
  });
  const close = async () => {
    place.hosts.close();
    await db.destroy();
  };
  return { db, close };
}

function openPlace(url: string): Place {
  const settings = readConnectionSettings(url);
  return { url, settings, hosts: createHosts(url, settings) };
}

async function openPool(place: Place, options: PoolOptions): Promise<Kysely<Tables>> {
  const { purpose, answerTimeoutMs, verify, slowCommit } = options;
  const pool = new HostPool(place.hosts, await createOpenPool(place.settings, options), verify);
  const canceled = purpose === 'writes' ? 'STORE_UNAVAILABLE' : 'QUERY_TIMEOUT';
  const nameOf = createNames(place.settings.isPrepared ? MAX_STATEMENTS : 0);
  const client = { nameOf, answerTimeoutMs, pipeline: purpose === 'writes', canceled, slowCommit } as const;
  const kyselyPool: PostgresPool = {
    options: {},
    end: () => pool.end(),
    connect: async () => toKyselyClient(await connect(pool, place.url), client),
  };
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool: kyselyPool }) });
}

async function createOpenPool(
  { connectTimeoutMs = CONNECT_TIMEOUT_MS }: ConnectionSettings,
  { purpose, isSide = false, ...options }: PoolOptions,
): Promise<OpenPool> {
  const { default: pg } = await import('pg');
  const types = new pg.TypeOverrides();
  // The driver returns 64-bit integers as text. Positions and counts stay far below 2^53, so numbers hold them exactly.
  types.setTypeParser(pg.types.builtins.INT8, Number);
  /** The pool gives a client its own timeout, which is also the one for waiting while all connections are busy. */
  class Client extends pg.Client {
    constructor(config: object = {}) {
      super({ ...config, connectionTimeoutMillis: connectTimeoutMs });
    }
  }
  return ({ url }, onConnect): Pool =>
    new pg.Pool({
      Client,
      connectionString: url,
      max: isSide ? Math.min(MAX_CONNECTIONS[purpose], MAX_SIDE_CONNECTIONS) : MAX_CONNECTIONS[purpose],
      types,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      application_name: 'stockgate',
      pipeline: purpose === 'writes',
      verify: callbackify(onConnect),
      statement_timeout: options.statement_timeout,
      idle_in_transaction_session_timeout: options.idle_in_transaction_session_timeout,
    });
}

/** Takes a connection from the pool. Errors of the server, DNS or TLS may quote the URL, so secrets are removed from their messages. */
async function connect(pool: HostPool, url: string): Promise<Held> {
  try {
    return await pool.connect();
  } catch (error) {
    throw fromPostgres(hideSecretsIn(error, url));
  }
}
