/** Changes that are saved together: each is linked to the change that its SKU had before it. */
import type { Kysely } from 'kysely';
import type { InventoryChange } from '../../domain/change.ts';
import { keyOf, type Sku } from '../../domain/sku.ts';
import type { Tables } from '../store/tables.ts';

/** A change and its place among those that are saved with it. Numbers count from 1, within its supplier. */
export interface LinkedChange {
  readonly change: InventoryChange;
  readonly number: number;
  /** Of the SKU's change before it; null when that is stored already, or there is none. */
  readonly previousNumber: number | null;
  /** The SKU's change before it, stored already; null when it is one of these, or there is none. */
  readonly storedPosition: number | null;
  /** The SKU's last one: it leads to the state that stays. */
  readonly isLast: boolean;
}

/** Stores the linked changes; gives by supplier the position before the first. */
export type SaveLinked = (
  trx: Kysely<Tables>,
  linked: readonly LinkedChange[],
  thenCommit: boolean,
) => Promise<ReadonlyMap<string, number>>;

/** `skus` are the last states, one a SKU; `changes` all that led there, in order. */
export function linkChanges(skus: readonly Sku[], changes: readonly InventoryChange[]): LinkedChange[] {
  const storedPositions = new Map(
    skus.map((sku) => [keyOf(sku.supplierId, sku.skuId), sku.lastChangePosition]),
  );
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
      storedPosition: previous ? null : (storedPositions.get(key) ?? null),
    };
  });
  const lasts = new Set(Array.from(lastOfSku.values(), ({ index }) => index));
  return linked.map((link, index) => ({ ...link, isLast: lasts.has(index) }));
}
