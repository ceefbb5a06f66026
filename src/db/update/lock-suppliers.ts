/** Locks suppliers' rows. Every transaction takes these locks in the same order, after its locks on keys and SKUs. */
import type { Kysely } from 'kysely';
import type { Store } from '../store/store.ts';
import { WITH_NEXT } from '../driver/postgres/pipeline.ts';
import { createSetStatement } from '../store/set-statement.ts';
import { supplierKey, type Tables } from '../store/tables.ts';

/**
 * Locks the rows of the suppliers of `theirs` until the transaction ends. Positions and sums of key bytes change only under this lock. On
 * SQLite it does nothing, because only one transaction writes at a time.
 */
export type LockSuppliers = (
  trx: Kysely<Tables>,
  theirs: readonly { readonly supplierId: string }[],
) => Promise<void>;

/** Prepares the statement. */
export function createLockSuppliers(store: Store): LockSuppliers {
  // An UPDATE locks rows in any order, so two gateways that update the same suppliers could deadlock. A subquery in the UPDATE does not
  // help: PostgreSQL runs it again, out of order, if a row has changed since the statement's snapshot.
  const lock = createSetStatement(store, supplierKey, (db) =>
    db
      .selectFrom('item')
      .innerJoin('supplier', 'supplier.supplier_id', 'item.supplier_id')
      .select('supplier.supplier_id')
      .orderBy('supplier.supplier_id')
      // `for update` would wait for imports, whose new SKUs hold a foreign key lock on the supplier.
      .forNoKeyUpdate('supplier'),
  );
  return async (trx, theirs) => {
    if (store.kind === 'sqlite') return;
    const supplierIds = new Set(theirs.map(({ supplierId }) => supplierId));
    const suppliers = Array.from(supplierIds, (supplier_id) => ({ supplier_id }));
    if (suppliers.length > 0) await lock(trx, suppliers, WITH_NEXT);
  };
}
