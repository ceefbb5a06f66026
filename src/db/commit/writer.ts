/** Runs the writer's transactions: updates, parts of catalogs, sessions, webhooks, the deletion of old keys and changes. */
import { setTimeout as pause } from 'node:timers/promises';
import type { CatalogRow, ImportOrigin } from '../../domain/catalog.ts';
import type { UpdateRequest } from '../../domain/update.ts';
import { UnavailableError } from '../../domain/unavailable.ts';
import { createSaveCatalog, type SavedCatalog } from '../catalog/save-catalog.ts';
import { createApplyRequests, type Applied } from '../update/apply-updates.ts';
import { createPrune, type Prune } from '../history/prune.ts';
import { createServiceClock } from '../store/service-clock.ts';
import { keepAhead } from '../partition/make-ahead.ts';
import type { Store } from '../store/store.ts';
import { createPurgeKeys, type PurgeKeys } from '../update/purge-keys.ts';
import { createGiveBack, type GiveBack } from '../history/give-back.ts';
import { createWriteAccess, type WriteAccess } from '../access/write-access.ts';
import { createWriteWebhook, type WriteWebhook } from '../webhook/write-webhook.ts';
import { codeOf, isDiskFailure } from '../driver/store-error.ts';
import { inTransaction } from '../store/transaction.ts';

/** In milliseconds. While another process writes to the SQLite file, the writer tries every BUSY_RETRY_MS, up to BUSY_PATIENCE_MS. */
const BUSY_PATIENCE_MS = 5_000;
const BUSY_RETRY_MS = 5;

/** Rows of a catalog that share a transaction. */
export interface CatalogPart {
  readonly origin: ImportOrigin;
  readonly rows: readonly CatalogRow[];
}

/** The transactions of one store. All methods reject with an UnavailableError if the store has trouble. */
export interface StoreWriter {
  /** Runs one transaction for all requests. Resolves to an answer for each, in order. `now`: the time of their changes (ISO 8601). */
  commit(requests: readonly UpdateRequest[], now: string): Promise<Applied[]>;
  /** Runs one transaction for the part. `now` as above. */
  save(part: CatalogPart, now: string): Promise<SavedCatalog>;
  /** Advances the service clock, if this process owns it. Resolves to whether it does. */
  ownsClock(): Promise<boolean>;
  /** Makes PostgreSQL's next partitions, advances the service clock, and deletes some of the old idempotency keys. */
  readonly purgeKeys: PurgeKeys;
  /** Gives pages of SQLite's file back that hold nothing. */
  readonly giveBack: GiveBack;
  /** Moves the horizons of logs, and deletes some of the changes before them. */
  readonly prune: Prune;
  /** Lets another process advance the service clock. Call it when nothing more is written. */
  release(): Promise<void>;
  /** Writes a session of the board, or a token's last use. */
  readonly writeAccess: WriteAccess;
  /** Writes a webhook endpoint. */
  readonly writeWebhook: WriteWebhook;
}

/** Prepares the statements. The writer retries for 5 seconds while another process writes to the SQLite file. */
export function createWriter(store: Store): StoreWriter {
  const applyRequests = createApplyRequests(store);
  const saveCatalog = createSaveCatalog(store);
  const giveBack = createGiveBack(store);
  const clock = createServiceClock(store);
  const purgeKeys = createPurgeKeys(store, clock);
  const prune = createPrune(store, clock);
  const writeAccess = createWriteAccess(store);
  const writeWebhook = createWriteWebhook(store);
  return {
    commit: (requests, now) =>
      whenFree(() => inTransaction(store, (trx) => applyRequests(trx, requests, now))),
    save: ({ origin, rows }, now) =>
      whenFree(() => inTransaction(store, (trx) => saveCatalog(trx, origin, rows, now))),
    ownsClock: () => whenFree(() => clock.advance()),
    purgeKeys: (keepMs) =>
      whenFree(async () => {
        if (store.kind === 'postgres') await keepAhead(store.writes);
        return purgeKeys(keepMs);
      }),
    giveBack: () => whenFree(giveBack),
    prune: (horizons) => whenFree(() => prune(horizons)),
    release: () => whenFree(() => clock.release()),
    writeAccess: (write) => whenFree(() => writeAccess(write)),
    writeWebhook: (write) => whenFree(() => writeWebhook(write)),
  };
}

/** Retries while another process writes. SQLite's own wait would block the thread, and with it calls that write nothing. */
async function whenFree<T>(write: () => Promise<T>): Promise<T> {
  const started = performance.now();
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (!isBusy(error) || performance.now() - started > BUSY_PATIENCE_MS) throw error;
      await pause(BUSY_RETRY_MS);
    }
  }
}

/** Whether nothing was written because another process holds SQLite's write lock. */
function isBusy(error: unknown): boolean {
  return (
    error instanceof UnavailableError &&
    error.code === 'STORE_UNAVAILABLE' &&
    codeOf(error.cause).startsWith('SQLITE_BUSY')
  );
}

/** A writer that stops at the first disk failure. */
export interface CarefulWriter extends StoreWriter {
  /** Notes an error of the store. A disk failure ends all writing. */
  note(error: unknown): void;
}

/**
 * Wraps the writer so that it refuses everything once the disk has failed: after a failed fsync a second one may succeed although the
 * pages of the first are lost. `tell` is called once, with the reason.
 */
export function stopOnDiskFailure(writer: StoreWriter, tell: (failure: unknown) => void): CarefulWriter {
  let failure: unknown;
  const note = (error: unknown) => {
    if (failure !== undefined || !isDiskFailure(error)) return;
    failure = error;
    tell(error);
  };
  const unlessFailed = async <T>(write: () => Promise<T>): Promise<T> => {
    if (failure !== undefined) throw new UnavailableError('STORE_UNAVAILABLE', failure);
    try {
      return await write();
    } catch (error) {
      note(error);
      throw error;
    }
  };
  return {
    commit: (requests, now) => unlessFailed(() => writer.commit(requests, now)),
    save: (part, now) => unlessFailed(() => writer.save(part, now)),
    ownsClock: () => unlessFailed(() => writer.ownsClock()),
    purgeKeys: (keepMs) => unlessFailed(() => writer.purgeKeys(keepMs)),
    giveBack: () => unlessFailed(() => writer.giveBack()),
    prune: (horizons) => unlessFailed(() => writer.prune(horizons)),
    release: () => unlessFailed(() => writer.release()),
    writeAccess: (write) => unlessFailed(() => writer.writeAccess(write)),
    writeWebhook: (write) => unlessFailed(() => writer.writeWebhook(write)),
    note,
  };
}
