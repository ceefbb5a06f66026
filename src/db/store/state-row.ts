/** Converts an inventory state (the values that an update can set) and its as-of times between the domain and the columns of tables. */
import type { AsOf, InventoryState, Sku } from '../../domain/sku.ts';
import type { RowOf } from './columns.ts';
import type { asOfColumns, SkuTable, stateColumns } from './tables.ts';

type StateRow = RowOf<typeof stateColumns>;

/** The state's columns. Spread the result first in an object literal: V8 is several times slower for a later spread, in a loop over rows. */
export function toStateRow(state: InventoryState): StateRow {
  return {
    quantity_in_stock: state.quantityInStock,
    quantity_on_backorder: state.quantityOnBackorder,
    restrictions: state.restrictions,
    backorder_date: state.backorderDate,
  };
}

/** The state in a row. Spread the result first in an object literal, as with `toStateRow`. */
export function toState(row: StateRow): InventoryState {
  return {
    quantityInStock: row.quantity_in_stock,
    quantityOnBackorder: row.quantity_on_backorder,
    restrictions: row.restrictions,
    backorderDate: row.backorder_date,
  };
}

/** The columns of the as-of times. A time of null is stored as empty text, because null stands for a row that was written before. */
export function toAsOfRow(asOf: AsOf): RowOf<typeof asOfColumns> {
  const { quantityInStock, inStockWhenSet, quantityOnBackorder, onBackorderWhenSet } = asOf;
  return {
    quantity_in_stock_as_of: quantityInStock ?? '',
    quantity_in_stock_set_as_of: inStockWhenSet === quantityInStock ? null : (inStockWhenSet ?? ''),
    quantity_on_backorder_as_of: quantityOnBackorder ?? '',
    quantity_on_backorder_set_as_of:
      onBackorderWhenSet === quantityOnBackorder ? null : (onBackorderWhenSet ?? ''),
    restrictions_as_of: asOf.restrictions ?? '',
    backorder_date_as_of: asOf.backorderDate ?? '',
  };
}

/** The as-of times in a row. Of a row that was last written before there were any, they are the time of its last change. */
export function toAsOf(row: Pick<SkuTable, 'version' | 'updated_at' | keyof typeof asOfColumns>): AsOf {
  const before = row.version > 0 ? row.updated_at : '';
  const inStock = row.quantity_in_stock_as_of ?? before;
  const onBackorder = row.quantity_on_backorder_as_of ?? before;
  return {
    quantityInStock: inStock || null,
    quantityOnBackorder: onBackorder || null,
    restrictions: (row.restrictions_as_of ?? before) || null,
    backorderDate: (row.backorder_date_as_of ?? before) || null,
    inStockWhenSet: (row.quantity_in_stock_set_as_of ?? inStock) || null,
    onBackorderWhenSet: (row.quantity_on_backorder_set_as_of ?? onBackorder) || null,
  };
}

/**
 * Whether the as-of columns of the SKU's row surely hold its times. Of an older row they hold null: all its times are then that of its
 * last change, and the next update must store all of them.
 */
export function hasOwnTimes({ version, updatedAt, asOf }: Sku): boolean {
  return (
    version > 0 &&
    (asOf.quantityInStock !== updatedAt ||
      asOf.quantityOnBackorder !== updatedAt ||
      asOf.restrictions !== updatedAt ||
      asOf.backorderDate !== updatedAt)
  );
}
