/** Transactions, tried again where PostgreSQL asks for it, and honest about a commit whose outcome nobody knows. */
import type { Kysely } from 'kysely';
import type { Store } from './open.ts';
import type { Tables } from './tables.ts';

/** How often a transaction is tried that PostgreSQL rolled back to resolve a conflict. */
const MAX_TRIES = 5;

/** serialization_failure, deadlock_detected: the transaction did nothing, and may succeed when run again. */
const conflictCodes = new Set(['40001', '40P01']);

/** The commit was asked for, and its answer lost: the transaction may be on disk or not, and must not be run again. */
export class OutcomeUnknownError extends Error {
  constructor(cause: unknown) {
    super('The store did not say whether it committed.', { cause });
  }
}

/** Runs `work` in a transaction; resolves once it is committed. Any error but OutcomeUnknownError means that nothing was stored. */
export async function inTransaction<T>(store: Store, work: (trx: Kysely<Tables>) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    let committing = false;
    try {
      return await store.db.transaction().execute(async (trx) => {
        const result = await work(trx);
        committing = true;
        return result;
      });
    } catch (error) {
      const code = codeOf(error);
      if (conflictCodes.has(code) && attempt < MAX_TRIES) continue;
      throw committing && !isRefusal(code) ? new OutcomeUnknownError(error) : error;
    }
  }
}

/** Whether the store itself refused the commit. A broken connection or disk says nothing of what was stored. */
function isRefusal(code: string): boolean {
  const isPostgres = /^[0-9A-Z]{5}$/.test(code) && !/^(08|57|58)/.test(code);
  return isPostgres || (code.startsWith('SQLITE_') && !code.startsWith('SQLITE_IOERR'));
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
