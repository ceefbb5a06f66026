/** Transactions, tried again where PostgreSQL asks for it, and honest about a commit whose outcome nobody knows. */
import { sql, type Kysely } from 'kysely';
import { UnavailableError } from '../../domain/unavailable.ts';
import type { Store } from './store.ts';
import { codeOf, isDiskFull } from '../driver/store-error.ts';
import { isWantOfPartition, keepAhead } from '../partition/make-ahead.ts';
import type { Tables } from './tables.ts';

/** How often a transaction is tried that PostgreSQL rolled back to resolve a conflict, or for which SQLite made room on a full disk. */
const MAX_TRIES = 5;

/** serialization_failure, deadlock_detected: the transaction did nothing, and may succeed when run again. */
const conflictCodes = new Set(['40001', '40P01']);

/**
 * Runs `work` in a transaction; resolves once it is committed. Any error but an UnavailableError that says OUTCOME_UNKNOWN (the commit
 * was asked for, and its answer lost) means that nothing was stored.
 */
export async function inTransaction<T>(store: Store, work: (trx: Kysely<Tables>) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    let committing = false;
    try {
      return await store.writes.transaction().execute(async (trx) => {
        const result = await work(trx);
        committing = true;
        return result;
      });
    } catch (error) {
      if (conflictCodes.has(codeOf(error)) && attempt < MAX_TRIES) continue;
      if (isWantOfPartition(error) && attempt < MAX_TRIES) {
        await keepAhead(store.writes);
        continue;
      }
      const isUnknown =
        committing && error instanceof UnavailableError && !isNotCommitted(codeOf(error.cause));
      if (!isUnknown && isDiskFull(error) && attempt < MAX_TRIES && store.log?.makeRoom()) continue;
      throw isUnknown ? new UnavailableError('OUTCOME_UNKNOWN', error.cause) : error;
    }
  }
}

/** Runs reads that all see the store as it is at one moment, whatever is written meanwhile. */
export async function inSnapshot<T>(store: Store, work: (db: Kysely<Tables>) => Promise<T>): Promise<T> {
  // Kysely's own `begin` asks SQLite for the right to write (sqlite-statements.ts), which holds up the writers.
  const begin =
    store.kind === 'sqlite' ? 'begin deferred' : 'begin isolation level repeatable read, read only';
  return store.db.connection().execute(async (db) => {
    await sql.raw(begin).execute(db);
    try {
      // Partitions that leave after the snapshot would be missing in it. This lock is taken before the snapshot.
      if (store.kind === 'postgres')
        await sql`lock table inventory_change, idempotency_key in access share mode`.execute(db);
      return await work(db);
    } finally {
      await sql`rollback`.execute(db);
    }
  });
}

/** Whether SQLite itself says that it did not commit. A broken connection or disk says nothing of what was stored. */
function isNotCommitted(code: string): boolean {
  return code.startsWith('SQLITE_') && !code.startsWith('SQLITE_IOERR');
}
