/** Updates: what a request asks for, and what each of its rows is answered. */
import type { ChangeSource, InventoryChange } from './change.ts';
import type { Identifier } from './identifier.ts';
import type { Refusal } from './refusal.ts';
import type { Precondition, Restriction, Sku, StateField } from './sku.ts';

/** Rows in one bulk call at most. */
export const MAX_BULK_ROWS = 10_000;

/** Sets what is given; what is absent stays as it is. Null lifts the restriction or the date. */
export interface SetEdit {
  readonly kind: 'SET';
  readonly quantityInStock?: number | undefined;
  readonly quantityOnBackorder?: number | undefined;
  readonly restrictions?: Restriction | null | undefined;
  readonly backorderDate?: string | null | undefined;
}

/** Adds what is given, in units; negative takes away. */
export interface AdjustEdit {
  readonly kind: 'ADJUST';
  readonly quantityInStock?: number | undefined;
  readonly quantityOnBackorder?: number | undefined;
}

export interface InventoryUpdate {
  readonly identifier: Identifier;
  readonly edit: SetEdit | AdjustEdit;
  readonly expected?: Precondition | undefined;
  /** When the values were true, or when the adjustment happened: ISO 8601, UTC, milliseconds. Absent: on arrival. */
  readonly asOf?: string | undefined;
}

/** A value that an update left out, because what is stored of its field is newer. */
export interface StaleField {
  readonly field: StateField;
  /** The update's time. */
  readonly asOf: string;
  /** The time of what is stored: of the field, or for an adjustment of the last value that was set. */
  readonly storedAsOf: string;
}

/** What was left out of an update that did something else. Absent if nothing was. */
interface PartlyStale {
  readonly staleFields?: readonly StaleField[] | undefined;
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

/** Characters of a reason, at most. It is one line. */
export const MAX_REASON_LENGTH = 500;
/** Characters of a reference document's URI, at most. */
export const MAX_URI_LENGTH = 2_048;

/** Characters of an idempotency key, at most. They are printable ASCII. */
export const MAX_KEY_LENGTH = 255;

/** The fields of a request that asks for nothing but its rows. */
export const plainRequest = {
  atomicity: 'BEST_EFFORT',
  dryRun: false,
  idempotencyKey: null,
  reason: null,
  referenceDocumentUri: null,
  groupId: null,
} as const satisfies Partial<UpdateRequest>;

export type RowResult =
  | ({
      readonly outcome: 'APPLIED' | 'DRY_RUN';
      readonly sku: Sku;
      readonly change: InventoryChange;
    } & PartlyStale)
  | ({ readonly outcome: 'UNCHANGED'; readonly sku: Sku } & PartlyStale)
  | {
      readonly outcome: 'STALE_IGNORED';
      readonly sku: Sku;
      readonly staleFields: readonly StaleField[];
      /** The SKU's newest change; null before the first. The store adds it. */
      readonly newerChange: InventoryChange | null;
    }
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
