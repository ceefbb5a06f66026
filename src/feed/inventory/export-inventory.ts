/** Exports a supplier's inventory as CSV that can be edited in a spreadsheet and imported again. */
import type { Inventory, ReadMeter } from '../../domain/inventory.ts';
import type { Sku, SkuFilter } from '../../domain/sku.ts';
import { PAGE_SKUS, skuPages } from './sku-pages.ts';
import { toCsvLine, UTF8_MARK } from '../csv/write-csv.ts';

/** The columns, in order. `version` makes an import reject each row whose SKU was changed since. */
const columns: Readonly<Record<string, (sku: Sku) => string | number | null>> = {
  sku_id: (sku) => sku.skuId,
  upca: (sku) => sku.upca,
  ean13: (sku) => sku.ean13,
  gtin14: (sku) => sku.gtin14,
  isbn: (sku) => sku.isbn,
  quantity_in_stock: (sku) => sku.quantityInStock,
  quantity_on_backorder: (sku) => sku.quantityOnBackorder,
  backorder_date: (sku) => sku.backorderDate,
  restrictions: (sku) => sku.restrictions,
  version: (sku) => sku.version,
};

/** The file in pieces, sorted by skuId. */
export async function* exportInventory(
  inventory: Pick<Inventory, 'listSkus'>,
  supplierId: string,
  filter: SkuFilter,
  delimiter = ',',
): AsyncGenerator<string, void> {
  yield toHead(delimiter);
  for await (const page of skuPages(inventory, supplierId, filter)) yield toLines(page, delimiter);
}

/** The beginning of the file: a byte order mark and the header. */
export const exportHead = toHead();

/** A part of the file. */
export interface ExportPage {
  readonly lines: string;
  readonly skus: number;
  /** The skuId after which the next part begins; null at the end. */
  readonly next: string | null;
}

/** The part that begins after this skuId, or the first one. */
export async function exportPage(
  inventory: Pick<Inventory, 'listSkus'>,
  supplierId: string,
  filter: SkuFilter,
  after: string | null,
  meter?: ReadMeter,
): Promise<ExportPage> {
  const { value } = await skuPages(inventory, supplierId, filter, meter, after).next();
  const page = value ?? [];
  return {
    lines: toLines(page),
    skus: page.length,
    next: page.length < PAGE_SKUS ? null : (page.at(-1)?.skuId ?? null),
  };
}

function toHead(delimiter?: string): string {
  return UTF8_MARK + toCsvLine(Object.keys(columns), delimiter);
}

function toLines(skus: readonly Sku[], delimiter?: string): string {
  const cells = Object.values(columns);
  return skus
    .map((sku) =>
      toCsvLine(
        cells.map((cell) => String(cell(sku) ?? '')),
        delimiter,
      ),
    )
    .join('');
}
