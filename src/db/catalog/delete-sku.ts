/** Deletes SKUs: nobody finds them any more, and their changes stay in the log. */
import type { Kysely } from 'kysely';
import { namesOf } from '../store/columns.ts';
import type { Store, StoreKind } from '../store/store.ts';
import { listingColumns, type Tables } from '../store/tables.ts';
import { inTransaction } from '../store/transaction.ts';

/** Deletes a supplier's SKU with its codes and texts; resolves once that is on disk. False: the supplier has no such SKU. */
export async function deleteSku(
  store: Store,
  supplierId: string,
  skuId: string,
  now: Date,
): Promise<boolean> {
  return inTransaction(store, async (trx) => {
    const found = await lockListed(store.kind, trx, supplierId).where('sku_id', '=', skuId).execute();
    await hideSkus(trx, supplierId, [skuId], now);
    return found.length > 0;
  });
}

/** The ids of a supplier's SKUs that are not deleted, in order. On PostgreSQL the SKUs stay locked until the transaction ends. */
export function lockListed(kind: StoreKind, trx: Kysely<Tables>, supplierId: string) {
  const listed = trx
    .selectFrom('sku')
    .select('sku_id')
    .where('supplier_id', '=', supplierId)
    .where('deleted_at', 'is', null)
    .orderBy('sku_id');
  return kind === 'postgres' ? listed.forUpdate() : listed;
}

// Each column of a listing.
const nothingListed = Object.fromEntries(namesOf(listingColumns).map((name) => [name, null])) as Record<
  keyof typeof listingColumns,
  null
>;

/** Marks SKUs as deleted, and removes what a catalog lists of them. The caller has locked them. */
export async function hideSkus(
  trx: Kysely<Tables>,
  supplierId: string,
  skuIds: readonly string[],
  now: Date,
): Promise<void> {
  await trx
    .deleteFrom('sku_code')
    .where('supplier_id', '=', supplierId)
    .where('sku_id', 'in', skuIds)
    .execute();
  await trx
    .updateTable('sku')
    .set({
      ...nothingListed,
      deleted_at: now.toISOString(),
    })
    .where('supplier_id', '=', supplierId)
    .where('sku_id', 'in', skuIds)
    .where('deleted_at', 'is', null)
    .execute();
}
