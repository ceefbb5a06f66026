/** Converts an inventory state (the values that an update can set) between the domain and the columns of `sku` and `inventory_change`. */
import type { InventoryState } from '../../domain/sku.ts';
import type { RowOf } from './columns.ts';
import type { stateColumns } from './tables.ts';

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
