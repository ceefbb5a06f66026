/** Links changes that are saved together: each gets a number, and a link to its SKU's previous change. */
import type { Kysely } from 'kysely';
import type { InventoryChange } from '../../domain/change.ts';
import type { TouchedSku } from '../../domain/decide-batch.ts';
import { createSkuMap } from '../../domain/sku.ts';
import type { Tables } from '../store/tables.ts';

/** A change and its place in the batch of changes that is saved. Numbers count from 1 for each supplier. */
export interface LinkedChange {
  readonly change: InventoryChange;
  readonly number: number;
  /** The number of the SKU's previous change, if that is in the same batch; else null. */
  readonly previousNumber: number | null;
  /** The position of the SKU's previous change, if that is already stored; else null. */
  readonly storedPosition: number | null;
  /** The SKU, if this is its last change in the batch: then the state to store is the one that the batch leaves. Else null. */
  readonly last: TouchedSku | null;
}

/** Stores the changes of a batch, and what it leaves of its SKUs. */
export interface SaveLinked {
  /** Stores the as-of times of SKUs of which the batch said again what was known. They have no change, and keep their version. */
  confirm(trx: Kysely<Tables>, skus: readonly TouchedSku[]): Promise<void>;
  /**
   * Stores the linked changes. Resolves to each supplier's last position before them. `thenCommit`: no other statement follows in the
   * transaction, so that on PostgreSQL the COMMIT is sent together with the statement.
   */
  save(
    trx: Kysely<Tables>,
    linked: readonly LinkedChange[],
    thenCommit: boolean,
  ): Promise<ReadonlyMap<string, number>>;
}

/** Links the changes of a batch, in order. `skus`: each SKU of the batch, once. */
export function linkChanges(
  skus: readonly TouchedSku[],
  changes: readonly InventoryChange[],
): LinkedChange[] {
  const touched = createSkuMap<TouchedSku>();
  for (const sku of skus) touched.set(sku.left, sku);
  const counts = new Map<string, number>();
  const lastOfSku = createSkuMap<{ -readonly [Name in keyof LinkedChange]: LinkedChange[Name] }>();
  return changes.map((change) => {
    const number = (counts.get(change.supplierId) ?? 0) + 1;
    counts.set(change.supplierId, number);
    const sku = touched.get(change) ?? null;
    const previous = lastOfSku.get(change);
    if (previous) previous.last = null;
    const previousNumber = previous?.number ?? null;
    const storedPosition = previous ? null : (sku?.stored.lastChangePosition ?? null);
    const link = { change, number, previousNumber, storedPosition, last: sku };
    lastOfSku.set(change, link);
    return link;
  });
}

/** A change with its position in the log. */
export type PlacedChange = InventoryChange & { readonly position: number };

/** Turns numbers into positions. `before`: each supplier's last position before the batch. */
export function place(linked: readonly LinkedChange[], before: ReadonlyMap<string, number>): PlacedChange[] {
  return linked.map(({ change, number, previousNumber, storedPosition }) => {
    const base = before.get(change.supplierId) ?? 0;
    const previousPosition = previousNumber === null ? storedPosition : base + previousNumber;
    return { ...change, position: base + number, previousPosition };
  });
}
