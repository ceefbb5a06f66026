/** Migration 0014: on PostgreSQL, partitions the log of changes by position, so that old partitions can be taken away whole. */
import { sql, type Kysely } from 'kysely';

/** The first partition ends at a multiple of this position. */
const STEP = 1_000_000;

/**
 * Runs the migration. The table becomes the first partition of a new one. It is read once, to prove its range, and not rewritten.
 *
 * A partitioned table can have no unique constraint without `position`, so the one by SKU and version goes. Row locks number the
 * versions, and `stockgate check` finds one that was given twice. The foreign key to `sku` goes too: with it, attaching a partition
 * would lock `sku` against writers, and no index by SKU is left to find the changes of a SKU that is deleted. `check` finds these too.
 */
export async function partitionChanges(db: Kysely<unknown>, store: 'sqlite' | 'postgres'): Promise<void> {
  if (store === 'sqlite') return;
  const { rows } = await sql<{ last: number | string }>`
    select coalesce(max(last_position), 0) as last from supplier`.execute(db);
  // At least half a step ahead. Whoever opens the store adds further partitions.
  const end = sql.lit((Math.floor((Number(rows[0]?.last ?? 0) + STEP / 2) / STEP) + 1) * STEP);
  await sql`alter table inventory_change rename to inventory_change_p0`.execute(db);
  await sql`alter table inventory_change_p0
    drop constraint inventory_change_version, drop constraint inventory_change_sku`.execute(db);
  await sql`alter table inventory_change_p0
    rename constraint inventory_change_key to inventory_change_p0_key`.execute(db);
  await sql`alter index inventory_change_by_group rename to inventory_change_p0_by_group`.execute(db);

  await sql`create table inventory_change (like inventory_change_p0 including defaults including constraints)
    partition by range (position)`.execute(db);
  await sql`alter table inventory_change
    add constraint inventory_change_key primary key (supplier_id, position)`.execute(db);
  await sql`create index inventory_change_by_group on inventory_change (supplier_id, group_id, position)
    where group_id is not null`.execute(db);
  await sql`alter table inventory_change attach partition inventory_change_p0
    for values from (minvalue) to (${end})`.execute(db);
}
