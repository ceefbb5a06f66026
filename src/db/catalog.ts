/** The Catalog contract on a store. */
import { sql } from 'kysely';
import type { Catalog } from '../domain/catalog.ts';
import { createSaveCatalog } from './catalog/save-catalog.ts';
import type { Store } from './store/store.ts';
import { inTransaction } from './store/transaction.ts';

/** Saves on the store's own connection, in the caller's thread. */
export function createCatalog(store: Store, clock: () => Date): Catalog {
  const saveCatalog = createSaveCatalog(store);
  return {
    save: async (origin, rows) => {
      const saved = await inTransaction(store, (trx) =>
        saveCatalog(trx, origin, rows, clock().toISOString()),
      );
      return saved.counts;
    },
  };
}

/**
 * PostgreSQL gathers statistics by itself only a minute or so after many rows came in; until then it may plan for the empty
 * tables that it remembers, and scan them whole. SQLite's plans need none.
 */
export async function refreshStatistics(store: Store): Promise<void> {
  if (store.kind !== 'postgres') return;
  await sql`analyze sku`.execute(store.db);
  await sql`analyze sku_code`.execute(store.db);
}
