/** Lets one process at a time work on the partitions of a store. */
import { sql } from 'kysely';
import type { Pool, Runner } from './partitions.ts';

/** Any number that no other program locks in the database. */
const WORK_LOCK = 7_305_117;

/** Proves that this process still is the one. */
export interface Turn {
  /** Throws if the server has changed, or has ended the connection that holds the lock. */
  check(db: Runner): Promise<void>;
}

/**
 * Runs the work unless another process is at it. Resolves to undefined if so. The lock is that of a transaction, which poolers let
 * through. The transaction does nothing else, so it holds back no vacuum.
 */
export async function workAlone<T>(db: Pool, work: (turn: Turn) => Promise<T>): Promise<T | undefined> {
  return db
    .transaction()
    .setIsolationLevel('read committed')
    .execute(async (trx) => {
      const { rows } = await sql<{ pid: number; locked: boolean }>`
        select pg_backend_pid() as pid, pg_try_advisory_xact_lock(${sql.lit(WORK_LOCK)}) as locked`.execute(
        trx,
      );
      const [holder] = rows;
      if (!holder?.locked) return undefined;
      return work({ check: (other) => requireHolder(other, holder.pid) });
    });
}

async function requireHolder(db: Runner, pid: number): Promise<void> {
  const { rows } = await sql`select 1 from pg_locks where locktype = 'advisory' and granted
    and objid = ${sql.lit(WORK_LOCK)} and pid = ${sql.lit(pid)}
    and database = (select oid from pg_database where datname = current_database())`.execute(db);
  if (rows.length === 0) throw new Error('The work on the partitions was cut off from its lock.');
}
