/** What mutations give: accepted or refused, told apart by `ok`. */
import type {
  BulkData,
  InventoryChange,
  InventoryChangedEvent,
  InventoryOutcome,
  InventoryRowResult,
  Sku,
  StaleField,
  UpdateData,
  UserError,
} from './schema-types.ts';

/** A change that `changes()` or `live()` gives: it is stored, so it has an ID. `undo()` takes it among its `changeIds`. */
export type StoredChange = InventoryChange & { readonly id: string };

/** A stored change, and the cursor behind it. */
export interface StoredChangeEvent extends InventoryChangedEvent {
  readonly change: StoredChange;
}

/** The rules accepted the update. */
export interface Accepted {
  readonly ok: true;
  readonly outcome: Exclude<InventoryOutcome, 'REJECTED'>;
  /** The SKU after the update. */
  readonly sku: Sku;
  /** The values that were not applied, because what is stored is newer than `asOf`. */
  readonly staleFields: readonly StaleField[];
}

/** The rules refused the update, and nothing was changed. `error.code` says why, and tells the types of errors apart. */
export interface Refused {
  readonly ok: false;
  readonly outcome: 'REJECTED';
  readonly error: UserError;
  /** The SKU as it is; null if no single SKU was found. */
  readonly sku: Sku | null;
}

/** One update or adjustment. */
export type UpdateResult = (
  | (Accepted & {
      /** The change that was made, or that a dry run would make; null if there is none. */
      readonly change: InventoryChange | null;
      /** The SKU's last change, if the outcome is `STALE_IGNORED`. */
      readonly newerChange: InventoryChange | null;
    })
  | Refused
) & {
  /** Whether this answer was stored by an earlier try with the same key. The update was applied once. */
  readonly replayed: boolean;
};

/** One row of a bulk call or of an undo. */
export type RowResult = (Accepted | Refused) & {
  /** The place of the row; the first is 0. */
  readonly index: number;
};

/** How many rows came to each outcome. */
export interface Counts {
  readonly appliedCount: number;
  readonly unchangedCount: number;
  readonly staleCount: number;
  /** Rows that would change their SKU, in a dry run. */
  readonly wouldApplyCount: number;
  readonly rejectedCount: number;
}

/** A bulk call or an undo. If `ok` is true, each row still has a result of its own. */
export type GroupResult = Counts & {
  /** One for each row, in order. */
  readonly results: readonly RowResult[];
  /**
   * The groups of the changes: one for each 10,000 rows of which one at least changed its SKU, and none for a dry run. `undo()` takes one.
   */
  readonly groupIds: readonly string[];
  /** Whether all answers were stored by an earlier try with the same key. */
  readonly replayed: boolean;
} & (
    | { readonly ok: true }
    | {
        readonly ok: false;
        /** Why the call was refused as a whole. `results` has the rows that were answered before. */
        readonly error: UserError;
      }
  );

export function toUpdateResult({ userErrors, ...payload }: UpdateData['result']): UpdateResult {
  const { replayed, sku, change, newerChange, staleFields } = payload;
  const result = toResult(payload.outcome, sku, staleFields, userErrors);
  return result.ok ? { ...result, change, newerChange, replayed } : { ...result, replayed };
}

/** `first` is the place of the part's first row. */
export function toRowResults(rows: readonly InventoryRowResult[], first: number): RowResult[] {
  return rows.map(({ index, outcome, sku, staleFields, userErrors }) => ({
    ...toResult(outcome, sku, staleFields, userErrors),
    index: first + index,
  }));
}

function toResult(
  outcome: InventoryOutcome,
  sku: Sku | null,
  staleFields: readonly StaleField[],
  [error]: readonly UserError[],
): Accepted | Refused {
  if (error) return { ok: false, outcome: 'REJECTED', error, sku };
  // An update that is accepted has found its SKU.
  return { ok: true, outcome, sku, staleFields } as Accepted;
}

/** Puts the parts of a call together. */
export class GroupTally {
  readonly results: RowResult[] = [];
  readonly groupIds: string[] = [];
  error: UserError | undefined;
  #replayed = true;
  readonly #counts: Record<keyof Counts, number> = {
    appliedCount: 0,
    unchangedCount: 0,
    staleCount: 0,
    wouldApplyCount: 0,
    rejectedCount: 0,
  };

  add({ results, groupId, replayed, userErrors, ...counts }: BulkData['result']): void {
    this.results.push(...toRowResults(results, this.results.length));
    if (groupId !== null) this.groupIds.push(groupId);
    this.#replayed &&= replayed;
    for (const name of Object.keys(this.#counts) as (keyof Counts)[]) this.#counts[name] += counts[name];
    this.error = userErrors[0];
  }

  toResult(): GroupResult {
    const { results, groupIds, error } = this;
    const whole = { ...this.#counts, results, groupIds, replayed: this.#replayed };
    return error ? { ...whole, ok: false, error } : { ...whole, ok: true };
  }
}
