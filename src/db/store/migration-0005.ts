/** Migration 0005: a supplier's name beside its key, and marks on suppliers and SKUs that are deleted. */
import { sql, type Kysely } from 'kysely';

/**
 * The key of a supplier stands in every table, so a name of its own makes a rename one statement. A deleted SKU keeps its row,
 * because its changes refer to it.
 */
export async function nameSuppliers(db: Kysely<unknown>, store: 'sqlite' | 'postgres'): Promise<void> {
  const text = store === 'sqlite' ? sql`text` : sql`text collate "C"`;
  await sql`alter table supplier add column name ${text} not null default ''`.execute(db);
  await sql`update supplier set name = supplier_id`.execute(db);
  await sql`create unique index supplier_name on supplier (name)`.execute(db);
  await sql`alter table supplier add column deleted_at ${text}`.execute(db);
  await sql`alter table sku add column deleted_at ${text}`.execute(db);
}
