/** Converts a SKU filter to SQL conditions on the table `sku`. */
import { sql, type RawBuilder, type SqlBool } from 'kysely';
import type { Availability, SkuFilter } from '../../domain/sku.ts';
import type { StoreKind } from '../store/store.ts';

/** The conditions, all of which must hold. They leave out `skuIds` and `identifiers`, which named-skus.ts resolves. */
export function conditionsOf(kind: StoreKind, filter: SkuFilter): RawBuilder<SqlBool>[] {
  const { search, restrictions, availability, minQuantityInStock, maxQuantityInStock, updatedAfter } = filter;
  return [
    restrictions === undefined
      ? []
      : restrictions === null
        ? sql<SqlBool>`restrictions is null`
        : sql<SqlBool>`restrictions = ${restrictions}`,
    availability ? availabilityConditions[availability] : [],
    minQuantityInStock === undefined ? [] : sql<SqlBool>`quantity_in_stock >= ${minQuantityInStock}`,
    maxQuantityInStock === undefined ? [] : sql<SqlBool>`quantity_in_stock <= ${maxQuantityInStock}`,
    updatedAfter === undefined ? [] : sql<SqlBool>`updated_at > ${updatedAfter}`,
    // Last, because it costs most and the others may exclude the row before.
    search ? containing(kind, search) : [],
  ].flat();
}

/** The same rules as the domain's `availabilityOf`, in SQL. */
const availabilityConditions: Record<Availability, RawBuilder<SqlBool>> = {
  DISCONTINUED: sql`restrictions = 'discontd'`,
  TEMPORARILY_UNAVAILABLE: sql`restrictions = 'tmpunavail'`,
  IN_STOCK: sql`(restrictions is null and quantity_in_stock > 0)`,
  BACKORDER: sql`(restrictions is null and quantity_in_stock = 0 and quantity_on_backorder > 0)`,
  OUT_OF_STOCK: sql`(restrictions is null and quantity_in_stock = 0 and quantity_on_backorder = 0)`,
};

/**
 * The title or the skuId contains the text, in any case of ASCII letters. Both stores lower ASCII letters only (PostgreSQL by its C
 * collation), so only those are lowered here. `LIKE` measured up to 30 times as slow for a text chosen to be expensive.
 */
function containing(kind: StoreKind, search: string): RawBuilder<SqlBool> {
  const text = search.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
  return kind === 'sqlite'
    ? sql`(instr(lower(title), ${text}) > 0 or instr(lower(sku_id), ${text}) > 0)`
    : sql`(strpos(lower(title), ${text}) > 0 or strpos(lower(sku_id), ${text}) > 0)`;
}
