/** Walks a supplier's SKUs page by page, each page read when it is asked for. */
import type { Inventory, ReadMeter } from '../../domain/inventory.ts';
import type { Sku, SkuFilter } from '../../domain/sku.ts';

/** SKUs of a page. */
export const PAGE_SKUS = 1_000;

/** Pages of at least one SKU, sorted by skuId, past `from` if it is given. SKUs that are changed meanwhile are seen once: as they were or as they are. */
export async function* skuPages(
  inventory: Pick<Inventory, 'listSkus'>,
  supplierId: string,
  filter: SkuFilter,
  meter?: ReadMeter,
  from: string | null = null,
): AsyncGenerator<readonly Sku[], void> {
  let last = from;
  for (;;) {
    const after = last === null ? null : { value: last, skuId: last };
    const where = { filter, order: 'SKU_ID', descending: false, after, limit: PAGE_SKUS } as const;
    const page: Sku[] = await inventory.listSkus(supplierId, where, meter);
    if (page.length > 0) yield page;
    if (page.length < PAGE_SKUS) return;
    last = page.at(-1)?.skuId ?? null;
  }
}
