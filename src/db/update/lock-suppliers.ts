/** Locks on suppliers' rows: taken in one order by all, after all locks on keys and SKUs. */
import type { Kysely } from 'kysely';
import type { Store } from '../store/store.ts';
import { WITH_NEXT } from '../driver/pipeline.ts';
import { createSetStatement } from '../store/set-statement.ts';
import { supplierKey, type Tables } from '../store/tables.ts';

/**
 * Locks the suppliers' rows until the transaction ends. Their positions and their count of key bytes change under this lock alone. On
 * SQLite it does nothing: there a transaction begins with the right to write.
 */
export type LockSuppliers = (trx: Kysely<Tables>, supplierIds: Iterable<string>) => Promise<void>;

export function createLockSuppliers(store: Store): LockSuppliers {
  // An UPDATE of several rows has no order of its own: two gateways with the same suppliers would wait for each other in a circle.
  // Nor can the UPDATE select them in order itself: where it meets a row that has changed since its snapshot, it locks them anew.
  const lock = createSetStatement(store, supplierKey, (db) =>
    db
      .selectFrom('item')
      .innerJoin('supplier', 'supplier.supplier_id', 'item.supplier_id')
      .select('supplier.supplier_id')
      .orderBy('supplier.supplier_id')
      // Weaker than `for update`, which would wait for imports: their new SKUs refer to the supplier long before its row is due.
      .forNoKeyUpdate('supplier'),
  );
  return async (trx, supplierIds) => {
    if (store.kind === 'sqlite') return;
    const suppliers = Array.from(new Set(supplierIds), (supplier_id) => ({ supplier_id }));
    if (suppliers.length > 0) await lock(trx, suppliers, WITH_NEXT);
  };
}
