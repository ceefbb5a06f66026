/** Brings a store to the present schema, or says why it cannot be. */
import { sql, type Kysely } from 'kysely';
import { DEFAULT_MIGRATION_TABLE, Migrator } from 'kysely/migration';
import { createMigrations } from './migrations.ts';
import { UnavailableError } from '../../domain/unavailable.ts';
import type { StoreKind } from './store.ts';
import type { Tables } from './tables.ts';

/** Runs the migrations that are due. A database of a newer version is left as it is. */
async function migrate(db: Kysely<Tables>, kind: StoreKind): Promise<void> {
  await refuseNewer(db, kind);
  const { error } = await createMigrator(db, kind).migrateToLatest();
  if (error) throw error instanceof Error ? error : new Error('The migrations failed.', { cause: error });
}

/** Throws with one clear line when a migration is due, or the database is of a newer version. */
async function requireSchema(db: Kysely<Tables>, kind: StoreKind): Promise<void> {
  await refuseNewer(db, kind);
  const migrations = await createMigrator(db, kind).getMigrations();
  if (migrations.some(({ executedAt }) => executedAt === undefined))
    throw new Error(
      'The database does not have the present schema: run `npm run stockgate -- migrate` on it first.',
    );
}

async function refuseNewer(db: Kysely<Tables>, kind: StoreKind): Promise<void> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === DEFAULT_MIGRATION_TABLE)) return;
  const { rows } = await sql<{
    name: string;
  }>`select name from ${sql.table(DEFAULT_MIGRATION_TABLE)}`.execute(db);
  const known = createMigrations(kind);
  const unknown = rows.find(({ name }) => !(name in known));
  if (!unknown) return;
  throw new Error(
    `The database is of a newer version of Stockgate (${unknown.name} is not known here): run that version, or a later one.`,
  );
}

function createMigrator(db: Kysely<Tables>, kind: StoreKind): Migrator {
  const migrations = createMigrations(kind);
  return new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) } });
}

/** Migrates to the present schema, or requires it where the store is to be read only; closes the store and throws when that fails. */
export async function prepareSchema(
  db: Kysely<Tables>,
  kind: StoreKind,
  readOnly: boolean,
  close: () => Promise<void>,
): Promise<void> {
  try {
    await (readOnly ? requireSchema(db, kind) : migrate(db, kind));
  } catch (error) {
    await close();
    throw firstOf(error);
  }
}

/** A name with several addresses fails with one error for each, and no words of its own. */
function firstOf(error: unknown): unknown {
  if (error instanceof UnavailableError) return firstOf(error.cause);
  return error instanceof AggregateError && error.message === '' ? error.errors[0] : error;
}
