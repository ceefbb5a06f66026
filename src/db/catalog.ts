/** The Catalog contract for commands, which write beside running gateways. */
import { sql } from 'kysely';
import type { Catalog } from '../domain/catalog.ts';
import { saveInParts } from './commit/save-in-parts.ts';
import { createWriteDesk } from './commit/write-desk.ts';
import { createWriter } from './commit/writer.ts';
import type { Store } from './store/store.ts';

/** Saves with a writer of its own in the caller's thread. A running gateway's catalog is that of its inventory. */
export function createCatalog(store: Store, clock: () => Date): Catalog {
  const writer = createWriter(store);
  const now = () => clock().toISOString();
  const desk = createWriteDesk(
    store.kind,
    {
      commit: (requests) => writer.commit(requests, now()),
      save: (part) => writer.save(part, now()),
    },
    [],
  );
  return { save: (origin, rows) => saveInParts(rows, (part) => desk.save({ origin, rows: part })) };
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
