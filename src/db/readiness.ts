/** Whether the store can be written at this moment: found out by asking it, but not for everyone who asks. */
import { sql } from 'kysely';
import type { Store } from './open.ts';

/** For how long an answer is kept: nobody can make the store work by asking often. */
const KEPT_MS = 1_000;
/** A store that says nothing for longer is out of reach. */
const MAX_WAIT_MS = 2_000;

export interface Readiness {
  /** Why no update can be stored; null when it can. For everybody's eyes: it names no file, host or user. */
  check(): Promise<string | null>;
  /**
   * What a real commit has shown, for whoever sees commits: why it could not be stored, or null where it was. It counts
   * as a check: a gateway that is busy storing asks its store nothing.
   */
  report(problem: string | null): void;
}

export function createReadiness(store: Store): Readiness {
  const prove = store.kind === 'sqlite' ? commitToSqlite : askPostgres;
  let last: string | null = null;
  let at = -Infinity;
  let checking: Promise<string | null> | undefined;
  let proving: Promise<string | null> | undefined;

  const report = (problem: string | null) => {
    last = problem;
    at = performance.now();
  };
  const ask = async () => {
    // One that still hangs from an earlier check is waited for again, not joined by another.
    proving ??= prove(store)
      .catch(describe)
      .finally(() => (proving = undefined));
    report(await orTooLate(proving));
    return last;
  };
  return {
    report,
    check: async () => {
      if (performance.now() - at < KEPT_MS) return last;
      return (checking ??= ask().finally(() => (checking = undefined)));
    },
  };
}

/**
 * Only a commit shows that the disk takes one: before it SQLite writes nothing, so a transaction that is rolled back succeeds
 * on a full disk. This one stores again a number that nobody uses, as it is: one page to the log, and one fsync.
 */
async function commitToSqlite({ db }: Store): Promise<string | null> {
  return db.connection().execute(async (connection) => {
    const { rows } = await sql<{ timeout: number }>`pragma busy_timeout`.execute(connection);
    // Waiting for another writer would hold up the whole process.
    await sql`pragma busy_timeout = 0`.execute(connection);
    try {
      await connection.transaction().execute(async (trx) => {
        const stored = await sql<{ user_version: number }>`pragma user_version`.execute(trx);
        await sql`pragma user_version = ${sql.lit(stored.rows[0]?.user_version ?? 0)}`.execute(trx);
      });
      return null;
    } catch (error) {
      // Another connection is writing at this moment, so the store can be written.
      if (codeOf(error).startsWith('SQLITE_BUSY')) return null;
      throw error;
    } finally {
      await sql`pragma busy_timeout = ${sql.lit(rows[0]?.timeout ?? 0)}`.execute(connection);
    }
  });
}

/** A server that answers and takes writes; whether its disk takes one more, it watches itself. */
async function askPostgres({ db }: Store): Promise<string | null> {
  const { rows } = await sql<{ standby: boolean; read_only: string }>`
    select pg_is_in_recovery() as standby, current_setting('transaction_read_only') as read_only`.execute(db);
  if (rows[0]?.standby) return 'The store is a standby, which takes no writes.';
  return rows[0]?.read_only === 'off' ? null : 'The store is read-only.';
}

async function orTooLate(answer: Promise<string | null>): Promise<string | null> {
  const late = Promise.withResolvers<string>();
  const timer = setTimeout(
    () => late.resolve(`The store has not answered for ${MAX_WAIT_MS / 1_000} seconds.`),
    MAX_WAIT_MS,
  );
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function describe(error: unknown): string {
  const code = codeOf(error);
  return /^\w{1,40}$/.test(code) ? `The store cannot be written (${code}).` : 'The store cannot be written.';
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
