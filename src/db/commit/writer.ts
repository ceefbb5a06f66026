/** Writes inventory on the store's own connections: requests in, and once they are on disk, answers out. */
import { setTimeout as pause } from 'node:timers/promises';
import type { UpdateRequest } from '../../domain/update.ts';
import { UnavailableError } from '../../domain/unavailable.ts';
import { createApplyRequests, type Applied } from '../update/apply-updates.ts';
import type { Store } from '../store/store.ts';
import { createPurgeKeys, type PurgeKeys } from '../update/purge-keys.ts';
import { codeOf, isDiskFailure } from '../driver/store-error.ts';
import { inTransaction } from '../store/transaction.ts';

/** For how long another process that writes to a SQLite file is waited for, in milliseconds, and how often it is looked at. */
const BUSY_PATIENCE_MS = 5_000;
const BUSY_RETRY_MS = 5;

export interface StoreWriter {
  /** One transaction for all the requests; an answer for each, in order. `now`: the time of their changes (ISO 8601). */
  commit(requests: readonly UpdateRequest[], now: string): Promise<Applied[]>;
  /** Moves the service clock on, and removes some of the old idempotency keys. */
  readonly purgeKeys: PurgeKeys;
}

export function createWriter(store: Store): StoreWriter {
  const applyRequests = createApplyRequests(store);
  const purgeKeys = createPurgeKeys(store);
  return {
    commit: (requests, now) =>
      whenFree(() => inTransaction(store, (trx) => applyRequests(trx, requests, now))),
    purgeKeys: (keepMs) => whenFree(() => purgeKeys(keepMs)),
  };
}

/** SQLite itself would block the whole thread while it waits for another process, and with it all who ask only how things are. */
async function whenFree<T>(write: () => Promise<T>): Promise<T> {
  const started = performance.now();
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (!isBusy(error) || performance.now() - started > BUSY_PATIENCE_MS) throw error;
      await pause(BUSY_RETRY_MS);
    }
  }
}

/** Nothing was written: another process has the right to write. */
function isBusy(error: unknown): boolean {
  return (
    error instanceof UnavailableError &&
    error.code === 'STORE_UNAVAILABLE' &&
    codeOf(error.cause).startsWith('SQLITE_BUSY')
  );
}

export interface CarefulWriter extends StoreWriter {
  /** Notes an error of the store: a failure of its disk ends all writing. */
  note(error: unknown): void;
}

/**
 * The writer until its disk fails; then it takes nothing more, and `tell` is called with the reason. PostgreSQL learned in 2018
 * that a second fsync may succeed though the first one's pages are lost.
 */
export function stopOnDiskFailure(writer: StoreWriter, tell: (failure: unknown) => void): CarefulWriter {
  let failure: unknown;
  const note = (error: unknown) => {
    if (failure !== undefined || !isDiskFailure(error)) return;
    failure = error;
    tell(error);
  };
  const unlessFailed = async <T>(write: () => Promise<T>): Promise<T> => {
    if (failure !== undefined) throw new UnavailableError('STORE_UNAVAILABLE', failure);
    try {
      return await write();
    } catch (error) {
      note(error);
      throw error;
    }
  };
  return {
    commit: (requests, now) => unlessFailed(() => writer.commit(requests, now)),
    purgeKeys: (keepMs) => unlessFailed(() => writer.purgeKeys(keepMs)),
    note,
  };
}
