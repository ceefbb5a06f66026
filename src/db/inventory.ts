/** The Inventory contract on a store. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import DataLoader from 'dataloader';
import { chooseMatch, type Candidates } from '../decide.ts';
import type { Inventory, RowResult, UpdateAnswer, UpdateRequest } from '../inventory.ts';
import { UnavailableError } from '../unavailable.ts';
import { createAdmission } from './admission.ts';
import { createReadChanges } from './changes.ts';
import { createMatchSkus, type Wanted } from './match.ts';
import { observeCommits, type CommitObserver } from './observe-commits.ts';
import type { Store, StoreKind } from './open.ts';
import { createListSkus } from './skus.ts';
import { startSqliteWriter } from './sqlite-writer.ts';
import { createWatch } from './watch.ts';
import { createWriteQueue, MAX_BATCH_ROWS } from './write-queue.ts';
import { createWriter } from './writer.ts';

/** Transactions of the queue at a time: while one waits for PostgreSQL, the next is on its way. SQLite writes one at a time anyway. */
const MAX_COMMITS: Record<StoreKind, number> = { sqlite: 1, postgres: 2 };
/** Identifiers looked up in one read at most. */
const MAX_SHARED_READS = 1_000;

export interface OpenInventory extends Inventory {
  /**
   * Forgets idempotency keys that gateways have kept for `keepMs` milliseconds, a few at a time: writers never wait long for it. Call it
   * once a minute: keys age by it (service-clock.ts).
   */
  purgeKeys(keepMs: number): Promise<void>;
  /** How many rows each request has that waits for its commit. */
  waiting(): number[];
  /** Resolves when all that was asked is answered, and stops watching. Before the store is closed. */
  close(): Promise<void>;
  /** Resolves with the reason once the store must be opened anew before anything can be written. */
  readonly failed: Promise<unknown>;
}

/** The inventory in this store. Updates that wait share a commit. */
export function createInventory(
  store: Store,
  clock: () => Date,
  observers: readonly CommitObserver[] = [],
): OpenInventory {
  const matchSkus = createMatchSkus(store, { lock: false });
  // Requests that arrived together are parsed in one turn of the event loop: they share one read.
  const matches = new DataLoader<Wanted, Candidates>((wanted) => matchSkus(store.db, wanted), {
    cache: false,
    maxBatchSize: MAX_SHARED_READS,
    batchScheduleFn: (read) => setImmediate(read),
  });
  const writer = store.kind === 'sqlite' ? startSqliteWriter(store.url) : createWriter(store);
  const watch = createWatch(store);
  const admit = createAdmission();
  const commit = async (requests: readonly UpdateRequest[]) => {
    const answers = await writer.commit(requests, clock().toISOString());
    watch.notice(answers);
    return answers;
  };
  const queue = createWriteQueue(observeCommits(commit, observers), MAX_COMMITS[store.kind]);
  return {
    async find(supplierId, identifiers) {
      return Promise.all(
        identifiers.map(async (identifier) =>
          chooseMatch(identifier, await matches.load({ supplierId, identifier })),
        ),
      );
    },
    update: (request) =>
      admit(request.rows.length, () =>
        updateInParts(request, (part) => queue.submit(part, part.rows.length)),
      ),
    ...createListSkus(store),
    ...createReadChanges(store),
    untilPast: (supplierId, position, signal) => watch.untilPast(supplierId, position, signal),
    purgeKeys: async (keepMs) => {
      while (await writer.purgeKeys(keepMs)) await nextTurn();
    },
    waiting: () => queue.waiting(),
    close: async () => {
      await queue.idle();
      await watch.close();
      await writer.close();
    },
    failed: writer.failed,
  };
}

/**
 * Rows that neither stand and fall together nor are kept as one answer need not share a transaction: a large call is
 * written in parts, so that others' updates go in between and wait for a part at most.
 */
async function updateInParts(
  request: UpdateRequest,
  update: (part: UpdateRequest) => Promise<UpdateAnswer>,
): Promise<UpdateAnswer> {
  const { rows, atomicity, idempotencyKey, dryRun, groupId } = request;
  const isOne = atomicity === 'ALL_OR_NOTHING' || idempotencyKey !== null || dryRun;
  if (isOne || rows.length <= MAX_BATCH_ROWS) return update(request);
  const results: RowResult[] = [];
  for (let start = 0; start < rows.length; start += MAX_BATCH_ROWS) {
    const part = { ...request, rows: rows.slice(start, start + MAX_BATCH_ROWS) };
    const answer = await update(part).catch((error: unknown) => {
      throw start > 0 && error instanceof UnavailableError ? partlyStored(start, error) : error;
    });
    results.push(...answer.results);
  }
  return { replayed: false, refusal: null, results, groupId };
}

function partlyStored(rows: number, { cause }: UnavailableError): UnavailableError {
  const message = `The first ${rows} rows are stored; whether others are is not known. Send the call again: what is stored stays as it is.`;
  return new UnavailableError('OUTCOME_UNKNOWN', cause, message);
}
