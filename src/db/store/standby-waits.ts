/** Commits that PostgreSQL has made, and that wait until a synchronous standby has them too. No setting of the server bounds this wait. */
import { sql, type Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** The backends of Stockgate's role whose commits have waited for so many milliseconds. */
function waiting(olderThanMs: number) {
  return sql`from pg_stat_activity where usename = current_user and application_name = 'stockgate'
    and wait_event = 'SyncRep' and state_change < clock_timestamp() - make_interval(secs => ${olderThanMs / 1_000})`;
}

export async function areCommitsWaiting(db: Kysely<Tables>, olderThanMs: number): Promise<boolean> {
  const { rows } = await sql`select 1 ${waiting(olderThanMs)} limit 1`.execute(db);
  return rows.length > 0;
}

/**
 * Ends the waits. The commits stay on the primary, and their callers get a warning in place of a success. A backend does not notice
 * that its caller has gone: it would wait on, and keep its locks.
 */
export async function endStandbyWaits(db: Kysely<Tables>, olderThanMs: number): Promise<void> {
  await sql`select pg_cancel_backend(pid) ${waiting(olderThanMs)}`.execute(db);
}
