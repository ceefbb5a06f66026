/** Gives pages of SQLite's file back to the disk that hold nothing any more, in steps that writers hardly notice. */
import type { Store } from '../store/store.ts';
import { inTransaction } from '../store/transaction.ts';

/** Pages that one transaction gives back. That takes some 3 milliseconds, in which nobody else writes. */
const STEP_PAGES = 64;
/** Let so many milliseconds pass between two steps. */
export const GIVE_BACK_PAUSE_MS = 25;

/** Gives some pages back if there are many. Resolves to whether there are many left. Does nothing on PostgreSQL. */
export type GiveBack = () => Promise<boolean>;

export function createGiveBack(store: Store): GiveBack {
  const { freePages } = store;
  return async () => {
    if (!freePages?.isMuch()) return false;
    await inTransaction(store, async () => freePages.giveBack(STEP_PAGES));
    return freePages.isMuch();
  };
}
