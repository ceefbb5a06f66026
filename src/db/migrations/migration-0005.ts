/** Migration 0005: gives suppliers a name beside their key, and marks deleted suppliers and SKUs. */
import { sql, type Kysely } from 'kysely';

/**
 * Runs the migration. Every table contains the supplier's key, so a rename changes a separate name in one row instead.
 * A deleted SKU keeps its row, because its changes refer to it.
 */
export async function nameSuppliers(db: Kysely<unknown>, store: 'sqlite' | 'postgres'): Promise<void> {
  const text = store === 'sqlite' ? sql`text` : sql`text collate "C"`;
  await sql`alter table supplier add column name ${text} not null default ''`.execute(db);
  await sql`update supplier set name = supplier_id`.execute(db);
  await sql`create unique index supplier_name on supplier (name)`.execute(db);
  await sql`alter table supplier add column deleted_at ${text}`.execute(db);
  await sql`alter table sku add column deleted_at ${text}`.execute(db);
}
