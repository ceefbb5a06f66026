/** The Inventory contract on a store: match, decide, save and record the change, in one transaction. */
import type { Kysely } from 'kysely';
import {
  chooseMatch,
  decide,
  type Inventory,
  type InventoryUpdate,
  type Origin,
  type Sku,
  type UpdateResult,
} from '../inventory.ts';
import { createMatchSkus, keyOf } from './match.ts';
import type { Store } from './open.ts';
import { createSaveChanges, type Change } from './save-changes.ts';
import type { Tables } from './tables.ts';
import { inTransaction } from './transaction.ts';
import { createWriteQueue } from './write-queue.ts';

/** Updates from one origin. */
export interface UpdateJob {
  readonly origin: Origin;
  readonly updates: readonly InventoryUpdate[];
}

/** Applies jobs in order within the caller's transaction; an answer for each. */
export type ApplyUpdates = (trx: Kysely<Tables>, jobs: readonly UpdateJob[]) => Promise<UpdateResult[][]>;

/** The inventory in this store; its updates share commits. */
export function createInventory(store: Store, clock: () => Date): Inventory & { idle(): Promise<void> } {
  const matchSkus = createMatchSkus(store, { lock: false });
  const applyUpdates = createApplyUpdates(store, clock);
  const queue = createWriteQueue((jobs: readonly UpdateJob[]) =>
    inTransaction(store, (trx) => applyUpdates(trx, jobs)),
  );
  return {
    async find(supplierId, identifiers) {
      const matched = await matchSkus(
        store.db,
        identifiers.map((identifier) => ({ supplierId, identifier })),
      );
      return identifiers.map((identifier, i) => chooseMatch(identifier, matched[i] ?? []));
    },
    update: (origin, updates) => queue.submit({ origin, updates }, updates.length),
    idle: () => queue.idle(),
  };
}

export function createApplyUpdates(store: Store, clock: () => Date): ApplyUpdates {
  const matchSkus = createMatchSkus(store, { lock: true });
  const saveChanges = createSaveChanges(store);
  return async (trx, jobs) => {
    const wanted = jobs.flatMap(({ origin: { supplierId }, updates }) =>
      updates.map(({ identifier }) => ({ supplierId, identifier })),
    );
    const matched = await matchSkus(trx, wanted);
    const now = clock().toISOString();
    const latest = new Map<string, Sku>();
    const changes: Change[] = [];
    let row = 0;
    const results = jobs.map(({ origin, updates }) =>
      updates.map((update) => {
        // The same SKU may come more than once: each update sees what the one before it left.
        const candidates = (matched[row++] ?? []).map(
          (sku) => latest.get(keyOf(sku.supplierId, sku.skuId)) ?? sku,
        );
        const result = decide(candidates, update, now);
        const [before] = candidates;
        if (result.outcome === 'APPLIED' && before) {
          latest.set(keyOf(before.supplierId, before.skuId), result.sku);
          changes.push({ origin, before, after: result.sku });
        }
        return result;
      }),
    );
    await saveChanges(trx, [...latest.values()], changes);
    return results;
  };
}
