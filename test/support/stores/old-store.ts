/** Opens stores with the schema of an earlier version of the program. */
import Sqlite from 'better-sqlite3';
import { Kysely, PostgresDialect, SqliteDialect } from 'kysely';
import { Migrator } from 'kysely/migration';
import { Pool } from 'pg';
import { createMigrations } from '../../../src/db/migrations/migrations.ts';
import type { StoreKind } from '../../../src/db/store/store.ts';

/** Opens a database without the product's store. `migration` migrates an empty database up to and including that migration. */
export async function openOldStore(
  kind: StoreKind,
  url: string,
  migration?: string,
): Promise<Kysely<unknown>> {
  const dialect =
    kind === 'sqlite'
      ? new SqliteDialect({ database: new Sqlite(url.replace('sqlite:', '')) })
      : new PostgresDialect({ pool: createPool(url) });
  const db = new Kysely<unknown>({ dialect });
  if (migration === undefined) return db;
  const migrations = createMigrations(kind);
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) } });
  const { error } = await migrator.migrateTo(migration);
  if (error) throw error instanceof Error ? error : new Error('The migrations failed.', { cause: error });
  return db;
}

/** Tests drop a database while connections to it are still closing. The errors of those connections do not matter. */
function createPool(url: string): Pool {
  const pool = new Pool({ connectionString: url });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => void client.on('error', () => undefined));
  return pool;
}
