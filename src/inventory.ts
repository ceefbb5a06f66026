/** Updating inventory: what is asked, what is answered, what the log keeps, and the contract that the doors call. */
import type { Identifier } from './identifier.ts';
import type { Match } from './decide.ts';
import type { Refusal } from './problem.ts';
import type { InventoryState, Restriction, Sku, SkuFilter, SkuPage } from './sku.ts';

/** Rows in one bulk call at most. */
export const MAX_BULK_ROWS = 10_000;

/** Through which door, or by what, a change was made. */
export const changeSources = ['GRAPHQL', 'REST', 'REST_BULK', 'IMPORT', 'REVERT'] as const;
export type ChangeSource = (typeof changeSources)[number];

/** One applied update, as the append-only log keeps it. */
export interface InventoryChange {
  readonly supplierId: string;
  readonly skuId: string;
  /** 1, 2, 3, ... within the supplier, in the order of commits; null for one that a dry run projects. */
  readonly position: number | null;
  /** The SKU's version after it. */
  readonly version: number;
  readonly before: InventoryState;
  readonly after: InventoryState;
  readonly source: ChangeSource;
  /** The name of the token that asked for it. */
  readonly actor: string;
  readonly reason: string | null;
  readonly referenceDocumentUri: string | null;
  /** What the changes of one bulk call or one undo have in common; null for a single update. */
  readonly groupId: string | null;
  readonly changedAt: string;
  /** Position of the change that the SKU had before this one; null for its first, and for one that is not stored. */
  readonly previousPosition: number | null;
}

export const permissions = ['edit_items', 'view_items'] as const;
export type Permission = (typeof permissions)[number];
export const roles = ['supplier', 'retailer'] as const;
export type Role = (typeof roles)[number];

/** Who a token speaks for. */
export interface Caller {
  readonly supplierId: string;
  readonly role: Role;
  readonly permissions: readonly Permission[];
  /** The token's name; the change record keeps it. */
  readonly actor: string;
}

/** Sets what is given; what is absent stays as it is, and `restrictions: null` lifts the restriction. */
export interface SetEdit {
  readonly kind: 'SET';
  readonly quantityInStock?: number | undefined;
  readonly quantityOnBackorder?: number | undefined;
  readonly restrictions?: Restriction | null | undefined;
}

/** Adds what is given, in units; negative takes away. */
export interface AdjustEdit {
  readonly kind: 'ADJUST';
  readonly quantityInStock?: number | undefined;
  readonly quantityOnBackorder?: number | undefined;
}

/** What must hold at the moment of the update: whichever is given. */
export interface Precondition {
  readonly version?: number | undefined;
  readonly quantityInStock?: number | undefined;
}

export interface InventoryUpdate {
  readonly identifier: Identifier;
  readonly edit: SetEdit | AdjustEdit;
  readonly expected?: Precondition | undefined;
}

/** A row of a bulk call that is malformed for any SKU; it is answered like one that the rules refuse. */
export interface MalformedRow {
  readonly malformed: string;
}

export const atomicities = ['BEST_EFFORT', 'ALL_OR_NOTHING'] as const;
export type Atomicity = (typeof atomicities)[number];

/** One call: whose SKUs, on whose word, through which door, and what is asked. */
export interface UpdateRequest {
  readonly supplierId: string;
  readonly actor: string;
  readonly source: ChangeSource;
  /** The mutation's name: an idempotency key counts within it. */
  readonly operation: string;
  readonly rows: readonly (InventoryUpdate | MalformedRow)[];
  readonly atomicity: Atomicity;
  readonly dryRun: boolean;
  /** The caller's name for this attempt, 1 to 255 characters. */
  readonly idempotencyKey: string | null;
  readonly reason: string | null;
  readonly referenceDocumentUri: string | null;
  readonly groupId: string | null;
}

export type RowResult =
  | { readonly outcome: 'APPLIED' | 'DRY_RUN'; readonly sku: Sku; readonly change: InventoryChange }
  | { readonly outcome: 'UNCHANGED'; readonly sku: Sku }
  | { readonly outcome: 'REJECTED'; readonly refusal: Refusal };

export interface UpdateAnswer {
  /** An idempotency key answered again; nothing was done this time. */
  readonly replayed: boolean;
  /** Why the call as a whole was refused; there are no results then. */
  readonly refusal: Refusal | null;
  /** One a row, in order. */
  readonly results: readonly RowResult[];
  /** As of the call that was answered first. */
  readonly groupId: string | null;
}

/** A page of a SKU's history, newest first, `limit` changes at most. */
export interface HistoryPage {
  readonly skuId: string;
  /** Position of its newest change; null: the SKU's newest. A position of another SKU gives no changes. */
  readonly newest: number | null;
  readonly limit: number;
}

/** Which changes; all that is given must hold. */
export interface ChangeFilter {
  readonly skuIds?: readonly string[] | undefined;
  readonly sources?: readonly ChangeSource[] | undefined;
  readonly groupId?: string | undefined;
}

/** How much of the log a reader takes: changes returned at most, and looked at (about this many of a group's). */
export interface WindowSize {
  readonly limit: number;
  readonly maxScan: number;
}

/** A part of the log: the changes that pass the filter, in the order of positions. */
export interface ChangesWindow {
  readonly changes: readonly InventoryChange[];
  /** Every change up to here was looked at: the next window starts behind it, unless the log ended there. */
  readonly position: number;
  readonly isEnd: boolean;
}

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
  /** The changes at these positions; those that do not exist are left out. */
  changesAt(supplierId: string, positions: readonly number[]): Promise<InventoryChange[]>;
  /** Position of the newest change; 0 before the first. */
  lastPosition(supplierId: string): Promise<number>;
  /** Resolves once the supplier has a change past this position, or the signal aborts. */
  untilPast(supplierId: string, position: number, signal: AbortSignal): Promise<void>;
}
