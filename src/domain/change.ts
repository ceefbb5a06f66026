/** Changes: what the append-only log keeps of each update, and how parts of the log are asked for. */
import type { InventoryState } from './sku.ts';

/** Through which door, or by what, a change was made. */
export const changeSources = ['GRAPHQL', 'REST', 'REST_BULK', 'IMPORT', 'FEED', 'REVERT'] as const;
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
  /** What the changes of one bulk call, import or undo have in common; null for a single update. */
  readonly groupId: string | null;
  readonly changedAt: string;
  /** When the update's values were true, if its sender said so; else null. */
  readonly asOf: string | null;
  /** Position of the change that the SKU had before this one; null for its first, and for one that is not stored. */
  readonly previousPosition: number | null;
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
  /** The names of the tokens that made them. */
  readonly actors?: readonly string[] | undefined;
  /** ISO 8601, as in `changedBefore`. Neither end is included. */
  readonly changedAfter?: string | undefined;
  readonly changedBefore?: string | undefined;
}

/** How much of the log a reader takes: changes returned at most, and looked at (about this many of a group's). */
export interface WindowSize {
  readonly limit: number;
  readonly maxScan: number;
  /** The window ends before this position. Undefined: at the end of the log. */
  readonly until?: number | undefined;
}

/** A part of the log: the changes that pass the filter, in the order in which they were read. */
export interface ChangesWindow {
  readonly changes: readonly InventoryChange[];
  /** Every change up to here was looked at: the next window starts behind it, unless this one reached the end. */
  readonly position: number;
  readonly isEnd: boolean;
}

/** A part of a group's changes, oldest first: those behind a position, `limit` at most. */
export interface GroupPage {
  readonly groupId: string;
  readonly behind: number;
  readonly limit: number;
}

/** A place in the log, which readers keep: behind a change. A store that lost commits gives its position again. */
export interface LogPlace {
  /** The position of the change; 0 before the first. */
  readonly position: number;
  /** When that change was made (`changedAt`). Null if it is not known: then only the end of the log tells of a loss. */
  readonly changedAt: string | null;
}

/** What the log has at the positions that were asked for. */
export interface LogMarks {
  /** The place behind the newest change. */
  readonly last: LogPlace;
  /** The changes up to this position were pruned, because they were old. 0: none was. */
  readonly horizon: number;
  /** The place behind this position, which was asked for. */
  placeAt(position: number): LogPlace;
  /**
   * Whether the log has the change of this place, whose position was asked for, or had it before it was pruned. It has not if the store was
   * restored from a backup, or failed over to a server without the last commits. A later change at the same position has another time.
   */
  has(place: LogPlace): boolean;
}

/** `changedAt`: when the changes at these positions were made, of those that the log has. */
export function toLogMarks(
  { lastPosition, horizon }: { readonly lastPosition: number; readonly horizon: number },
  changedAt: ReadonlyMap<number, string>,
): LogMarks {
  const placeAt = (position: number) => ({ position, changedAt: changedAt.get(position) ?? null });
  return {
    last: placeAt(lastPosition),
    horizon,
    placeAt,
    has(place) {
      if (place.position > lastPosition) return false;
      const stored = changedAt.get(place.position);
      return place.changedAt === null || stored === undefined || stored === place.changedAt;
    },
  };
}
