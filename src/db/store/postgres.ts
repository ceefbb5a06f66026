/** Kysely on PostgreSQL, with three bounded pools: for writes, for point reads and for all other reads, so that long reads block nothing. */
import type { Pool, PoolClient } from 'pg';
import { Kysely, PostgresDialect, type PostgresPool } from 'kysely';
import { hideSecretsIn } from '../driver/database-url.ts';
import { createNames, toKyselyClient } from '../driver/postgres-client.ts';
import { fromPostgres } from '../driver/store-error.ts';
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
  /** Server settings of each connection, in milliseconds. 0 means no limit. */
  readonly statement_timeout: number;
  readonly idle_in_transaction_session_timeout: number;
}

/** Creates the three pools, and a `close` that ends them. Connections open on first use, so this does not fail if the server is down. */
export async function openPostgres(
  url: string,
  { queryTimeoutMs, answerTimeoutMs, isSide }: Patience & { readonly isSide: boolean },
) {
  const reading = {
    isSide,
    answerTimeoutMs,
    statement_timeout: queryTimeoutMs,
    idle_in_transaction_session_timeout: 0,
  };
  // A gateway that stalls inside a transaction loses its session and its locks before its callers' answers time out.
  const writing = Math.floor(answerTimeoutMs * WRITE_SHARE);
  const pools = {
    db: await openPool(url, { purpose: 'reads', ...reading }),
    points: await openPool(url, { purpose: 'points', ...reading }),
    writes: await openPool(url, {
      purpose: 'writes',
      answerTimeoutMs,
      statement_timeout: writing,
      idle_in_transaction_session_timeout: writing,
    }),
  };
  return {
    ...pools,
    close: async () => {
      await Promise.all(Object.values(pools).map((pool) => pool.destroy()));
    },
  };
}

/** A pool without timeouts, for migrations: on a large store they can run for minutes. */
export async function openPostgresForUpkeep(url: string): Promise<Kysely<Tables>> {
  return openPool(url, {
    purpose: 'upkeep',
    answerTimeoutMs: 0,
    statement_timeout: 0,
    idle_in_transaction_session_timeout: 0,
  });
}

async function openPool(
  url: string,
  { purpose, isSide = false, answerTimeoutMs, ...settings }: PoolOptions,
): Promise<Kysely<Tables>> {
  const { default: pg } = await import('pg');
  const types = new pg.TypeOverrides();
  // The driver returns 64-bit integers as text. Positions and counts stay far below 2^53, so numbers hold them exactly.
  types.setTypeParser(pg.types.builtins.INT8, Number);
  const pipeline = purpose === 'writes';
  const pool = new pg.Pool({
    connectionString: url,
    max: isSide ? Math.min(MAX_CONNECTIONS[purpose], MAX_SIDE_CONNECTIONS) : MAX_CONNECTIONS[purpose],
    types,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    application_name: 'stockgate',
    pipeline,
    ...settings,
  });
  // The pool replaces a broken connection. Without these listeners its `error` event would end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => void client.on('error', () => undefined));
  const nameOf = createNames(MAX_STATEMENTS);
  const canceled = pipeline ? 'STORE_UNAVAILABLE' : 'QUERY_TIMEOUT';
  const options = { nameOf, answerTimeoutMs, pipeline, canceled } as const;
  const kyselyPool: PostgresPool = {
    options: pool.options,
    end: () => pool.end(),
    connect: async () => toKyselyClient(await connect(pool, url), options),
  };
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool: kyselyPool }) });
}

/** Takes a connection from the pool. Errors of the server, DNS or TLS may quote the URL, so secrets are removed from their messages. */
async function connect(pool: Pool, url: string): Promise<PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw fromPostgres(hideSecretsIn(error, url));
  }
}
