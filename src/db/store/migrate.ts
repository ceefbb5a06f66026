/** Migrates a store to the current schema, or fails with a message that says what to do. */
import { sql, type Kysely } from 'kysely';
import { DEFAULT_MIGRATION_TABLE, Migrator } from 'kysely/migration';
import { createMigrations } from '../migrations/migrations.ts';
import { codeOf } from '../driver/store-error.ts';
import { UnavailableError } from '../../domain/unavailable.ts';
import type { StoreKind } from './store.ts';
import type { Tables } from './tables.ts';

/** Any number that no other program locks in the database. */
const MIGRATION_LOCK = 7_305_115;

/**
 * Runs the pending migrations. Throws, and changes nothing, if a newer version of Stockgate has migrated the database. Where none is
 * pending it takes no lock, so gateways that start together do not wait for each other.
 */
async function migrate(db: Kysely<Tables>, kind: StoreKind): Promise<void> {
  const executed = await requireKnown(db, kind);
  if (Object.keys(createMigrations(kind)).every((name) => executed.has(name))) return;
  if (kind === 'sqlite') return runMigrations(db, kind);
  await db.transaction().execute(async (trx) => {
    // The migrator's own lock is the session's, which a pooler may give to another client in between.
    await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(trx);
    await requireWrites(trx);
    await runMigrations(trx, kind);
  });
}

/** A migration that a standby refuses would fail with what its second statement says: that the transaction is aborted. */
async function requireWrites(trx: Kysely<Tables>): Promise<void> {
  const { rows } = await sql<{
    state: string;
  }>`select current_setting('transaction_read_only') as state`.execute(trx);
  if (rows[0]?.state !== 'off')
    throw new Error(
      'The database takes no writes: it is a standby, or read-only. Name the server that does, or all of them with target_session_attrs=read-write.',
    );
}

async function runMigrations(db: Kysely<Tables>, kind: StoreKind): Promise<void> {
  const { error } = await createMigrator(db, kind).migrateToLatest();
  if (error) throw error instanceof Error ? error : new Error('The migrations failed.', { cause: error });
}

/** Throws a one-line error if a migration is pending, or if a newer version of Stockgate has migrated the database. */
async function requireSchema(db: Kysely<Tables>, kind: StoreKind): Promise<void> {
  const executed = await requireKnown(db, kind);
  if (!Object.keys(createMigrations(kind)).every((name) => executed.has(name)))
    throw new Error(
      'The database does not have the present schema: run `npm run stockgate -- migrate` on it first.',
    );
}

/** The names of the migrations that were run. Throws if one of them is not known to this version. */
async function requireKnown(db: Kysely<Tables>, kind: StoreKind): Promise<ReadonlySet<string>> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === DEFAULT_MIGRATION_TABLE)) return new Set();
  const { rows } = await sql<{
    name: string;
  }>`select name from ${sql.table(DEFAULT_MIGRATION_TABLE)}`.execute(db);
  const known = createMigrations(kind);
  const unknown = rows.find(({ name }) => !(name in known));
  if (!unknown) return new Set(rows.map(({ name }) => name));
  throw new Error(
    `The database is of a newer version of Stockgate (${unknown.name} is not known here): run that version, or a later one.`,
  );
}

function createMigrator(db: Kysely<Tables>, kind: StoreKind): Migrator {
  const migrations = createMigrations(kind);
  return new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) } });
}

/**
 * Migrates the store to the current schema. A store that is opened read-only is not migrated and must have the current schema.
 * On failure it calls `close`, then throws a one-line error.
 */
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

/**
 * The error to show. An UnavailableError wraps the driver's own error. Connecting to a host name with several addresses fails with an AggregateError that has no message of its own.
 * The first of its errors says what is wrong.
 */
function firstOf(error: unknown): unknown {
  if (/^(42P05|26000)$/.test(codeOf(error)))
    return new Error(
      'A pooler before PostgreSQL does not keep named statements apart. Give --pg-prepared off to serve, or ?prepared=off in the URL to other commands.',
      { cause: error },
    );
  if (error instanceof UnavailableError) return firstOf(error.cause);
  return error instanceof AggregateError && error.message === '' ? error.errors[0] : error;
}
