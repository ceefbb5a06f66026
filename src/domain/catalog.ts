/** The catalog: which SKUs a supplier has, and what it lists of each. */
import { codeKinds } from './identifier.ts';
import type { InventoryState, Sku } from './sku.ts';

/** What a catalog lists of a SKU beside its inventory. */
export const listedFields = ['itemId', 'title', 'condition', ...codeKinds] as const;
export type Listing = Pick<Sku, 'skuId' | (typeof listedFields)[number]>;

/** A SKU as its supplier lists it. A field left out stays as it is; null clears it. */
export interface CatalogRow extends Partial<Omit<Listing, 'skuId'>>, Partial<InventoryState> {
  readonly skuId: string;
}

/** Whose catalog it is, and who imports it. */
export interface ImportOrigin {
  readonly supplierId: string;
  readonly actor: string;
  /** What the changes of the import have in common; null or left out: nothing. */
  readonly groupId?: string | null;
}

/** What became of the rows. Each is counted once as created, updated or unchanged. */
export interface SaveCounts {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  /** Changes of the inventory that were recorded. */
  readonly changes: number;
}

export interface Catalog {
  /**
   * Saves the rows in order, in transactions of at most 100 rows. Resolves once all rows are on disk. Throws UnavailableError if the
   * store takes no writes; rows before the failed transaction stay saved. The supplier must be known. A new SKU starts at version 0.
   * What a row changes in a known SKU's inventory is applied and recorded like any update.
   */
  save(origin: ImportOrigin, rows: readonly CatalogRow[]): Promise<SaveCounts>;
}
