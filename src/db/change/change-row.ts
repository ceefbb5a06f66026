/** Converts between the domain's changes and rows of `inventory_change`. */
import type { InventoryChange } from '../../domain/change.ts';
import { toState, toStateRow } from '../store/state-row.ts';
import type { InventoryChangeTable } from '../store/tables.ts';

/** The row of a change that has a position. Its texts are the change's own, not shared (see shared-texts.ts). */
export function toChangeRow(change: InventoryChange & { readonly position: number }): InventoryChangeTable {
  const { before, after } = change;
  return {
    ...toStateRow(after),
    supplier_id: change.supplierId,
    position: change.position,
    sku_id: change.skuId,
    version: change.version,
    quantity_in_stock_before: before.quantityInStock,
    quantity_on_backorder_before: before.quantityOnBackorder,
    restrictions_before: before.restrictions,
    backorder_date_before: before.backorderDate,
    source: change.source,
    actor: change.actor,
    changed_at: change.changedAt,
    as_of: change.asOf,
    reason: change.reason,
    reference_document_uri: change.referenceDocumentUri,
    group_id: change.groupId,
    previous_position: change.previousPosition,
  };
}

/** The change in a row. The row must hold its own texts: shared-texts.ts resolves references first. */
export function toChange(row: InventoryChangeTable): InventoryChange {
  return {
    supplierId: row.supplier_id,
    skuId: row.sku_id,
    position: row.position,
    version: row.version,
    before: {
      quantityInStock: row.quantity_in_stock_before,
      quantityOnBackorder: row.quantity_on_backorder_before,
      restrictions: row.restrictions_before,
      backorderDate: row.backorder_date_before,
    },
    after: toState(row),
    source: row.source,
    actor: row.actor,
    reason: row.reason,
    referenceDocumentUri: row.reference_document_uri,
    groupId: row.group_id,
    previousPosition: row.previous_position,
    changedAt: row.changed_at,
    asOf: row.as_of,
  };
}
