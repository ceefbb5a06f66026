/** Tells whether the store can be written now. It asks the store at most once a second. */
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import { UnavailableError } from '../../domain/unavailable.ts';
import type { CommitObserver } from './observe-commits.ts';
import type { Store } from '../store/store.ts';
import { areCommitsWaiting } from '../store/standby-waits.ts';
import { codeOf, diskFull, LOG_LIMIT } from '../driver/store-error.ts';

/** How long an answer is kept, in milliseconds, so that frequent probes cost the store nothing. */
const KEPT_MS = 1_000;
/** How long a failed commit counts, in milliseconds. A check's own small commit may succeed where a larger one fails. */
const FAILURE_KEPT_MS = 4_000;
/** A store that does not answer within this many milliseconds is out of reach. */
const MAX_WAIT_MS = 2_000;
/** For how long the writer waits for the store. It may know why there is no answer, so it must be heard in time. */
const MAX_WRITER_WAIT_MS = 1_700;
/** A commit that takes longer may wait for a standby. In milliseconds. */
const SLOW_COMMIT_MS = 600;

/** What is said of codes that an operator can act on. */
const problems: Readonly<Record<string, string>> = {
  [LOG_LIMIT]: 'The log has reached its limit, as a reader such as a backup holds it',
  NO_PRIMARY: 'No PostgreSQL server takes writes',
  REPLACED_PRIMARY: 'The one PostgreSQL server that takes writes was replaced by another one, which is gone',
  '01000': 'A commit waited in vain for a synchronous standby',
  '57014': 'The store took too long for a statement',
  '57P01': 'The PostgreSQL server stops',
  '57P02': 'The PostgreSQL server has crashed',
  '57P03': 'The PostgreSQL server starts or stops',
  ECONNREFUSED: 'The PostgreSQL server is down',
  COMMITS_LOST: 'The PostgreSQL server lacks updates that were acknowledged',
};

/** The check of the store. It observes real commits, so a busy gateway needs no commits of its own for the check. */
export interface Readiness extends CommitObserver {
  /** Why no update can be stored. Null if updates can be stored. The text is public: it names no file, host or user. */
  check(): Promise<string | null>;
}

/** Asks the store at the first check. `noteError` gets the errors of a check's own commit. */
export function createReadiness(
  store: Store,
  noteError: (error: unknown) => void = () => undefined,
): Readiness {
  const prove = store.kind === 'sqlite' ? commitToSqlite : createAskPostgres();
  let last: string | null = null;
  let until = -Infinity;
  let checking: Promise<string | null> | undefined;

  const keep = (problem: string | null, forMs: number) => {
    last = problem;
    until = performance.now() + forMs;
  };
  const askStore = createAskReadiness(
    () =>
      prove(store).catch((error: unknown) => {
        noteError(error);
        throw error;
      }),
    MAX_WRITER_WAIT_MS,
    () => store.hosts?.problem(),
  );
  const ask = async () => {
    keep(await askStore(), KEPT_MS);
    return last;
  };
  return {
    committed: () => keep(null, KEPT_MS),
    failed: (error) => {
      if (error instanceof UnavailableError) keep(describe(error), FAILURE_KEPT_MS);
    },
    check: async () => {
      if (performance.now() < until) return last;
      return (checking ??= ask().finally(() => (checking = undefined)));
    },
  };
}

/**
 * Wraps `ask` with a timeout, after which the answer is a problem: what `known` tells, if it does. Calls during an open `ask` share its
 * answer.
 */
export function createAskReadiness(
  ask: () => Promise<string | null>,
  maxWaitMs = MAX_WAIT_MS,
  known: () => Error | null | undefined = () => null,
): () => Promise<string | null> {
  let asking: Promise<string | null> | undefined;
  return () => {
    asking ??= ask()
      .catch(describe)
      .finally(() => (asking = undefined));
    return orTooLate(asking, maxWaitMs, known);
  };
}

/**
 * Commits for real, because SQLite writes nothing before the commit: a transaction that is rolled back succeeds on a full disk. This one
 * stores an unused number again, which costs one page of the log and one fsync.
 */
async function commitToSqlite({ db, log }: Store): Promise<string | null> {
  // Most updates need a new page. This commit needs none, so it would succeed on a disk that has no room for them.
  if (log && !log.mayGrow()) throw diskFull();
  return db.connection().execute(async (connection) => {
    const { rows } = await sql<{ timeout: number }>`pragma busy_timeout`.execute(connection);
    // Waiting for another writer would block the whole thread.
    await sql`pragma busy_timeout = 0`.execute(connection);
    try {
      await connection.transaction().execute(async (trx) => {
        const stored = await sql<{ user_version: number }>`pragma user_version`.execute(trx);
        await sql`pragma user_version = ${sql.lit(stored.rows[0]?.user_version ?? 0)}`.execute(trx);
      });
      return null;
    } catch (error) {
      // Another connection writes at this moment, so the store can be written.
      if (error instanceof UnavailableError && codeOf(error.cause).startsWith('SQLITE_BUSY')) return null;
      throw error;
    } finally {
      await sql`pragma busy_timeout = ${sql.lit(rows[0]?.timeout ?? 0)}`.execute(connection);
    }
  });
}

/** Asks whether the server takes writes, and commits: a commit may have to wait for a standby. */
function createAskPostgres() {
  let committing: Promise<null> | undefined;
  return async (store: Store): Promise<string | null> => {
    const problem = await askForWrites(store);
    if (problem !== null) return problem;
    // One at a time. While commits wait, more of them would take connections from updates.
    committing ??= commitToPostgres(store).finally(() => (committing = undefined));
    committing.catch(() => undefined);
    const over = new AbortController();
    try {
      return await Promise.race([committing, untilCommitsWait(store, over.signal)]);
    } finally {
      over.abort();
    }
  };
}

/** Stores nothing. The message makes the commit one of those that wait for a standby. */
async function commitToPostgres({ writes }: Store): Promise<null> {
  await writes
    .transaction()
    .execute((trx) => sql`select pg_logical_emit_message(true, 'stockgate', 'ready')`.execute(trx));
  return null;
}

async function untilCommitsWait({ points }: Store, over: AbortSignal): Promise<string> {
  for (;;) {
    await pause(SLOW_COMMIT_MS, undefined, { signal: over });
    if (await areCommitsWaiting(points, SLOW_COMMIT_MS))
      return 'Commits wait for a synchronous standby, which does not answer.';
  }
}

async function askForWrites({ writes }: Store): Promise<string | null> {
  const { rows } = await sql<{ standby: boolean; read_only: string }>`
    select pg_is_in_recovery() as standby, current_setting('transaction_read_only') as read_only`.execute(
    writes,
  );
  if (rows[0]?.standby) return 'The store is a standby, which takes no writes.';
  return rows[0]?.read_only === 'off' ? null : 'The store is read-only.';
}

async function orTooLate(
  answer: Promise<string | null>,
  maxWaitMs: number,
  known: () => Error | null | undefined,
): Promise<string | null> {
  const late = Promise.withResolvers<string>();
  const timer = setTimeout(() => {
    const reason = known();
    late.resolve(reason ? describe(reason) : 'The store has not answered in time.');
  }, maxWaitMs);
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function describe(error: unknown): string {
  const code = codeOf(error instanceof UnavailableError ? error.cause : error);
  const known = problems[code];
  if (known !== undefined) return `${known} (${code}).`;
  return /^\w{1,40}$/.test(code) ? `The store cannot be written (${code}).` : 'The store cannot be written.';
}
