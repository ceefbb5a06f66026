/** Transactions, tried again where PostgreSQL asks for it. */
import type { Kysely } from 'kysely';
import type { Store } from './open.ts';
import type { Tables } from './tables.ts';

/** How often a transaction is tried that PostgreSQL rolled back to resolve a conflict. */
const MAX_TRIES = 5;

/** serialization_failure, deadlock_detected: the transaction did nothing, and will succeed when run again. */
const conflictCodes = new Set(['40001', '40P01']);

/** Runs `work` in a transaction; resolves once it is committed. */
export async function inTransaction<T>(store: Store, work: (trx: Kysely<Tables>) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await store.db.transaction().execute(work);
    } catch (error) {
      if (attempt === MAX_TRIES || !isConflict(error)) throw error;
    }
  }
}

function isConflict(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    conflictCodes.has(error.code)
  );
}
