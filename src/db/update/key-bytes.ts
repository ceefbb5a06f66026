/** Counts the bytes that idempotency keys take. Each supplier's row has the sum of its keys. */
import { sql, type Kysely } from 'kysely';
import { bigint } from '../store/columns.ts';
import type { Store } from '../store/store.ts';
import { createSetStatement } from '../store/set-statement.ts';
import { supplierKey, type Tables } from '../store/tables.ts';

/**
 * SQL for the bytes of a key: its answer, its name in the table and in the index, and 200 for the rest of the row. The result is within a
 * tenth of what the key takes on SQLite's disk.
 */
export const bytesOfKey = sql<number>`octet_length(answer) + 2 * octet_length(key) + 200`;

/** A key's supplier, and the bytes to add to its sum. */
export interface KeyBytes {
  readonly supplier_id: string;
  readonly bytes: number;
}

/** Adds bytes to the sums of suppliers. Negative bytes subtract. */
export type AddKeyBytes = (trx: Kysely<Tables>, keys: readonly KeyBytes[]) => Promise<void>;

/** Prepares the statement, for SQLite. On PostgreSQL the statement that saves keys adds their bytes, and keys go by the day. */
export function createAddKeyBytes(store: Store): AddKeyBytes {
  const add = createSetStatement(store, { ...supplierKey, bytes: bigint() }, (db) =>
    db
      .updateTable('supplier')
      .from('item')
      .set({ idempotency_bytes: sql<number>`supplier.idempotency_bytes + item.bytes` })
      .whereRef('supplier.supplier_id', '=', 'item.supplier_id'),
  );
  return async (trx, keys) => {
    const sums = new Map<string, number>();
    for (const { supplier_id, bytes } of keys) sums.set(supplier_id, (sums.get(supplier_id) ?? 0) + bytes);
    await add(
      trx,
      Array.from(sums, ([supplier_id, bytes]) => ({ supplier_id, bytes })),
    );
  };
}
