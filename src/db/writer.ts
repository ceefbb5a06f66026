/** Writes inventory: requests in, and once they are on disk, answers out. */
import type { UpdateAnswer, UpdateRequest } from '../inventory.ts';
import { createApplyRequests } from './apply.ts';
import type { Store } from './open.ts';
import { createPurgeKeys, type PurgeKeys } from './purge-keys.ts';
import { inTransaction } from './transaction.ts';

export interface Writer {
  /** One transaction for all the requests; an answer for each, in order. `now`: the time of their changes (ISO 8601). */
  commit(requests: readonly UpdateRequest[], now: string): Promise<UpdateAnswer[]>;
  /** Moves the service clock on, and removes some of the old idempotency keys. */
  readonly purgeKeys: PurgeKeys;
  close(): Promise<void>;
  /** Resolves with the reason once nothing can be written any more before the store is opened anew. */
  readonly failed: Promise<unknown>;
}

/** A writer on the store's own connections. */
export function createWriter(store: Store): Writer {
  const applyRequests = createApplyRequests(store);
  return {
    commit: (requests, now) => inTransaction(store, (trx) => applyRequests(trx, requests, now)),
    purgeKeys: createPurgeKeys(store),
    close: () => Promise.resolve(),
    failed: Promise.withResolvers<unknown>().promise,
  };
}
