/** The table of the SQLite peers, with the product's columns, keys and durability, and the peers' prepared statements. */
import Sqlite from 'better-sqlite3';
import { SUPPLIER } from '../measure/requests.ts';
import { rejected, type Payload, type Sku } from './schema.ts';

/** Creates a file with `skus` rows. With WAL and synchronous=FULL an answered update is on disk, as in the product. */
export function createSkuTable(path: string, skus: number): Sqlite.Database {
  const database = new Sqlite(path);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('cache_size = -65536');
  database.exec(`
    CREATE TABLE sku (
      supplier_id TEXT NOT NULL, sku_id TEXT NOT NULL, title TEXT, ean13 TEXT,
      quantity_in_stock INTEGER NOT NULL, quantity_on_backorder INTEGER NOT NULL, restrictions TEXT,
      version INTEGER NOT NULL, updated_at TEXT NOT NULL,
      PRIMARY KEY (supplier_id, sku_id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE inventory_change (
      position INTEGER PRIMARY KEY, supplier_id TEXT NOT NULL, sku_id TEXT NOT NULL, version INTEGER NOT NULL,
      quantity_in_stock_before INTEGER NOT NULL, quantity_in_stock INTEGER NOT NULL, changed_at TEXT NOT NULL
    ) STRICT;
    WITH RECURSIVE row(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM row WHERE n < ${skus})
    INSERT INTO sku SELECT '${SUPPLIER}', printf('sku-%07d', n), 'Item ' || n, printf('%013d', n), n % 100, 0, NULL, 0,
      '2026-01-01T00:00:00.000Z' FROM row;
  `);
  return database;
}

const columns = `sku_id AS skuId, quantity_in_stock AS quantityInStock, quantity_on_backorder AS quantityOnBackorder, version`;

/** Each update is one commit, with a record of the change. */
export function createUpdateSku(database: Sqlite.Database): (skuId: string, quantity: number) => Payload {
  const find = database.prepare<unknown[], Sku>(
    `SELECT ${columns} FROM sku WHERE supplier_id = ? AND sku_id = ?`,
  );
  const update = database.prepare<unknown[], Sku>(
    `UPDATE sku SET quantity_in_stock = ?, version = version + 1, updated_at = ?
     WHERE supplier_id = ? AND sku_id = ? RETURNING ${columns}`,
  );
  const record = database.prepare(
    `INSERT INTO inventory_change (supplier_id, sku_id, version, quantity_in_stock_before, quantity_in_stock, changed_at)
     VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const transaction = database.transaction((skuId: string, quantity: number): Payload => {
    const before = find.get(SUPPLIER, skuId);
    const now = new Date().toISOString();
    const sku = update.get(quantity, now, SUPPLIER, skuId);
    if (!before || !sku) return rejected;
    record.run(SUPPLIER, skuId, sku.version, before.quantityInStock, quantity, now);
    return { outcome: 'APPLIED', sku, userErrors: [] };
  });
  return (skuId, quantity) => transaction.immediate(skuId, quantity);
}

export function createFindSku(database: Sqlite.Database): (skuId: string) => Sku | null {
  const find = database.prepare<unknown[], Sku>(
    `SELECT ${columns} FROM sku WHERE supplier_id = ? AND sku_id = ?`,
  );
  return (skuId) => find.get(SUPPLIER, skuId) ?? null;
}
