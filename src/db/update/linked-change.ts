/** Links changes that are saved together: each gets a number, and a link to its SKU's previous change. */
import type { Kysely } from 'kysely';
import type { InventoryChange } from '../../domain/change.ts';
import { keyOf, type Sku } from '../../domain/sku.ts';
import type { Tables } from '../store/tables.ts';

/** A change and its place in the batch of changes that is saved. Numbers count from 1 for each supplier. */
export interface LinkedChange {
  readonly change: InventoryChange;
  readonly number: number;
  /** The number of the SKU's previous change, if that is in the same batch; else null. */
  readonly previousNumber: number | null;
  /** The position of the SKU's previous change, if that is already stored; else null. */
  readonly storedPosition: number | null;
  /** The SKU as the batch leaves it, if this is its last change in the batch: that is the state to store. Else null. */
  readonly last: Sku | null;
}

/**
 * Stores the linked changes. Resolves to each supplier's last position before them. `thenCommit`: no other statement follows in the
 * transaction, so that on PostgreSQL the COMMIT is sent together with the statement.
 */
export type SaveLinked = (
  trx: Kysely<Tables>,
  linked: readonly LinkedChange[],
  thenCommit: boolean,
) => Promise<ReadonlyMap<string, number>>;

/**
 * Links the changes of a batch, in order. `skus`: each SKU of the batch, whose `lastChangePosition` is the position of its last stored
 * change.
 */
export function linkChanges(skus: readonly Sku[], changes: readonly InventoryChange[]): LinkedChange[] {
  const left = new Map(skus.map((sku) => [keyOf(sku.supplierId, sku.skuId), sku]));
  const counts = new Map<string, number>();
  const lastOfSku = new Map<string, { number: number; index: number }>();
  const linked = changes.map((change, index) => {
    const number = (counts.get(change.supplierId) ?? 0) + 1;
    counts.set(change.supplierId, number);
    const key = keyOf(change.supplierId, change.skuId);
    const previous = lastOfSku.get(key);
    lastOfSku.set(key, { number, index });
    return {
      change,
      number,
      previousNumber: previous?.number ?? null,
      storedPosition: previous ? null : (left.get(key)?.lastChangePosition ?? null),
    };
  });
  const lasts = new Map(Array.from(lastOfSku, ([key, { index }]) => [index, left.get(key) ?? null]));
  return linked.map((link, index) => ({ ...link, last: lasts.get(index) ?? null }));
}
