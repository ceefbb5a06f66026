/** What an update can set, as columns and as the domain has it: SKUs and changes both hold it. */
import type { InventoryState } from '../../domain/sku.ts';
import type { RowOf } from './columns.ts';
import type { stateColumns } from './tables.ts';

type StateRow = RowOf<typeof stateColumns>;

/** Spread it first in a literal: V8 copies a later spread several times as slowly, and writers do it for each row. */
export function toStateRow(state: InventoryState): StateRow {
  return {
    quantity_in_stock: state.quantityInStock,
    quantity_on_backorder: state.quantityOnBackorder,
    restrictions: state.restrictions,
  };
}

/** Spread it first, too. */
export function toState(row: StateRow): InventoryState {
  return {
    quantityInStock: row.quantity_in_stock,
    quantityOnBackorder: row.quantity_on_backorder,
    restrictions: row.restrictions,
  };
}
