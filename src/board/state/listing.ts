/** The rows of one view that have been read: pages of SKUs, and the cursors behind which they begin. */
import type { BoardSku } from '../api/documents.ts';
import type { View } from './view.ts';

/** SKUs of a page. The gateway gives no more at once. */
export const PAGE_ROWS = 100;
/** Pages that are kept. The one that was looked at longest ago goes first. */
const MAX_PAGES = 200;
/** Changes that are remembered for pages on their way. */
const MAX_RECENT = 5_000;

/** What is known of the rows of one view. A new view gets a new one, so that answers that come late change nothing. */
export interface Listing {
  readonly view: View;
  readonly pages: Map<number, readonly BoardSku[]>;
  /** The page of each SKU that has been read. */
  readonly pageOf: Map<string, number>;
  /** Pages on their way. */
  readonly reading: Map<number, Promise<void>>;
  /** Resolves once the cursors are known, or cannot be. */
  counted: Promise<void>;
  /** The cursors behind which the pages begin, from the second one on. */
  cursors: readonly string[];
  readonly aborted: AbortController;
}

export function createListing(view: View): Listing {
  return {
    view,
    pages: new Map(),
    pageOf: new Map(),
    reading: new Map(),
    counted: Promise.resolve(),
    cursors: [],
    aborted: new AbortController(),
  };
}

type Newer = (sku: BoardSku) => BoardSku;

/** The last change of each SKU that was changed of late: a page that was asked for before it may come after it. */
const recent = new Map<string, Newer>();

/** Remembers what a change makes of a SKU. `to` leaves a SKU alone that is as new, or newer. */
export function noteChange(skuId: string, to: Newer): void {
  recent.delete(skuId);
  recent.set(skuId, to);
  const [oldest] = recent.keys();
  if (recent.size > MAX_RECENT && oldest !== undefined) recent.delete(oldest);
}

/** After the store lost changes: what they made of a SKU must not come over what is read from now on. */
export function forgetChanges(): void {
  recent.clear();
}

export function keepPage({ pages, pageOf }: Listing, number: number, skus: readonly BoardSku[]): void {
  pages.set(
    number,
    skus.map((sku) => recent.get(sku.skuId)?.(sku) ?? sku),
  );
  for (const { skuId } of skus) pageOf.set(skuId, number);
  const [oldest] = pages.keys();
  if (pages.size <= MAX_PAGES || oldest === undefined) return;
  for (const { skuId } of pages.get(oldest) ?? []) if (pageOf.get(skuId) === oldest) pageOf.delete(skuId);
  pages.delete(oldest);
}

/** Changes the row of a SKU, if it has been read. True if it has. */
export function changeRow({ pages, pageOf }: Listing, skuId: string, to: Newer): boolean {
  const number = pageOf.get(skuId);
  const page = number === undefined ? undefined : pages.get(number);
  if (number === undefined || !page) return false;
  pages.set(
    number,
    page.map((sku) => (sku.skuId === skuId ? to(sku) : sku)),
  );
  return true;
}
