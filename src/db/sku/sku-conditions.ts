/** What a filter of SKUs asks for, as conditions on the table `sku`. */
import { sql, type RawBuilder, type SqlBool } from 'kysely';
import type { Availability, SkuFilter } from '../../domain/sku.ts';
import type { StoreKind } from '../store/store.ts';

/** All must hold; which SKUs the filter names, by ids and identifiers, is not among them. */
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
    // Last, as it costs most.
    search ? containing(kind, search) : [],
  ].flat();
}

/** As `availabilityOf` decides. */
const availabilityConditions: Record<Availability, RawBuilder<SqlBool>> = {
  DISCONTINUED: sql`restrictions = 'discontd'`,
  TEMPORARILY_UNAVAILABLE: sql`restrictions = 'tmpunavail'`,
  IN_STOCK: sql`(restrictions is null and quantity_in_stock > 0)`,
  BACKORDER: sql`(restrictions is null and quantity_in_stock = 0 and quantity_on_backorder > 0)`,
  OUT_OF_STOCK: sql`(restrictions is null and quantity_in_stock = 0 and quantity_on_backorder = 0)`,
};

/**
 * ASCII letters in any case: SQLite's lower() and PostgreSQL's in the C collation know no others. LIKE would cost a wilful text ten
 * times as much.
 */
function containing(kind: StoreKind, search: string): RawBuilder<SqlBool> {
  const text = search.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
  return kind === 'sqlite'
    ? sql`(instr(lower(title), ${text}) > 0 or instr(lower(sku_id), ${text}) > 0)`
    : sql`(strpos(lower(title), ${text}) > 0 or strpos(lower(sku_id), ${text}) > 0)`;
}
