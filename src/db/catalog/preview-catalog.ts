/** Tells what saving a catalog would do, from what is stored; stores nothing. */
import { listedFields, type Catalog, type CatalogRow, type SaveCounts } from '../../domain/catalog.ts';
import { createMatchSkus } from '../sku/find-skus.ts';
import type { Store } from '../store/store.ts';

const stateFields = ['quantityInStock', 'quantityOnBackorder', 'restrictions', 'backorderDate'] as const;
const fields = [...listedFields, ...stateFields] as const;

/** What a row can set, as it is before the row. */
type Listed = Required<Omit<CatalogRow, 'skuId'>>;

const newSku: Listed = {
  itemId: null,
  title: null,
  condition: null,
  upca: null,
  ean13: null,
  gtin14: null,
  isbn: null,
  quantityInStock: 0,
  quantityOnBackorder: 0,
  restrictions: null,
  backorderDate: null,
};

/**
 * A catalog whose `save` only counts. It keeps every SKU that the rows would change, because a later row may name the SKU again:
 * about half a kilobyte for each.
 */
export function createPreviewCatalog(store: Store): Catalog {
  const matchSkus = createMatchSkus(store, { lock: false });
  const changed = new Map<string, Listed>();
  return {
    async save({ supplierId }, rows) {
      const wanted = rows.map(({ skuId }) => ({
        supplierId,
        identifier: { kind: 'skuId' as const, value: skuId, gtin: null },
      }));
      const stored = await matchSkus(store.db, wanted);
      const counts = { created: 0, updated: 0, unchanged: 0, changes: 0 };
      rows.forEach((row, i) => {
        const before = changed.get(row.skuId) ?? stored[i]?.skus[0];
        const outcome = outcomeOf(row, before);
        counts[outcome]++;
        if (before && stateFields.some((field) => differs(row, before, field))) counts.changes++;
        if (outcome !== 'unchanged') changed.set(row.skuId, { ...(before ?? newSku), ...row });
      });
      return counts;
    },
  };
}

function outcomeOf(row: CatalogRow, before: Listed | undefined): Exclude<keyof SaveCounts, 'changes'> {
  if (!before) return 'created';
  return fields.some((field) => differs(row, before, field)) ? 'updated' : 'unchanged';
}

function differs(row: CatalogRow, before: Listed, field: (typeof fields)[number]): boolean {
  return row[field] !== undefined && row[field] !== before[field];
}
