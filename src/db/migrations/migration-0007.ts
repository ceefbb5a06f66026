/** Migration 0007: notes for each field of a SKU when its value was true, and for each change what its sender said of that. */
import { sql, type Kysely } from 'kysely';

/** The times of a SKU's fields. The two quantities can be adjusted, so they also have the time of the last value that was set. */
const columns = [
  'quantity_in_stock_as_of',
  'quantity_in_stock_set_as_of',
  'quantity_on_backorder_as_of',
  'quantity_on_backorder_set_as_of',
  'restrictions_as_of',
  'backorder_date_as_of',
];

/** Runs the migration. It rewrites no row: a row without times stands for the time of its last change. */
export async function addAsOfTimes(db: Kysely<unknown>, store: 'sqlite' | 'postgres'): Promise<void> {
  const text = store === 'sqlite' ? sql`text` : sql`text collate "C"`;
  for (const column of columns) {
    await sql`alter table sku add column ${sql.ref(column)} ${text}`.execute(db);
  }
  await sql`alter table inventory_change add column as_of ${text}`.execute(db);
}
