/** Requests as tests write them: an update is an identifier and the values to set. */
import { parseIdentifier, type Identifier } from '../../src/domain/identifier.ts';
import type { Inventory } from '../../src/domain/inventory.ts';
import type { RowResult, SetEdit, UpdateRequest } from '../../src/domain/update.ts';

export type Values = Omit<SetEdit, 'kind'>;
export interface SimpleUpdate extends Values {
  readonly identifier: Identifier;
}
export type Origin = Pick<UpdateRequest, 'supplierId' | 'actor' | 'source'>;

/** A request that sets values, and asks for nothing else. */
export function requestOf(origin: Origin, updates: readonly SimpleUpdate[]): UpdateRequest {
  return {
    ...origin,
    operation: 'updateSkuInventory',
    rows: updates.map(({ identifier, ...values }) => ({ identifier, edit: { kind: 'SET', ...values } })),
    atomicity: 'BEST_EFFORT',
    dryRun: false,
    idempotencyKey: null,
    reason: null,
    referenceDocumentUri: null,
    groupId: null,
  };
}

/** Asks, and gives the results of the rows. */
export async function updateFor(
  inventory: Inventory,
  origin: Origin,
  updates: readonly SimpleUpdate[],
): Promise<readonly RowResult[]> {
  return (await inventory.update(requestOf(origin, updates))).results;
}

/** Sets values of the SKU with this id. */
export function setSku(skuId: string, values: Values): SimpleUpdate {
  return { identifier: parseIdentifier('skuId', skuId), ...values };
}
