/** A full file lists all that a supplier has: what it leaves out is set to 0 in stock. */
import { unmetered, type Inventory } from '../../domain/inventory.ts';
import type { Sku } from '../../domain/sku.ts';
import type { RowResult } from '../../domain/update.ts';
import type { FeedSource, Send } from './feed-rows.ts';
import { skuPages } from './sku-pages.ts';

/** A page that was swept: its results, and the last SKU that was looked at. */
export interface SweptPage {
  readonly results: readonly RowResult[];
  readonly through: string | null;
}

/** Sets the quantity in stock of every SKU in stock past `from` that `isNamed` does not know to 0. Gives the results page by page. */
export async function* sweepOmitted(
  inventory: Pick<Inventory, 'listSkus'>,
  { supplierId, asOf }: FeedSource,
  isNamed: (sku: Sku) => boolean,
  send: Send,
  from: string | null = null,
): AsyncGenerator<SweptPage, void> {
  for await (const page of skuPages(inventory, supplierId, { minQuantityInStock: 1 }, unmetered, from)) {
    const omitted = page.filter((sku) => !isNamed(sku));
    if (omitted.length === 0) continue;
    const results = await send(
      omitted.map(({ skuId }) => ({
        identifier: { kind: 'skuId', value: skuId, gtin: null },
        edit: { kind: 'SET', quantityInStock: 0 },
        ...(asOf !== null && { asOf }),
      })),
    );
    yield { results, through: page.at(-1)?.skuId ?? null };
  }
}
