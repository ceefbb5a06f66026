/** Builds requests for the domain: rows that set or adjust a SKU, and a request around them. */
import { parseIdentifier, type IdentifierKind } from '../../src/domain/identifier.ts';
import type { Inventory } from '../../src/domain/inventory.ts';
import type { Precondition } from '../../src/domain/sku.ts';
import {
  plainRequest,
  type AdjustEdit,
  type InventoryUpdate,
  type RowResult,
  type SetEdit,
  type UpdateRequest,
} from '../../src/domain/update.ts';

/** The values that a row sets. */
export type Values = Omit<SetEdit, 'kind'>;
export type Origin = Pick<UpdateRequest, 'supplierId' | 'actor' | 'source'>;

/** Sets values of the SKU with this identifier. */
export function setBy(
  kind: IdentifierKind,
  value: string,
  values: Values,
  expected?: Precondition,
): InventoryUpdate {
  return { identifier: parseIdentifier(kind, value), edit: { kind: 'SET', ...values }, expected };
}

/** Sets values of the SKU with this id. */
export function setSku(skuId: string, values: Values, expected?: Precondition): InventoryUpdate {
  return setBy('skuId', skuId, values, expected);
}

/** Adds to the quantities of the SKU with this id. */
export function adjustSku(
  skuId: string,
  by: Omit<AdjustEdit, 'kind'>,
  expected?: Precondition,
): InventoryUpdate {
  return { identifier: parseIdentifier('skuId', skuId), edit: { kind: 'ADJUST', ...by }, expected };
}

/** A best-effort request with these rows and no other options. `more` overrides any field. */
export function requestOf(
  origin: Origin,
  rows: readonly InventoryUpdate[],
  more: Partial<UpdateRequest> = {},
): UpdateRequest {
  return {
    ...origin,
    operation: 'updateSkuInventory',
    rows,
    ...plainRequest,
    ...more,
  };
}

export async function updateFor(
  inventory: Pick<Inventory, 'update'>,
  origin: Origin,
  rows: readonly InventoryUpdate[],
): Promise<readonly RowResult[]> {
  return (await inventory.update(requestOf(origin, rows))).results;
}
