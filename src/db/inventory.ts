/** The Inventory contract on a store. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { MessagePort } from 'node:worker_threads';
import DataLoader from 'dataloader';
import { chooseMatch, type Candidates } from '../domain/decide.ts';
import type { Inventory } from '../domain/inventory.ts';
import { createReadChanges } from './change/read-changes.ts';
import { createDryRun } from './update/dry-run.ts';
import { createMatchSkus, type Wanted } from './sku/find-skus.ts';
import type { CommitObserver } from './commit/observe-commits.ts';
import type { LogWatch } from './driver/log-status.ts';
import type { Store } from './store/store.ts';
import { createAskReadiness } from './commit/readiness.ts';
import { createListSkus } from './sku/list-skus.ts';
import { startWriter } from './commit/start-writer.ts';
import type { Load } from './commit/admission.ts';
import { createWatch, type Watch } from './commit/await-commits.ts';
import type { Writer } from './commit/writer-client.ts';

/** Identifiers looked up in one read at most. */
const MAX_SHARED_READS = 1_000;

export interface OpenInventory extends Inventory {
  /**
   * Forgets idempotency keys that gateways have kept for `keepMs` milliseconds, a few at a time: writers never wait long for it. Call it
   * once a minute: keys age by it (service-clock.ts).
   */
  purgeKeys(keepMs: number): Promise<void>;
  /** Updates that wait for their commit, of all callers of the writer. */
  backlog(): Promise<Load>;
  /** Why no update can be stored; null when it can. */
  ready(): Promise<string | null>;
  /** How SQLite's log is; nothing of it on PostgreSQL. */
  log(): LogWatch;
  /** A port to the writer for another thread, which hands it to `connectWriter`. */
  connect(): MessagePort;
  /** Tells the observer of all commits from now on. */
  observe(observer: CommitObserver): void;
  /** Resolves once updates can be taken without waiting for the writer's thread to start. Rejects where it cannot. */
  readonly started: Promise<void>;
  /** Resolves when all that was asked is answered, and stops watching. Before the store is closed. */
  close(): Promise<void>;
  /** Resolves with the reason once the store must be opened anew before anything can be written. */
  readonly failed: Promise<unknown>;
}

/** The inventory in this store, with a writer's thread of its own. Updates that wait share a commit. */
export function createInventory(store: Store, clock: () => Date): OpenInventory {
  const watch = createWatch(store);
  const observers: CommitObserver[] = [watch];
  const { writer, ...thread } = startWriter(store, clock, observers);
  return {
    ...createContract(store, clock, writer, watch),
    purgeKeys: async (keepMs) => {
      while (await writer.purgeKeys(keepMs)) await nextTurn();
    },
    backlog: () => writer.backlog(),
    ready: createAskReadiness(() => writer.probe()),
    log: () => thread.log(),
    connect: () => thread.connect(),
    observe: (observer) => void observers.push(observer),
    started: thread.started,
    close: async () => {
      await thread.close();
      await watch.close();
    },
    failed: thread.failed,
  };
}

/** An inventory beside another one's writer, in another thread. It hears of new changes by polling only. */
export interface SideInventory extends Inventory {
  /** Resolves when all that was asked is answered. Before the store is closed. */
  close(): Promise<void>;
}

export function createSideInventory(store: Store, clock: () => Date, writer: Writer): SideInventory {
  const watch = createWatch(store);
  return {
    ...createContract(store, clock, writer, watch),
    close: async () => {
      await writer.close();
      await watch.close();
    },
  };
}

function createContract(store: Store, clock: () => Date, writer: Writer, watch: Watch): Inventory {
  const dryRun = createDryRun(store, clock);
  const matchSkus = createMatchSkus(store, { lock: false });
  // Requests that arrived together are parsed in one turn of the event loop: they share one read.
  const matches = new DataLoader<Wanted, Candidates>((wanted) => matchSkus(store.points, wanted), {
    cache: false,
    maxBatchSize: MAX_SHARED_READS,
    batchScheduleFn: (read) => setImmediate(read),
  });
  return {
    async find(supplierId, identifiers) {
      return Promise.all(
        identifiers.map(async (identifier) =>
          chooseMatch(identifier, await matches.load({ supplierId, identifier })),
        ),
      );
    },
    update: (request) => (request.dryRun ? dryRun(request) : writer.update(request)),
    ...createListSkus(store),
    ...createReadChanges(store),
    untilPast: (supplierId, position, signal) => watch.untilPast(supplierId, position, signal),
  };
}
