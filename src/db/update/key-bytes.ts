/** How much room idempotency keys take, and the count of it that each supplier's row has. */
import { sql, type Kysely } from 'kysely';
import { bigint } from '../store/columns.ts';
import type { Store } from '../store/store.ts';
import { createSetStatement } from '../store/set-statement.ts';
import { supplierKey, type Tables } from '../store/tables.ts';

/**
 * What a key is counted as, in bytes: its answer, its name in the table and in its index, and what every row costs. Within a tenth of
 * what it takes on SQLite's disk.
 */
export const bytesOfKey = sql<number>`octet_length(answer) + 2 * octet_length(key) + 200`;

/** A key's supplier, and its bytes. */
export interface KeyBytes {
  readonly supplier_id: string;
  readonly bytes: number;
}

/** Counts bytes of keys to what their suppliers keep; negative ones give room back. */
export function createAddKeyBytes(store: Store) {
  const add = createSetStatement(store, { ...supplierKey, bytes: bigint() }, (db) =>
    db
      .updateTable('supplier')
      .from('item')
      .set({ idempotency_bytes: sql<number>`supplier.idempotency_bytes + item.bytes` })
      .whereRef('supplier.supplier_id', '=', 'item.supplier_id'),
  );
  return async (trx: Kysely<Tables>, keys: readonly KeyBytes[]): Promise<void> => {
    const sums = new Map<string, number>();
    for (const { supplier_id, bytes } of keys) sums.set(supplier_id, (sums.get(supplier_id) ?? 0) + bytes);
    await add(
      trx,
      Array.from(sums, ([supplier_id, bytes]) => ({ supplier_id, bytes })),
    );
  };
}
