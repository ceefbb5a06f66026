/** Migration 0003: links each change to the one before it, so that a history needs no index. */
import { sql, type Kysely } from 'kysely';

/** The index by which the changes of a group are read. */
export async function createGroupIndex(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createIndex('inventory_change_by_group')
    .on('inventory_change')
    .columns(['supplier_id', 'group_id', 'position'])
    .where(sql<boolean>`group_id is not null`)
    .execute();
}

/**
 * Links each change to the SKU's previous change, and each SKU to its newest. A history follows these links and needs no index.
 * SQLite drops the unique index by SKU and version, which cost every update one more page at commit. Its only writer numbers
 * the versions. PostgreSQL has several writers and keeps the index, as a guard against a version given twice.
 */
export async function linkChanges(db: Kysely<unknown>, store: 'sqlite' | 'postgres'): Promise<void> {
  const bigint = store === 'sqlite' ? sql`integer` : sql`bigint`;
  await db.schema.alterTable('sku').addColumn('last_change_position', bigint).execute();
  await db.schema.alterTable('inventory_change').addColumn('previous_position', bigint).execute();
  await sql`update sku set last_change_position = (
    select max(position) from inventory_change as change
    where change.supplier_id = sku.supplier_id and change.sku_id = sku.sku_id) where version > 0`.execute(db);
  await sql`update inventory_change set previous_position = (
    select position from inventory_change as previous
    where previous.supplier_id = inventory_change.supplier_id and previous.sku_id = inventory_change.sku_id
      and previous.version = inventory_change.version - 1)`.execute(db);
  if (store === 'sqlite') await dropVersionIndex(db);
}

/** Rebuilds the table without the constraint, because SQLite cannot drop a constraint of an existing table. */
async function dropVersionIndex(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{
    sql: string;
  }>`select sql from sqlite_schema where type = 'table' and name = 'inventory_change'`.execute(db);
  const text = rows[0]?.sql ?? '';
  const constraint = ', constraint "inventory_change_version" unique ("supplier_id", "sku_id", "version")';
  if (!text.includes(constraint))
    throw new Error('The log of changes has another schema than this migration expects.');
  await db.schema.alterTable('inventory_change').renameTo('inventory_change_indexed').execute();
  await sql.raw(text.replace(constraint, '')).execute(db);
  await sql`insert into inventory_change select * from inventory_change_indexed`.execute(db);
  await db.schema.dropTable('inventory_change_indexed').execute();
  await createGroupIndex(db);
}
