/** Suppliers: whose SKUs, tokens and changes a store holds. */
import type { Store } from './store/store.ts';

/** Adds the supplier if the store does not have it. True: it was new. */
export async function saveSupplier(store: Store, supplierId: string, now: Date): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await store.db
    .insertInto('supplier')
    .values({
      supplier_id: supplierId,
      last_position: 0,
      created_at: now.toISOString(),
      idempotency_bytes: 0,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}
