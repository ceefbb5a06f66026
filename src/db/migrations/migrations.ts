/** All schema migrations, in order. A released migration never changes, because stores exist that ran it. */
// Migrations import Kysely only: if they used the program's own declarations, later edits would change history.
import { sql, type CreateTableBuilder, type Kysely, type RawBuilder } from 'kysely';
import type { Migration } from 'kysely/migration';
import { createGroupIndex, linkChanges } from './migration-0003.ts';
import { compactKeys } from './migration-0004.ts';
import { nameSuppliers } from './migration-0005.ts';
import { addBackorderDates } from './migration-0006.ts';
import { addAsOfTimes } from './migration-0007.ts';
import { addFeeds } from './migration-0008.ts';
import { addBoardSessions } from './migration-0009.ts';
import { addTokenRotation } from './migration-0010.ts';
import { addWebhooks } from './migration-0011.ts';
import { allowCursorAhead } from './migration-0012.ts';
import { addHorizons } from './migration-0013.ts';
import { partitionChanges } from './migration-0014.ts';
import { partitionKeys } from './migration-0015.ts';

type Store = 'sqlite' | 'postgres';

/** The migrations for one kind of store, by name. SQLite's tables are STRICT. PostgreSQL's text sorts by bytes, as SQLite's does. */
export function createMigrations(store: Store): Record<string, Migration> {
  return {
    '0001_inventory': { up: (db) => createInventoryTables(db, store) },
    '0002_retries_and_history': { up: (db) => addRetriesAndHistory(db, store) },
    '0003_linked_changes': { up: (db) => linkChanges(db, store) },
    '0004_compact_keys': { up: (db) => compactKeys(db, store) },
    '0005_supplier_names': { up: (db) => nameSuppliers(db, store) },
    '0006_backorder_dates': { up: (db) => addBackorderDates(db, store) },
    '0007_as_of_times': { up: (db) => addAsOfTimes(db, store) },
    '0008_feeds': { up: (db) => addFeeds(db, store) },
    '0009_board_sessions': { up: (db) => addBoardSessions(db, store) },
    '0010_token_rotation': { up: (db) => addTokenRotation(db, store) },
    '0011_webhooks': { up: (db) => addWebhooks(db, store) },
    '0012_cursor_ahead': { up: (db) => allowCursorAhead(db, store) },
    '0013_horizons': { up: (db) => addHorizons(db, store) },
    '0014_partitions': { up: (db) => partitionChanges(db, store) },
    '0015_key_partitions': { up: (db) => partitionKeys(db, store) },
  };
}

type ColumnTypes = Record<'text' | 'integer' | 'bigint', RawBuilder<unknown>>;

function columnTypes(store: Store): ColumnTypes {
  return store === 'sqlite'
    ? { text: sql`text`, integer: sql`integer`, bigint: sql`integer` }
    : { text: sql`text collate "C"`, integer: sql`integer`, bigint: sql`bigint` };
}

async function createInventoryTables(db: Kysely<unknown>, store: Store): Promise<void> {
  await createSupplierTables(db, store);
  await createSkuTables(db, store);
  await createChangeTable(db, store);
}

const quantity = sql<boolean>`quantity_in_stock between 0 and 2147483647 and quantity_on_backorder between 0 and 2147483647`;
const restriction = sql<boolean>`restrictions in ('discontd', 'tmpunavail')`;

/** On SQLite, makes a table STRICT (values of another type are refused) and WITHOUT ROWID (rows are stored in key order). */
function strictly(store: Store) {
  return <T extends string>(table: CreateTableBuilder<T>) =>
    store === 'sqlite' ? table.modifyEnd(sql`strict, without rowid`) : table;
}

async function createSupplierTables(db: Kysely<unknown>, store: Store): Promise<void> {
  const { text, bigint } = columnTypes(store);
  const strict = strictly(store);
  await strict(
    db.schema
      .createTable('supplier')
      .addColumn('supplier_id', text, (c) => c.primaryKey().notNull())
      .addColumn('last_position', bigint, (c) => c.notNull().defaultTo(0))
      .addColumn('created_at', text, (c) => c.notNull()),
  ).execute();

  await strict(
    db.schema
      .createTable('token')
      .addColumn('token_hash', text, (c) => c.primaryKey().notNull())
      .addColumn('supplier_id', text, (c) => c.notNull().references('supplier.supplier_id'))
      .addColumn('name', text, (c) => c.notNull())
      .addColumn('role', text, (c) => c.notNull().check(sql`role in ('supplier', 'retailer')`))
      .addColumn('permissions', text, (c) => c.notNull())
      .addColumn('created_at', text, (c) => c.notNull())
      .addColumn('expires_at', text)
      .addColumn('revoked_at', text)
      .addUniqueConstraint('token_name', ['supplier_id', 'name']),
  ).execute();
}

async function createSkuTables(db: Kysely<unknown>, store: Store): Promise<void> {
  const { text, integer } = columnTypes(store);
  const strict = strictly(store);
  await strict(
    db.schema
      .createTable('sku')
      .addColumn('supplier_id', text, (c) => c.notNull().references('supplier.supplier_id'))
      .addColumn('sku_id', text, (c) => c.notNull())
      .addColumn('item_id', text)
      .addColumn('title', text)
      .addColumn('condition', text, (c) => c.check(sql`condition in ('new', 'used', 'refurb')`))
      .addColumn('upca', text)
      .addColumn('ean13', text)
      .addColumn('gtin14', text)
      .addColumn('isbn', text)
      .addColumn('quantity_in_stock', integer, (c) => c.notNull().defaultTo(0))
      .addColumn('quantity_on_backorder', integer, (c) => c.notNull().defaultTo(0))
      .addColumn('restrictions', text)
      .addColumn('version', integer, (c) => c.notNull().defaultTo(0))
      .addColumn('updated_at', text, (c) => c.notNull())
      .addPrimaryKeyConstraint('sku_key', ['supplier_id', 'sku_id'])
      .addCheckConstraint('sku_quantity', quantity)
      .addCheckConstraint('sku_restrictions', restriction),
  ).execute();

  await strict(
    db.schema
      .createTable('sku_code')
      .addColumn('supplier_id', text, (c) => c.notNull())
      .addColumn('code', text, (c) => c.notNull())
      .addColumn('kind', text, (c) => c.notNull().check(sql`kind in ('upca', 'ean13', 'gtin14', 'isbn')`))
      .addColumn('sku_id', text, (c) => c.notNull())
      .addColumn('as_spelled', integer, (c) => c.notNull())
      .addColumn('as_gtin', integer, (c) => c.notNull())
      .addPrimaryKeyConstraint('sku_code_key', ['supplier_id', 'code', 'kind', 'sku_id'])
      .addForeignKeyConstraint('sku_code_sku', ['supplier_id', 'sku_id'], 'sku', ['supplier_id', 'sku_id']),
  ).execute();
  // An import that changes a SKU replaces all its codes, so it looks them up by SKU.
  await db.schema.createIndex('sku_code_by_sku').on('sku_code').columns(['supplier_id', 'sku_id']).execute();
}

async function createChangeTable(db: Kysely<unknown>, store: Store): Promise<void> {
  const { text, integer, bigint } = columnTypes(store);
  const strict = strictly(store);
  await strict(
    db.schema
      .createTable('inventory_change')
      .addColumn('supplier_id', text, (c) => c.notNull())
      .addColumn('position', bigint, (c) => c.notNull())
      .addColumn('sku_id', text, (c) => c.notNull())
      .addColumn('version', integer, (c) => c.notNull())
      .addColumn('quantity_in_stock_before', integer, (c) => c.notNull())
      .addColumn('quantity_in_stock', integer, (c) => c.notNull())
      .addColumn('quantity_on_backorder_before', integer, (c) => c.notNull())
      .addColumn('quantity_on_backorder', integer, (c) => c.notNull())
      .addColumn('restrictions_before', text)
      .addColumn('restrictions', text)
      .addColumn('source', text, (c) => c.notNull())
      .addColumn('actor', text, (c) => c.notNull())
      .addColumn('changed_at', text, (c) => c.notNull())
      .addPrimaryKeyConstraint('inventory_change_key', ['supplier_id', 'position'])
      .addUniqueConstraint('inventory_change_version', ['supplier_id', 'sku_id', 'version'])
      .addForeignKeyConstraint('inventory_change_sku', ['supplier_id', 'sku_id'], 'sku', [
        'supplier_id',
        'sku_id',
      ])
      .addCheckConstraint('inventory_change_quantity', quantity)
      .addCheckConstraint('inventory_change_restrictions', restriction),
  ).execute();
}

async function addRetriesAndHistory(db: Kysely<unknown>, store: Store): Promise<void> {
  const { text } = columnTypes(store);
  for (const column of ['reason', 'reference_document_uri', 'group_id']) {
    await db.schema.alterTable('inventory_change').addColumn(column, text).execute();
  }
  await createGroupIndex(db);
  await strictly(store)(
    db.schema
      .createTable('idempotency_key')
      .addColumn('supplier_id', text, (c) => c.notNull())
      .addColumn('operation', text, (c) => c.notNull())
      .addColumn('key', text, (c) => c.notNull())
      .addColumn('fingerprint', text, (c) => c.notNull())
      .addColumn('answer', text, (c) => c.notNull())
      .addColumn('created_at', text, (c) => c.notNull())
      .addPrimaryKeyConstraint('idempotency_key_key', ['supplier_id', 'operation', 'key']),
  ).execute();
  await db.schema.createIndex('idempotency_key_by_age').on('idempotency_key').column('created_at').execute();
}
