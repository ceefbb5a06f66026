/** Kysely on PostgreSQL: pools of bounded size and patience, for writes, for point reads and for all others. */
import type { Pool, PoolClient } from 'pg';
import { Kysely, PostgresDialect, type PostgresPool } from 'kysely';
import { hideSecretsIn } from '../driver/database-url.ts';
import { createNames, toKyselyClient } from '../driver/postgres-client.ts';
import { fromPostgres } from '../driver/store-error.ts';
import type { Tables } from './tables.ts';

/**
 * Connections that a process holds at most, by what they are for. A pool opens one when all of its own are at work. Two commits are
 * under way at a time, and a purge. A point read takes a millisecond: three serve thousands a second.
 */
const MAX_CONNECTIONS = { writes: 3, points: 3, reads: 4, upkeep: 2 };
/** For how long a connection is waited for, in milliseconds. */
const CONNECT_TIMEOUT_MS = 5_000;
/** Prepared statements kept on each connection. Texts are few, but filters combine. */
const MAX_STATEMENTS = 200;
/** The server gives up on a write within this share of the time for which its answer is waited for: then it is known what became of it. */
const WRITE_SHARE = 0.8;

export interface Patience {
  /** For how long a read runs, in milliseconds; 0: without a bound. */
  readonly queryTimeoutMs: number;
  /** For how long any answer is waited for, so that a server that stalls keeps nobody waiting for ever; 0: without a bound. */
  readonly answerTimeoutMs: number;
}

interface PoolOptions {
  readonly purpose: keyof typeof MAX_CONNECTIONS;
  readonly answerTimeoutMs: number;
  /** Settings of each connection, in milliseconds; 0: without a bound. */
  readonly statement_timeout: number;
  readonly idle_in_transaction_session_timeout: number;
}

/** Opens no connection before it is used. */
export async function openPostgres(url: string, { queryTimeoutMs, answerTimeoutMs }: Patience) {
  const reading = {
    answerTimeoutMs,
    statement_timeout: queryTimeoutMs,
    idle_in_transaction_session_timeout: 0,
  };
  // A gateway that stalls within a transaction loses its locks no later than its callers lose patience.
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

/** For migrations, which take as long as they take. */
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
  { purpose, answerTimeoutMs, ...settings }: PoolOptions,
): Promise<Kysely<Tables>> {
  const { default: pg } = await import('pg');
  const types = new pg.TypeOverrides();
  // Positions and counts, all far below 2^53.
  types.setTypeParser(pg.types.builtins.INT8, Number);
  const pipeline = purpose === 'writes';
  const pool = new pg.Pool({
    connectionString: url,
    max: MAX_CONNECTIONS[purpose],
    types,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    application_name: 'stockgate',
    pipeline,
    ...settings,
  });
  // The pool replaces a connection that breaks; without a listener its error would end the process, be it idle or at work.
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

/** What the server or the way there says of a connection may quote the URL's parameters. */
async function connect(pool: Pool, url: string): Promise<PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw fromPostgres(hideSecretsIn(error, url));
  }
}
