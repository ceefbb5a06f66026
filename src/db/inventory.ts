/** The Inventory contract on a store. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import DataLoader from 'dataloader';
import { chooseMatch } from '../decide.ts';
import type { Inventory, UpdateRequest } from '../inventory.ts';
import type { Sku } from '../sku.ts';
import { createApplyRequests } from './apply.ts';
import { createReadChanges } from './changes.ts';
import { createIdempotencyKeys } from './idempotency.ts';
import { createMatchSkus, type Wanted } from './match.ts';
import type { Store } from './open.ts';
import { createListSkus } from './skus.ts';
import { inTransaction } from './transaction.ts';
import { createWatch } from './watch.ts';
import { createWriteQueue } from './write-queue.ts';

/** Identifiers looked up in one read at most. */
const MAX_SHARED_READS = 1_000;

export interface OpenInventory extends Inventory {
  /** Forgets idempotency keys made before this moment, a few at a time: writers never wait long for it. */
  purgeKeys(before: Date): Promise<void>;
  /** Resolves when all that was asked is answered, and stops watching. Before the store is closed. */
  close(): Promise<void>;
}

/** The inventory in this store. Updates that wait share a commit. */
export function createInventory(store: Store, clock: () => Date): OpenInventory {
  const matchSkus = createMatchSkus(store, { lock: false });
  // Requests that arrived together are parsed in one turn of the event loop: they share one read.
  const matches = new DataLoader<Wanted, Sku[]>((wanted) => matchSkus(store.db, wanted), {
    cache: false,
    maxBatchSize: MAX_SHARED_READS,
    batchScheduleFn: (read) => setImmediate(read),
  });
  const applyRequests = createApplyRequests(store, clock);
  const watch = createWatch(store);
  const keys = createIdempotencyKeys(store);
  const queue = createWriteQueue(async (requests: readonly UpdateRequest[]) => {
    const answers = await inTransaction(store, (trx) => applyRequests(trx, requests));
    watch.notice(answers);
    return answers;
  });
  return {
    async find(supplierId, identifiers) {
      return Promise.all(
        identifiers.map(async (identifier) =>
          chooseMatch(identifier, await matches.load({ supplierId, identifier })),
        ),
      );
    },
    update: (request) => queue.submit(request, request.rows.length),
    ...createListSkus(store, matchSkus),
    ...createReadChanges(store),
    untilPast: (supplierId, position, signal) => watch.untilPast(supplierId, position, signal),
    purgeKeys: async (before) => {
      while (await keys.purge(before.toISOString())) await nextTurn();
    },
    close: async () => {
      await queue.idle();
      await watch.close();
    },
  };
}
