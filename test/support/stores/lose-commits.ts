/** Takes a store back to an earlier state behind running gateways, as a failover to a server without the last commits does. */
import { sql } from 'kysely';
import type { Store } from '../../../src/db/store/store.ts';

/** The supplier's changes past this position are gone, and its SKUs are as they were before. In one transaction. */
export async function loseCommits({ writes }: Store, supplierId: string, position: number): Promise<void> {
  await writes.transaction().execute(async (trx) => {
    // Each lost change undoes itself, the newest first.
    const lost = await trx
      .selectFrom('inventory_change')
      .selectAll()
      .where('supplier_id', '=', supplierId)
      .where('position', '>', position)
      .orderBy('position', 'desc')
      .execute();
    for (const change of lost)
      await trx
        .updateTable('sku')
        .set({
          quantity_in_stock: change.quantity_in_stock_before,
          quantity_on_backorder: change.quantity_on_backorder_before,
          version: change.version - 1,
          last_change_position: change.previous_position,
        })
        .where('supplier_id', '=', supplierId)
        .where('sku_id', '=', change.sku_id)
        .execute();
    await trx
      .deleteFrom('inventory_change')
      .where('supplier_id', '=', supplierId)
      .where('position', '>', position)
      .execute();
    await trx
      .updateTable('supplier')
      .set({ last_position: position })
      .where('supplier_id', '=', supplierId)
      .execute();
  });
}

/** Counts the transactions of PostgreSQL's database so far, with the aborted ones. */
export async function countTransactions({ db }: Store): Promise<number> {
  // What a session has done is published once it is idle, at the latest after a second.
  await sql`select pg_stat_force_next_flush()`.execute(db).catch(() => undefined);
  const { rows } = await sql<{ count: number }>`select xact_commit + xact_rollback as count
    from pg_stat_database where datname = current_database()`.execute(db);
  return rows[0]?.count ?? 0;
}
