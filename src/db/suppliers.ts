/** Suppliers: whose SKUs, tokens and changes a store holds. */
import { sql } from 'kysely';
import { nearestNames } from '../domain/text.ts';
import type { Store } from './store/store.ts';

export interface SupplierListing {
  readonly name: string;
  readonly createdAt: string;
  /** Its SKUs, without the deleted ones. */
  readonly skus: number;
  /** Tokens that are not revoked; some may have expired. */
  readonly tokens: number;
  /** Its deletion began and did not end. */
  readonly isBeingDeleted: boolean;
}

/** Adds the supplier under this key and name if the store does not have it. True: it was new. */
export async function saveSupplier(store: Store, supplierId: string, now: Date): Promise<boolean> {
  return insertSupplier(store, supplierId, supplierId, now);
}

/**
 * Adds a supplier of this name. Its key is the name, with a number behind it where a renamed supplier has that key. False: the
 * name is taken.
 */
export async function createSupplier(store: Store, name: string, now: Date): Promise<boolean> {
  for (let number = 1; ; number++) {
    // No name contains a tilde.
    if (await insertSupplier(store, number === 1 ? name : `${name}~${number}`, name, now)) return true;
    if (await findSupplier(store, name)) return false;
  }
}

/** A supplier as its name finds it. */
export interface FoundSupplier {
  /** Its key, which every table has. */
  readonly supplierId: string;
  /** Its deletion began and did not end. */
  readonly isBeingDeleted: boolean;
}

/** The supplier of this name; null where there is none. */
export async function findSupplier(store: Store, name: string): Promise<FoundSupplier | null> {
  const row = await store.db
    .selectFrom('supplier')
    .select(['supplier_id', 'deleted_at'])
    .where('name', '=', name)
    .executeTakeFirst();
  return row ? { supplierId: row.supplier_id, isBeingDeleted: row.deleted_at !== null } : null;
}

/** Names of suppliers that a mistyped name may stand for, nearest first. */
export async function findSimilarNames(store: Store, name: string): Promise<string[]> {
  const rows = await store.db.selectFrom('supplier').select('name').orderBy('name').execute();
  return nearestNames(
    name,
    rows.map((row) => row.name),
  );
}

/** Gives the supplier another name. Its key stays, so tokens, requests and streams go on. False: the new name is taken. */
export async function renameSupplier(store: Store, supplierId: string, newName: string): Promise<boolean> {
  const { numUpdatedRows } = await store.writes
    .updateTable('supplier')
    .set({ name: newName })
    .where('supplier_id', '=', supplierId)
    .where((eb) =>
      eb.not(
        eb.exists(eb.selectFrom('supplier as other').select('other.name').where('other.name', '=', newName)),
      ),
    )
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

/** All suppliers, by name. */
export async function listSuppliers(store: Store): Promise<SupplierListing[]> {
  const { rows } = await sql<Omit<SupplierListing, 'isBeingDeleted'> & { deletedAt: string | null }>`
    select name, created_at as "createdAt", deleted_at as "deletedAt",
      (select count(*) from sku where sku.supplier_id = supplier.supplier_id and sku.deleted_at is null) as skus,
      (select count(*) from token where token.supplier_id = supplier.supplier_id and revoked_at is null) as tokens
    from supplier order by name`.execute(store.db);
  return rows.map(({ deletedAt, ...listing }) => ({ ...listing, isBeingDeleted: deletedAt !== null }));
}

async function insertSupplier(store: Store, supplierId: string, name: string, now: Date): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await store.writes
    .insertInto('supplier')
    .values({
      supplier_id: supplierId,
      last_position: 0,
      created_at: now.toISOString(),
      idempotency_bytes: 0,
      pruned_position: 0,
      name,
      deleted_at: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}
