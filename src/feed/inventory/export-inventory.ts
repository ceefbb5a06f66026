/** Exports a supplier's inventory as CSV that can be edited in a spreadsheet and imported again. */
import type { Inventory, ReadMeter } from '../../domain/inventory.ts';
import type { Sku, SkuFilter } from '../../domain/sku.ts';
import { skuPages } from './sku-pages.ts';
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
  meter?: ReadMeter,
): AsyncGenerator<string, void> {
  yield UTF8_MARK + toCsvLine(Object.keys(columns));
  const cells = Object.values(columns);
  for await (const page of skuPages(inventory, supplierId, filter, meter)) {
    yield page.map((sku) => toCsvLine(cells.map((cell) => String(cell(sku) ?? '')))).join('');
  }
}
