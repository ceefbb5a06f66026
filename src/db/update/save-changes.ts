/** Stores what was decided: the SKUs' new states, and one row for each change in the append-only log. */
import type { Kysely } from 'kysely';
import type { InventoryChange } from '../../domain/change.ts';
import type { TouchedSku } from '../../domain/decide-batch.ts';
import type { Store } from '../store/store.ts';
import type { Tables } from '../store/tables.ts';
import { linkChanges, place } from './linked-change.ts';
import { createSaveInOne } from './save-in-one.ts';
import { createSaveRows } from './save-rows.ts';

/**
 * Stores `changes`, in order, and the state that the batch left of each SKU. Resolves to the changes with their positions. `skus`: each
 * SKU of the batch, once. One without a change has newer as-of times.
 *
 * The caller has locked the suppliers' rows until the commit. So positions follow the order of commits, and a reader that follows them
 * skips none. `thenCommit`: no other statement follows in the transaction, so the COMMIT may be sent along.
 */
export type SaveChanges = (
  trx: Kysely<Tables>,
  skus: readonly TouchedSku[],
  changes: readonly InventoryChange[],
  thenCommit: boolean,
) => Promise<InventoryChange[]>;

/** Prepares the statements. */
export function createSaveChanges(store: Store): SaveChanges {
  // On PostgreSQL the round trip costs most, so one statement does it all. On SQLite several short statements are the fastest.
  const { confirm, save } = store.raw ? createSaveRows(store.raw) : createSaveInOne(store);
  return async (trx, skus, changes, thenCommit) => {
    // A change gives its SKU another version.
    const confirmed = skus.filter(({ stored, left }) => stored.version === left.version);
    if (confirmed.length > 0) await confirm(trx, confirmed);
    if (changes.length === 0) return [];
    const linked = linkChanges(skus, changes);
    return place(linked, await save(trx, linked, thenCommit));
  };
}
