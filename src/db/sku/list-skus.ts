/** Lists SKUs by filter and order with keyset pagination, and counts them. Both read the catalog in bounded slices. */
import { sql, type RawBuilder, type SqlBool } from 'kysely';
import { unmetered, type Inventory } from '../../domain/inventory.ts';
import type { SkuKeyset, SkuPage } from '../../domain/sku.ts';
import { toSku } from './load-skus.ts';
import { createNamedSkus } from './named-skus.ts';
import type { Store } from '../store/store.ts';
import { conditionsOf } from './sku-conditions.ts';
import { countRows, orderColumns, readRows } from './sku-slices.ts';
import { walkSlices } from './walk-slices.ts';
import type { SkuTable } from '../store/tables.ts';
import { compareText } from '../store/text-order.ts';

/**
 * The inventory's `listSkus` and `countSkus` on this store. `countSkus` stops at `atMost` and then returns `atMost + 1`. Both charge
 * `meter` for the SKUs that they looked at, and throw what it throws.
 */
export function createListSkus(store: Store): Pick<Inventory, 'listSkus' | 'countSkus'> {
  const namedSkus = createNamedSkus(store);
  return {
    async listSkus(supplierId, page, meter = unmetered) {
      const { filter, order, descending, after, limit } = page;
      const conditions = conditionsOf(store.kind, filter);
      const named = namedSkus(supplierId, filter, meter);
      const isInOrder = order === 'SKU_ID' && named === null;
      const best = createBest(page);
      const walk = {
        named,
        meter,
        // Without conditions every SKU matches, so the first slice need not be larger than the page.
        firstRows: isInOrder && conditions.length === 0 ? limit : undefined,
        behind: isInOrder && after ? String(after.value) : null,
        descending: isInOrder && descending,
      };
      for await (const { found } of walkSlices(store, walk, (slice) =>
        readRows(store, supplierId, slice, {
          conditions: [...conditions, ...best.conditions(isInOrder)],
          orderBy: orderBy(page),
          limit: isInOrder ? limit - best.rows().length : limit,
        }),
      )) {
        best.add(found);
        if (isInOrder && best.rows().length >= limit) break;
      }
      return best.rows().map(toSku);
    },

    async countSkus(supplierId, filter, atMost, meter = unmetered) {
      const conditions = conditionsOf(store.kind, filter);
      const named = namedSkus(supplierId, filter, meter);
      const walk = { named, meter, firstRows: undefined, behind: null, descending: false };
      let count = 0;
      for await (const { found } of walkSlices(store, walk, (slice) =>
        countRows(store, supplierId, slice, conditions),
      )) {
        count += found;
        if (count > atMost) break;
      }
      return Math.min(count, atMost + 1);
    },
  };
}

function orderBy({ order, descending }: SkuPage): RawBuilder<unknown> {
  const direction = descending ? sql`desc` : sql`asc`;
  const column = orderColumns[order];
  return column === 'sku_id'
    ? sql`sku_id ${direction}`
    : sql`${sql.ref(column)} ${direction}, sku_id ${direction}`;
}

/**
 * Collects the rows of a page: of all rows that were added, the first `limit` in the page's order. Orders without an index need it,
 * because their page is known only after the whole catalog was read.
 */
function createBest({ order, descending, after, limit }: SkuPage) {
  const column = orderColumns[order];
  const compare = (a: SkuTable, b: SkuTable) => {
    const byKey = compareValues(a[column], b[column]) || compareText(a.sku_id, b.sku_id);
    return descending ? -byKey : byKey;
  };
  const standing = ({ value, skuId }: SkuKeyset, isBehind: boolean): RawBuilder<SqlBool> => {
    const comparison = isBehind === descending ? sql`<` : sql`>`;
    return sql`(${sql.ref(column)}, sku_id) ${comparison} (${value}, ${skuId})`;
  };
  let best: SkuTable[] = [];
  return {
    rows: () => best,
    add: (rows: readonly SkuTable[]) => {
      if (best.length === 0) best = [...rows];
      else if (rows.length > 0) best = [...best, ...rows].toSorted(compare).slice(0, limit);
    },
    /** Conditions that a row of the page meets: after the cursor, and before the last collected row. A walk in the page's order needs none. */
    conditions: (isInOrder: boolean): RawBuilder<SqlBool>[] => {
      if (isInOrder) return [];
      const last = best.length < limit ? undefined : best.at(-1);
      return [
        ...(after ? [standing(after, true)] : []),
        ...(last ? [standing({ value: last[column], skuId: last.sku_id }, false)] : []),
      ];
    },
  };
}

function compareValues(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return compareText(String(a), String(b));
}
