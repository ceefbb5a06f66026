/** A change as webhooks send it and archives keep it. */
import type { InventoryChange } from '../domain/change.ts';
import type { InventoryState } from '../domain/sku.ts';

/** The fields of GraphQL's `InventoryChange`, without the SKU as it is now: what was written once must stay true. */
export function toRecord(change: InventoryChange) {
  const { before, after } = change;
  return {
    id: String(change.position),
    skuId: change.skuId,
    version: change.version,
    before: toState(before),
    after: toState(after),
    delta: {
      quantityInStock: after.quantityInStock - before.quantityInStock,
      quantityOnBackorder: after.quantityOnBackorder - before.quantityOnBackorder,
    },
    source: change.source,
    actor: change.actor,
    reason: change.reason,
    referenceDocumentUri: change.referenceDocumentUri,
    groupId: change.groupId,
    changedAt: change.changedAt,
    asOf: change.asOf,
  };
}

function toState(state: InventoryState) {
  const { quantityInStock, quantityOnBackorder, restrictions, backorderDate } = state;
  return {
    quantityInStock,
    quantityOnBackorder,
    restrictions: restrictions?.toUpperCase() ?? null,
    backorderDate,
  };
}
