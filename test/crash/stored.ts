/** Reads the content of a store directly, not through the gateway. */
import { sql } from 'kysely';
import { openStore } from '../../src/db/store/open-store.ts';
import type { InventoryChangeTable, SkuTable } from '../../src/db/store/tables.ts';

export interface Stored {
  readonly lastPosition: number;
  readonly skus: readonly SkuTable[];
  /** Ordered by position. */
  readonly changes: readonly InventoryChangeTable[];
  /** Complaints of SQLite's integrity check. Always empty on PostgreSQL. */
  readonly damage: readonly string[];
}

const QUIET_POLL_MS = 5;

export async function readStored(url: string): Promise<Stored> {
  const store = await openStore(url);
  try {
    if (store.kind === 'postgres') await untilOthersLeft(store.db);
    return await store.db.transaction().execute(async (trx) => ({
      lastPosition: (await trx.selectFrom('supplier').select('last_position').executeTakeFirstOrThrow())
        .last_position,
      skus: await trx.selectFrom('sku').selectAll().execute(),
      changes: await trx.selectFrom('inventory_change').selectAll().orderBy('position').execute(),
      damage: store.kind === 'sqlite' ? await checkIntegrity(trx) : [],
    }));
  } finally {
    await store.close();
  }
}

/** PostgreSQL notices a dead client only at its next read or write. Until then it may still commit what the client sent. */
async function untilOthersLeft(db: Parameters<typeof checkIntegrity>[0]): Promise<void> {
  for (;;) {
    const { rows } = await sql<{ busy: number }>`select count(*) as busy from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'`.execute(db);
    if (rows[0]?.busy === 0) return;
    await new Promise((resolve) => setTimeout(resolve, QUIET_POLL_MS));
  }
}

async function checkIntegrity(db: Awaited<ReturnType<typeof openStore>>['db']): Promise<string[]> {
  const { rows } = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(db);
  return rows.flatMap((row) => (row.integrity_check === 'ok' ? [] : [row.integrity_check]));
}
