/** The contract that the doors call: updating inventory, and reading SKUs and changes. */
import type {
  ChangeFilter,
  ChangesWindow,
  GroupPage,
  HistoryPage,
  InventoryChange,
  LogMarks,
  WindowSize,
} from './change.ts';
import type { Identifier } from './identifier.ts';
import type { Match } from './refusal.ts';
import type { NoSkuIndex, Sku, SkuFilter, SkuIndex, SkuPage, SkuSteps } from './sku.ts';
import type { UpdateAnswer, UpdateRequest } from './update.ts';

/** What a request spends on reading, and for how much longer it may. */
export interface ReadMeter {
  /**
   * Notes rows that a scan looked at, returned or not; called every few milliseconds. Throws UnavailableError (QUERY_TIMEOUT)
   * once the request's deadline has passed or its client has left.
   */
  spend(rows: number): void;
}

/** For readers without a deadline: commands, tests. */
export const unmetered: ReadMeter = { spend: () => undefined };

/** The contract. Where it takes an array it answers with an array, in the same order. */
export interface Inventory {
  /** The SKU that each identifier names among this supplier's, or why there is none. */
  find(supplierId: string, identifiers: readonly Identifier[]): Promise<Match[]>;
  /**
   * Applies a request's rows in order; resolves once they are on disk. In one transaction, but for a large best-effort
   * request without an idempotency key, whose rows are written in parts.
   */
  update(request: UpdateRequest): Promise<UpdateAnswer>;
  /** A page of SKUs by keyset. */
  listSkus(supplierId: string, page: SkuPage, meter?: ReadMeter): Promise<Sku[]>;
  /** How many SKUs pass the filter, counted no further than `atMost`: one more stands for all that are beyond. */
  countSkus(supplierId: string, filter: SkuFilter, atMost: number, meter?: ReadMeter): Promise<number>;
  /** The number of all SKUs that pass the filter, and every so-many-th of them in the order. */
  indexSkus(supplierId: string, steps: SkuSteps, meter?: ReadMeter): Promise<SkuIndex | NoSkuIndex>;
  /** Pages of several SKUs' histories, read together. */
  histories(
    supplierId: string,
    pages: readonly HistoryPage[],
    meter?: ReadMeter,
  ): Promise<InventoryChange[][]>;
  /** Changes past a position, in the order of positions. Never skips one: positions are in the order of commits. */
  changesAfter(
    supplierId: string,
    position: number,
    filter: ChangeFilter,
    limit: number,
    meter?: ReadMeter,
  ): Promise<InventoryChange[]>;
  /** As `changesAfter`, in bounded steps: a reader moves on even where its filter lets nothing through. */
  changesWindow(
    supplierId: string,
    position: number,
    filter: ChangeFilter,
    size: WindowSize,
    meter?: ReadMeter,
  ): Promise<ChangesWindow>;
  /** As `changesWindow`, newest first: it starts before the position, and ends at the first change or behind `until`. */
  changesBackwards(
    supplierId: string,
    position: number,
    filter: ChangeFilter,
    size: WindowSize,
    meter?: ReadMeter,
  ): Promise<ChangesWindow>;
  /** As `changesBackwards`, with the newest change of each group alone. Changes without a group are all there. */
  newestOfGroups(
    supplierId: string,
    position: number,
    filter: ChangeFilter,
    size: WindowSize,
    meter?: ReadMeter,
  ): Promise<ChangesWindow>;
  groupPages(
    supplierId: string,
    pages: readonly GroupPage[],
    meter?: ReadMeter,
  ): Promise<InventoryChange[][]>;
  /** How many changes each group has, counted no further than `atMost`: one more stands for all that are beyond. */
  groupSizes(
    supplierId: string,
    groupIds: readonly string[],
    atMost: number,
    meter?: ReadMeter,
  ): Promise<number[]>;
  /** The changes at these positions, in the order of positions; those that do not exist are left out. */
  changesAt(supplierId: string, positions: readonly number[], meter?: ReadMeter): Promise<InventoryChange[]>;
  /** Position of the newest change; 0 before the first. */
  lastPosition(supplierId: string): Promise<number>;
  /**
   * Where the log ends, and when the changes at these positions were made. Ask after you have read behind a place: if the log still has it,
   * nothing that was read belongs to another log.
   */
  marksAt(supplierId: string, positions: readonly number[]): Promise<LogMarks>;
  /**
   * Resolves once there is reason to read behind this position again, or the signal aborts: a change past it, or a log that ends before it.
   * Rejects with STORE_UNAVAILABLE if the store could not be asked for `OUTAGE_MS`.
   */
  untilPast(supplierId: string, position: number, signal: AbortSignal): Promise<void>;
}
