/** The Inventory and Catalog contracts on a store, for a running gateway. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { MessagePort } from 'node:worker_threads';
import DataLoader from 'dataloader';
import type { Catalog } from '../domain/catalog.ts';
import { chooseMatch, type Candidates } from '../domain/decide.ts';
import type { Inventory } from '../domain/inventory.ts';
import { createReadChanges } from './change/read-changes.ts';
import type { Horizon } from './history/horizon.ts';
import { createDryRun } from './update/dry-run.ts';
import { createMatchSkus, type Wanted } from './sku/find-skus.ts';
import type { CommitObserver } from './commit/observe-commits.ts';
import type { LogWatch } from './driver/log-status.ts';
import type { WriteAccess } from './access/write-access.ts';
import type { WriteWebhook } from './webhook/write-webhook.ts';
import type { Store } from './store/store.ts';
import { createAskReadiness } from './commit/readiness.ts';
import { createIndexSkus } from './sku/index-skus.ts';
import { createListSkus } from './sku/list-skus.ts';
import { startWriter } from './commit/start-writer.ts';
import type { Load } from './queue/admission.ts';
import { createWatch, type Watch } from './commit/await-commits.ts';
import { connectWriter, type Writer } from './commit/writer-client.ts';

/** Most identifiers that one read looks up. */
const MAX_SHARED_READS = 1_000;

export interface OpenInventory extends Inventory {
  /**
   * Deletes idempotency keys that gateways have kept for `keepMs` milliseconds, a few in each transaction so that updates never wait
   * long. Call it once a minute: it also moves the service clock, by which keys age (service-clock.ts).
   */
  purgeKeys(keepMs: number): Promise<void>;
  /** Whether this process moves the service clock: one gateway of a store does, and takes away what is old. */
  ownsClock(): Promise<boolean>;
  /** Gives pages of SQLite's file back that hold nothing, in one short transaction. True if there are many left. */
  giveBack(): Promise<boolean>;
  /**
   * Notes how old the logs are, moves their horizons there, and takes some of the changes before them away. True if there may be more.
   * Null ends what is under way.
   */
  prune(horizons: readonly Horizon[] | null): Promise<boolean>;
  /** Writes a session of the board or a token's last use, in the writer's thread. */
  readonly writeAccess: WriteAccess;
  /** Writes a webhook endpoint, in the writer's thread. */
  readonly writeWebhook: WriteWebhook;
  /** Catalogs are saved by the same writer, and take turns with updates. */
  readonly catalog: Catalog;
  /** What waits for its commit, of all callers of the writer. */
  backlog(): Promise<Load>;
  /** Why no update can be stored. Null if updates can be stored. */
  ready(): Promise<string | null>;
  /** The state of SQLite's log. All zero on PostgreSQL. */
  log(): LogWatch;
  /** A port to the writer, for `connectWriter` in another thread. */
  connect(): MessagePort;
  /** Tells the observer of all commits from now on. */
  observe(observer: CommitObserver): void;
  /** Resolves once the writer's thread has started. Updates before that wait for it. Rejects if it cannot start. */
  readonly started: Promise<void>;
  /** Resolves once all calls are answered and the writer's thread has ended. Call it before the store is closed. */
  close(): Promise<void>;
  /** Resolves with the reason once nothing can be written until the store is opened again. */
  readonly failed: Promise<unknown>;
}

/** The inventory and the catalog in this store, with a writer's thread of their own. Updates that wait share a commit. */
export function createInventory(store: Store, clock: () => Date): OpenInventory {
  const watch = createWatch(store);
  const observers: CommitObserver[] = [watch];
  const { writer, ...thread } = startWriter(store, clock, observers);
  return {
    ...createContract(store, clock, writer, watch),
    purgeKeys: async (keepMs) => {
      while (await writer.purgeKeys(keepMs)) await nextTurn();
    },
    ownsClock: () => writer.ownsClock(),
    giveBack: () => writer.giveBack(),
    prune: (horizons) => writer.prune(horizons),
    writeAccess: (write) => writer.writeAccess(write),
    writeWebhook: (write) => writer.writeWebhook(write),
    catalog: writer.catalog,
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

/** An inventory in another thread, which shares the writer of an open one. */
export interface SideInventory
  extends Inventory, Pick<OpenInventory, 'writeAccess' | 'writeWebhook' | 'ready'> {
  /** Resolves when all calls are answered. Call it before the store is closed. */
  close(): Promise<void>;
}

/** `port` is one of `OpenInventory.connect`. */
export function createSideInventory(store: Store, clock: () => Date, port: MessagePort): SideInventory {
  const writer = connectWriter(store.kind, port, clock, (note) => {
    if ('positions' in note) watch.moved(note.positions);
  });
  // Until the writer's thread has heard of it, and if it has ended, polling finds what is new.
  const watch = createWatch(store, { startHearing: () => void writer.follow().catch(() => undefined) });
  return {
    ...createContract(store, clock, writer, watch),
    writeAccess: (write) => writer.writeAccess(write),
    writeWebhook: (write) => writer.writeWebhook(write),
    ready: createAskReadiness(() => writer.probe()),
    close: async () => {
      await writer.close();
      await watch.close();
    },
  };
}

function createContract(store: Store, clock: () => Date, writer: Writer, watch: Watch): Inventory {
  const dryRun = createDryRun(store, clock);
  const matchSkus = createMatchSkus(store, { lock: false });
  // Requests that arrive together are parsed in one turn of the event loop. They share one read.
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
    ...createIndexSkus(store),
    ...createReadChanges(store),
    untilPast: (supplierId, position, signal) => watch.untilPast(supplierId, position, signal),
  };
}
