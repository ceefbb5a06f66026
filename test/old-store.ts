/** Stores as earlier versions of the program left them. */
import Sqlite from 'better-sqlite3';
import { Kysely, PostgresDialect, SqliteDialect } from 'kysely';
import { Migrator } from 'kysely/migration';
import { Pool } from 'pg';
import { createMigrations } from '../src/db/migrations.ts';
import type { StoreKind } from '../src/db/open.ts';

/** Opens a database past the present code; where a migration is named, gives a bare one the schema as of then. */
export async function openOldStore(
  kind: StoreKind,
  url: string,
  migration?: string,
): Promise<Kysely<unknown>> {
  const dialect =
    kind === 'sqlite'
      ? new SqliteDialect({ database: new Sqlite(url.replace('sqlite:', '')) })
      : new PostgresDialect({ pool: new Pool({ connectionString: url }) });
  const db = new Kysely<unknown>({ dialect });
  if (migration === undefined) return db;
  const migrations = createMigrations(kind);
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) } });
  const { error } = await migrator.migrateTo(migration);
  if (error) throw error instanceof Error ? error : new Error('The migrations failed.', { cause: error });
  return db;
}
