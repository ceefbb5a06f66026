/** Migration 0006: gives SKUs a date for their units on backorder, and changes the date before and after. */
import { sql, type Kysely, type RawBuilder } from 'kysely';

/** Runs the migration. Existing SKUs and changes have no date. */
export async function addBackorderDates(db: Kysely<unknown>, store: 'sqlite' | 'postgres'): Promise<void> {
  const text = store === 'sqlite' ? sql`text` : sql`text collate "C"`;
  await sql`alter table sku add column backorder_date ${text} ${isDate('sku')}`.execute(db);
  await sql`alter table inventory_change add column backorder_date_before ${text}`.execute(db);
  await sql`alter table inventory_change add column backorder_date ${text} ${isDate('inventory_change')}`.execute(
    db,
  );
}

/** A constraint that refuses what is not `YYYY-MM-DD` from the year 2000 on. It does not know how many days a month has. */
function isDate(table: string): RawBuilder<unknown> {
  return sql`constraint ${sql.ref(`${table}_backorder_date`)} check (
    backorder_date between '2000-01-01' and '9999-12-31' and length(backorder_date) = 10
    and substr(backorder_date, 5, 1) = '-' and substr(backorder_date, 6, 2) between '01' and '12'
    and substr(backorder_date, 8, 1) = '-' and substr(backorder_date, 9, 2) between '01' and '31')`;
}
