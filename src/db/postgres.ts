/** Kysely's dialect for PostgreSQL: a pool of bounded size and patience, and named statements. */
import type { Pool, PoolClient } from 'pg';
import { PostgresDialect, type Dialect, type PostgresPool, type PostgresPoolClient } from 'kysely';
import { UnavailableError } from '../unavailable.ts';
import { hideSecretsIn } from './database-url.ts';
import { fromPostgres } from './store-error.ts';

/** For how long a connection is waited for, in milliseconds. */
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * `queryTimeoutMs`: for how long a statement's answer is waited for, so that a server that stalls keeps nobody waiting for ever;
 * asked for each statement, and 0 for no limit.
 */
export async function openPostgres(
  url: string,
  { maxConnections, maxStatements }: { maxConnections: number; maxStatements: number },
  queryTimeoutMs: () => number,
): Promise<Dialect> {
  const { default: pg } = await import('pg');
  const types = new pg.TypeOverrides();
  // Positions and counts, all far below 2^53.
  types.setTypeParser(pg.types.builtins.INT8, Number);
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    types,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  });
  // The pool replaces a connection that breaks; without a listener its error would end the process, be it idle or at work.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => void client.on('error', () => undefined));
  const nameOf = createNames(maxStatements);
  const kyselyPool: PostgresPool = {
    options: pool.options,
    end: () => pool.end(),
    connect: async () => toKyselyClient(await connect(pool, url), nameOf, queryTimeoutMs),
  };
  return new PostgresDialect({ pool: kyselyPool });
}

/** What the server or the way there says of a connection may quote the URL's parameters. */
async function connect(pool: Pool, url: string): Promise<PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw fromPostgres(hideSecretsIn(error, url));
  }
}

/** PostgreSQL plans an unnamed statement on every call; a named one once a connection. */
function createNames(maxStatements: number): (text: string) => string | undefined {
  const names = new Map<string, string>();
  return (text) => {
    if (!names.has(text) && names.size < maxStatements) names.set(text, `stockgate_${names.size}`);
    return names.get(text);
  };
}

/** A connection that broke, or whose answer never came, is not used again: what it still says would be taken for another's answer. */
function toKyselyClient(
  client: PoolClient,
  nameOf: (text: string) => string | undefined,
  queryTimeoutMs: () => number,
): PostgresPoolClient {
  let broken = false;
  const query = async (text: string, values: unknown[]) => {
    // The server undoes what a lost connection began.
    if (broken && text === 'rollback') return nothing;
    try {
      const query_timeout = queryTimeoutMs();
      return await client.query({
        name: nameOf(text),
        text,
        values,
        ...(query_timeout > 0 && { query_timeout }),
      });
    } catch (error) {
      const known = fromPostgres(error);
      broken ||= known instanceof UnavailableError;
      throw known;
    }
  };
  // Kysely's overload for cursors is never called: no query here streams.
  return {
    query,
    release: (destroy?: boolean) => client.release(broken || destroy),
  } as unknown as PostgresPoolClient;
}

const nothing = { command: 'ROLLBACK', rowCount: 0, rows: [] };
