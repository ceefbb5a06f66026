/** Types of schema.graphql, for the operations of the client; made by write-schema-types.ts. */

export interface AdjustData {
  /** Adds units to a SKU's quantities, or subtracts them, in one step. Concurrent adjustments all count. A result below zero is refused (`QUANTITY_BELOW_ZERO`). Send an `idempotencyKey`: without one, a retry counts twice. When the call is answered, the update is on disk. */
  readonly result: {
    /** True if this is the stored answer to an earlier call with the same idempotency key. Nothing was changed this time. */
    readonly replayed: boolean;
    /** The change that was made, or that a dry run would make. Null if there is none. Needs the permission `view_items`. */
    readonly change: InventoryChange | null;
    /** The SKU's last change, if `outcome` is `STALE_IGNORED`. Null if the SKU was never changed. Needs the permission `view_items`. */
    readonly newerChange: InventoryChange | null;
    /** What happened to the update. */
    readonly outcome: InventoryOutcome;
    /** The SKU after the update, or as it is if the update was refused. Null if no single SKU was found. Needs the permission `view_items`. */
    readonly sku: Sku | null;
    /** The values that were not applied, because what is stored is newer than `asOf`. The others were applied, unless `outcome` is `STALE_IGNORED`. */
    readonly staleFields: readonly StaleField[];
    /** Why the update was refused. Empty unless `outcome` is `REJECTED`. */
    readonly userErrors: readonly UserError[];
  };
}

/** A SKU, and the units to add to its quantities. Give at least one delta. */
export interface AdjustSkuInventoryInput {
  /** When the values were true, or when the adjustment happened. Values that are older than those stored are not applied: see `staleFields` of the result. Leave it out if they are true now. It may be at most 5 minutes ahead of the server's clock. */
  readonly asOf?: string | null | undefined;
  /** Decide the update but store nothing. True needs the permission `view_items`, because the answer shows the state of the SKU. */
  readonly dryRun?: boolean | undefined;
  /** What must hold for the update to apply. */
  readonly expected?: InventoryPreconditionInput | null | undefined;
  /** Your name for this call, 1 to 255 printable ASCII characters. It makes a retry safe: the same key with the same input gets the first answer again and changes nothing (`replayed`). Keys are kept for at least 24 hours. If nothing was accepted, the key is not stored: correct the input and reuse the key. */
  readonly idempotencyKey?: string | null | undefined;
  /** The SKU to update. */
  readonly identifier: SkuIdentifierInput;
  /** Units to add to the quantity in stock. A negative number subtracts. */
  readonly quantityInStockDelta?: number | null | undefined;
  /** Units to add to the quantity on backorder. A negative number subtracts. */
  readonly quantityOnBackorderDelta?: number | null | undefined;
  /** Why you make the change, for the history. One line of at most 500 characters. */
  readonly reason?: string | null | undefined;
  /** The document behind the change, such as an order, a delivery or a stock count. A URI of at most 2048 characters. */
  readonly referenceDocumentUri?: string | null | undefined;
}

/** What must hold at the moment of the update. The check and the update are one step. If a given value differs, nothing changes, and the answer is a `PreconditionFailedError` with the current SKU. */
export interface InventoryPreconditionInput {
  /** The quantity in stock that you read. */
  readonly quantityInStock?: number | null | undefined;
  /** The version that you read. It holds if nobody changed the SKU since. */
  readonly version?: number | null | undefined;
}

/** Names one of your SKUs. Give exactly one field. A code is looked up as you spell it first, then by its GTIN-14. Hyphens, spaces and leading zeros therefore do not matter, and an ISBN-10 equals its ISBN-13. */
export type SkuIdentifierInput =
  | {
      /** EAN-13, 13 digits (GS1). */
      readonly ean13: string;
      readonly gtin14?: never;
      readonly isbn?: never;
      readonly skuId?: never;
      readonly upca?: never;
    }
  | {
      readonly ean13?: never;
      /** GTIN-14, 14 digits (GS1). A case pack (first digit 1 to 9) is a different item from its contents. */
      readonly gtin14: string;
      readonly isbn?: never;
      readonly skuId?: never;
      readonly upca?: never;
    }
  | {
      readonly ean13?: never;
      readonly gtin14?: never;
      /** ISBN-13 or ISBN-10 (ISO 2108). */
      readonly isbn: string;
      readonly skuId?: never;
      readonly upca?: never;
    }
  | {
      readonly ean13?: never;
      readonly gtin14?: never;
      readonly isbn?: never;
      /** Your own code for the SKU. It must match exactly, including upper and lower case. */
      readonly skuId: string;
      readonly upca?: never;
    }
  | {
      readonly ean13?: never;
      readonly gtin14?: never;
      readonly isbn?: never;
      readonly skuId?: never;
      /** UPC-A, 12 digits (GS1). */
      readonly upca: string;
    };

/** What happened to an update. */
export type InventoryOutcome =
  /** The SKU was changed, and the change is on disk. */
  | 'APPLIED'
  /** The SKU would be changed. Nothing was stored. */
  | 'DRY_RUN'
  /** The update was refused, and nothing was changed. `userErrors` says why. */
  | 'REJECTED'
  /** What is stored is newer than the update's `asOf`. Nothing was changed. `staleFields` has both times, and `newerChange` the SKU's last change. */
  | 'STALE_IGNORED'
  /** The SKU already had these values. Nothing was stored. */
  | 'UNCHANGED';

/** A value that was not applied, because what is stored of its field is newer. */
export interface StaleField {
  /** The field. */
  readonly field: InventoryField;
  /** The time that the update gave. */
  readonly asOf: string;
  /** The time of what is stored. For an adjustment, the time of the last value that was set. Needs the permission `view_items`. */
  readonly storedAsOf: string;
}

/** A field that an update can set. */
export type InventoryField =
  /** The backorder date. */
  | 'BACKORDER_DATE'
  /** The quantity in stock. */
  | 'QUANTITY_IN_STOCK'
  /** The quantity on backorder. */
  | 'QUANTITY_ON_BACKORDER'
  /** The restriction. */
  | 'RESTRICTIONS';

/** A stock keeping unit: one item as one supplier sells it. */
export interface Sku {
  /** The supplier's own code for the SKU. */
  readonly skuId: string;
  /** The title in the catalog. */
  readonly title: string | null;
  /** The condition in which the SKU is sold. */
  readonly condition: SkuCondition | null;
  /** UPC-A, as the supplier spells it. */
  readonly upca: string | null;
  /** EAN-13, as the supplier spells it. */
  readonly ean13: string | null;
  /** GTIN-14, as the supplier spells it. */
  readonly gtin14: string | null;
  /** ISBN, as the supplier spells it. */
  readonly isbn: string | null;
  /** The catalog item that this SKU offers. */
  readonly itemId: string | null;
  /** Units in stock, which can be bought now. */
  readonly quantityInStock: number;
  /** Units on backorder, which are going to be replenished. */
  readonly quantityOnBackorder: number;
  /** Why the SKU cannot be bought; null if nothing restricts it. */
  readonly restrictions: SkuRestriction | null;
  /** When the units on backorder are expected; null if no date is known. */
  readonly backorderDate: string | null;
  /** Whether a buyer can get the SKU. */
  readonly availability: SkuAvailability;
  /** The number of changes so far: 0, then 1, 2, 3 without gaps. Send it as `expected.version` to refuse an update if somebody else changed the SKU. */
  readonly version: number;
  /** When the SKU last changed. It never moves back. */
  readonly updatedAt: string;
}

/** The condition in which a SKU is sold. */
export type SkuCondition =
  /** Never used. CSV files spell it `new`. */
  | 'NEW'
  /** Refurbished. CSV files spell it `refurb`. */
  | 'REFURB'
  /** Used before. CSV files spell it `used`. */
  | 'USED';

/** Why a SKU cannot be bought, whatever its quantities. */
export type SkuRestriction =
  /** Discontinued. The legacy REST path spells it `discontd`. */
  | 'DISCONTD'
  /** Temporarily unavailable. The legacy REST path spells it `tmpunavail`. */
  | 'TMPUNAVAIL';

/** Whether a buyer can get the SKU. It follows from the restriction first, then from the quantities. */
export type SkuAvailability =
  /** Not restricted. No unit is in stock, but some are on backorder. */
  | 'BACKORDER'
  /** Restricted as discontinued (`DISCONTD`). */
  | 'DISCONTINUED'
  /** Not restricted, and at least one unit is in stock. */
  | 'IN_STOCK'
  /** Not restricted. No unit is in stock or on backorder. */
  | 'OUT_OF_STOCK'
  /** Restricted as temporarily unavailable (`TMPUNAVAIL`). */
  | 'TEMPORARILY_UNAVAILABLE';

/** One applied update. Changes are never edited or deleted. */
export interface InventoryChange {
  /** The ID for `changeIds` of `revertInventoryChanges`. Null in a dry run, which stores no change. */
  readonly id: string | null;
  /** The skuId of the SKU that changed. */
  readonly skuId: string;
  /** The SKU's version after the change. */
  readonly version: number;
  /** What made the change. */
  readonly source: InventoryChangeSource;
  /** The name of the token that made the change. */
  readonly actor: string;
  /** The reason that the caller gave. */
  readonly reason: string | null;
  /** The URI of the document behind the change, such as an order, a delivery or a stock count. */
  readonly referenceDocumentUri: string | null;
  /** Shared by all changes of one bulk call, one import or one undo. Null for a single update. */
  readonly groupId: string | null;
  /** The `asOf` that the caller gave. Null if it gave none: the update was then true when it arrived. */
  readonly asOf: string | null;
  /** When the change was made. It is never earlier than the previous change of the same SKU. */
  readonly changedAt: string;
  /** The inventory before the change. */
  readonly before: InventoryState;
  /** The inventory after the change. */
  readonly after: InventoryState;
  /** How much the quantities changed. */
  readonly delta: {
    /** Units in stock after the change, minus units before it. */
    readonly quantityInStock: number;
    /** Units on backorder after the change, minus units before it. */
    readonly quantityOnBackorder: number;
  };
}

/** What made a change. */
export type InventoryChangeSource =
  /** An inventory file. */
  | 'FEED'
  /** A GraphQL mutation other than `revertInventoryChanges`. */
  | 'GRAPHQL'
  /** A CSV import. */
  | 'IMPORT'
  /** The legacy REST path for one SKU. */
  | 'REST'
  /** The legacy REST path for many SKUs. */
  | 'REST_BULK'
  /** The mutation `revertInventoryChanges`. */
  | 'REVERT';

/** A SKU's inventory before or after a change. */
export interface InventoryState {
  /** Units in stock. */
  readonly quantityInStock: number;
  /** Units on backorder. */
  readonly quantityOnBackorder: number;
  /** The restriction; null if there was none. */
  readonly restrictions: SkuRestriction | null;
  /** When the units on backorder were expected; null if no date was known. */
  readonly backorderDate: string | null;
}

/** What all refusals have. */
export interface Refusal {
  /** The rule that refused the update. Programs can rely on it: codes stay the same. */
  readonly code: InventoryErrorCode;
  /** What is wrong and what to do, for people. It shows the state of a SKU only to callers with the permission `view_items`. */
  readonly message: string;
  /** The path of the refused value, starting at the argument. */
  readonly path: readonly string[];
  /** Whether the same input can be accepted later, without any action from you. */
  readonly retryable: boolean;
}

/** Several of your SKUs share this code. Name one by its `skuId`. */
export interface AmbiguousIdentifierError extends Refusal {
  readonly code: 'AMBIGUOUS_IDENTIFIER';
  /** The number of SKUs that share the code; 1000 means that many or more. Needs the permission `view_items`. */
  readonly candidateCount: number;
  /** The first 10 SKUs that share the code, sorted by skuId. A call lists at most 2000 candidates; rows after that list none. Needs the permission `view_items`. */
  readonly candidates: readonly Sku[];
}

/** `asOf` is more than 5 minutes ahead of the server's clock. */
export interface AsOfInFutureError extends Refusal {
  readonly code: 'AS_OF_IN_FUTURE';
  /** The server's clock when it refused the update. */
  readonly serverTime: string;
}

/** A row of a bulk call is malformed, whatever its SKU is like. */
export interface BadUserInputError extends Refusal {
  readonly code: 'BAD_USER_INPUT';
}

/** None of your changes has this ID. */
export interface ChangeNotFoundError extends Refusal {
  readonly code: 'CHANGE_NOT_FOUND';
}

/** The idempotency key was used before with another input. */
export interface IdempotencyKeyReusedError extends Refusal {
  readonly code: 'IDEMPOTENCY_KEY_REUSED';
}

/** No SKU has this code, and the code is not valid: its check digit, length or characters are wrong. */
export interface InvalidIdentifierError extends Refusal {
  readonly code: 'INVALID_IDENTIFIER';
  /** The check digit that would make the code valid. Null if the code has another fault. */
  readonly expectedCheckDigit: string | null;
}

/** The SKU differs from `expected`, because it was changed since you read it. */
export interface PreconditionFailedError extends Refusal {
  readonly code: 'PRECONDITION_FAILED';
  /** The current state of the SKU, so that you need no second call. Needs the permission `view_items`. */
  readonly current: Sku;
  /** The last change of the SKU: who made it, when and why. Null if the SKU was never changed. Needs the permission `view_items`. */
  readonly lastChange: InventoryChange | null;
}

/** The adjustment would take a quantity below zero. */
export interface QuantityBelowZeroError extends Refusal {
  readonly code: 'QUANTITY_BELOW_ZERO';
  /** The current state of the SKU. Needs the permission `view_items`. */
  readonly current: Sku;
}

/** The adjustment would take a quantity above 2,147,483,647. */
export interface QuantityTooLargeError extends Refusal {
  readonly code: 'QUANTITY_TOO_LARGE';
  /** The current state of the SKU. Needs the permission `view_items`. */
  readonly current: Sku;
}

/** Another row of the all-or-nothing call was refused, so this row was not applied. */
export interface RolledBackError extends Refusal {
  readonly code: 'ROLLED_BACK';
}

/** None of your SKUs has this identifier. */
export interface SkuNotFoundError extends Refusal {
  readonly code: 'SKU_NOT_FOUND';
}

/** Why an update was refused. The refused update changed nothing. */
export type UserError =
  | AmbiguousIdentifierError
  | AsOfInFutureError
  | BadUserInputError
  | ChangeNotFoundError
  | IdempotencyKeyReusedError
  | InvalidIdentifierError
  | PreconditionFailedError
  | QuantityBelowZeroError
  | QuantityTooLargeError
  | RolledBackError
  | SkuNotFoundError;

/** The rule that refused an update. If several rules would refuse it, only the first is reported. */
export type InventoryErrorCode =
  /** Several of your SKUs share this code. Name one by its `skuId`. */
  | 'AMBIGUOUS_IDENTIFIER'
  /** `asOf` is more than 5 minutes ahead of the server's clock. */
  | 'AS_OF_IN_FUTURE'
  /** A row of a bulk call is malformed, whatever its SKU is like. */
  | 'BAD_USER_INPUT'
  /** None of your changes has this ID. */
  | 'CHANGE_NOT_FOUND'
  /** The idempotency key was used before with another input. */
  | 'IDEMPOTENCY_KEY_REUSED'
  /** No SKU has this code, and the code is not valid: its check digit, length or characters are wrong. */
  | 'INVALID_IDENTIFIER'
  /** The SKU differs from `expected`, because it was changed since you read it. */
  | 'PRECONDITION_FAILED'
  /** The adjustment would take a quantity below zero. */
  | 'QUANTITY_BELOW_ZERO'
  /** The adjustment would take a quantity above 2,147,483,647. */
  | 'QUANTITY_TOO_LARGE'
  /** Another row of the all-or-nothing call was refused, so this row was not applied. */
  | 'ROLLED_BACK'
  /** None of your SKUs has this identifier. */
  | 'SKU_NOT_FOUND';

export interface BulkData {
  /** Sets the inventory of many SKUs. When the call is answered, every applied row is on disk. */
  readonly result: {
    /** Shared by all changes of this call. Send it to `revertInventoryChanges` to undo them. Null if no row changed its SKU, and for a dry run: there is nothing to undo. */
    readonly groupId: string | null;
    /** True if this is the stored answer to an earlier call with the same idempotency key. Nothing was changed this time. */
    readonly replayed: boolean;
    /** The number of rows that changed their SKU. */
    readonly appliedCount: number;
    /** The number of rows whose SKU already had these values. */
    readonly unchangedCount: number;
    /** The number of rows that were not applied, because what is stored is newer. */
    readonly staleCount: number;
    /** The number of rows that would change their SKU, if this is a dry run. Otherwise 0. */
    readonly wouldApplyCount: number;
    /** The number of rows that were refused. */
    readonly rejectedCount: number;
    /** Why the whole call was refused. `results` is empty then. */
    readonly userErrors: readonly UserError[];
    /** What happened to each row, in order. */
    readonly results: readonly InventoryRowResult[];
  };
}

/** Up to 10000 updates. Rows that name the same SKU apply in order. */
export interface BulkUpdateSkuInventoryInput {
  /** When the values were true, or when the adjustment happened. Values that are older than those stored are not applied: see `staleFields` of the result. Leave it out if they are true now. It may be at most 5 minutes ahead of the server's clock. */
  readonly asOf?: string | null | undefined;
  /** Whether a refused row stops the other rows. */
  readonly atomicity?: BulkAtomicity | undefined;
  /** Decide the update but store nothing. True needs the permission `view_items`, because the answer shows the state of the SKU. */
  readonly dryRun?: boolean | undefined;
  /** Your name for this call, 1 to 255 printable ASCII characters. It makes a retry safe: the same key with the same input gets the first answer again and changes nothing (`replayed`). Keys are kept for at least 24 hours. If nothing was accepted, the key is not stored: correct the input and reuse the key. */
  readonly idempotencyKey?: string | null | undefined;
  /** Why you make the change, for the history. One line of at most 500 characters. */
  readonly reason?: string | null | undefined;
  /** The document behind the change, such as an order, a delivery or a stock count. A URI of at most 2048 characters. */
  readonly referenceDocumentUri?: string | null | undefined;
  /** The rows, at most 10000. A malformed value is an error of its row. A row that is not an object of the documented shape fails the whole call. */
  readonly updates: readonly BulkSkuInventoryUpdateInput[];
}

/** Whether a refused row stops the other rows. */
export type BulkAtomicity =
  /** If one row is refused, no row is applied. */
  | 'ALL_OR_NOTHING'
  /** A refused row does not affect the other rows. */
  | 'BEST_EFFORT';

/** One row of a bulk call. It takes the values of `UpdateSkuInventoryInput`. */
export interface BulkSkuInventoryUpdateInput {
  /** When the values of this row were true, as `DateTime`. It replaces the `asOf` of the call. */
  readonly asOf?: string | number | null | undefined;
  /** When the units on backorder are expected, as `Date`; null removes the date. */
  readonly backorderDate?: string | number | null | undefined;
  /** What must hold for the row to apply. */
  readonly expected?: BulkPreconditionInput | null | undefined;
  /** The SKU to update. Required. */
  readonly identifier?: BulkSkuIdentifierInput | null | undefined;
  /** Units in stock, which can be bought now, 0 to 2147483647. */
  readonly quantityInStock?: string | number | null | undefined;
  /** Units on backorder, which are going to be replenished, 0 to 2147483647. */
  readonly quantityOnBackorder?: string | number | null | undefined;
  /** The restriction, `DISCONTD` or `TMPUNAVAIL`; null removes it. */
  readonly restrictions?: string | number | null | undefined;
}

/** What must hold for a row to apply, as in `InventoryPreconditionInput`. */
export interface BulkPreconditionInput {
  /** The quantity in stock that you read. */
  readonly quantityInStock?: string | number | null | undefined;
  /** The version that you read. It holds if nobody changed the SKU since. */
  readonly version?: string | number | null | undefined;
}

/** Names the SKU of a row, as `SkuIdentifierInput` does. Give exactly one field. */
export interface BulkSkuIdentifierInput {
  /** As `SkuIdentifierInput.ean13`. */
  readonly ean13?: string | number | null | undefined;
  /** As `SkuIdentifierInput.gtin14`. */
  readonly gtin14?: string | number | null | undefined;
  /** As `SkuIdentifierInput.isbn`. */
  readonly isbn?: string | number | null | undefined;
  /** As `SkuIdentifierInput.skuId`. */
  readonly skuId?: string | number | null | undefined;
  /** As `SkuIdentifierInput.upca`. */
  readonly upca?: string | number | null | undefined;
}

/** What happened to one row. */
export interface InventoryRowResult {
  /** The number of the row; the first is 0. */
  readonly index: number;
  /** What happened to the update. */
  readonly outcome: InventoryOutcome;
  /** The SKU after the update, or as it is if the update was refused. Null if no single SKU was found. Needs the permission `view_items`. */
  readonly sku: Sku | null;
  /** The values that were not applied, because what is stored is newer than `asOf`. The others were applied, unless `outcome` is `STALE_IGNORED`. */
  readonly staleFields: readonly StaleField[];
  /** Why the update was refused. Empty unless `outcome` is `REJECTED`. */
  readonly userErrors: readonly UserError[];
}

export interface ChangesData {
  /** All changes of your SKUs, oldest first, or newest first with `orderBy`. To follow what happens, read oldest first, keep `pageInfo.endCursor` and send it as `after` later: no change is ever skipped. A cursor of a change that the store has lost is an error with the code `CURSOR_AHEAD`, and one behind which old changes were taken away is `CURSOR_EXPIRED`. A page examines at most 100000 changes. With a filter it can therefore hold fewer than `first` changes, or none, while `hasNextPage` is true. Continue from its `endCursor`. With `last`, continue from `startCursor` while `hasPreviousPage` is true. */
  readonly result: {
    /** The items of the page, each with its cursor. */
    readonly edges: readonly {
      /** Pass this as `after` to get the items that follow this one. */
      readonly cursor: string;
      /** The item. */
      readonly node: InventoryChange;
    }[];
    /** The cursors of this page, and whether there are more pages. */
    readonly pageInfo: {
      /** Pass this as `after` to get the next page. An empty page can have one too. */
      readonly endCursor: string | null;
      /** Whether there is a page after this one; with `last`, whether it was requested with `before`. */
      readonly hasNextPage: boolean;
    };
  };
}

/** Conditions on changes. A change must meet all that are given. */
export interface InventoryChangeFilterInput {
  /** Only changes that tokens with one of these names made, at most 100. */
  readonly actors?: readonly string[] | null | undefined;
  /** Only changes after this time. */
  readonly changedAfter?: string | null | undefined;
  /** Only changes before this time. */
  readonly changedBefore?: string | null | undefined;
  /** Only changes of this bulk call, import or undo. */
  readonly groupId?: string | null | undefined;
  /** Only changes of these SKUs, at most 100. */
  readonly skuIds?: readonly string[] | null | undefined;
  /** Only changes from one of these sources. */
  readonly sources?: readonly InventoryChangeSource[] | null | undefined;
}

/** The sort order of a list of changes: the order in which they were committed, or the reverse. */
export interface InventoryChangeOrderInput {
  /** Sort direction. */
  readonly direction?: OrderDirection | undefined;
}

/** Sort direction. */
export type OrderDirection =
  /** Smallest or oldest first. */
  | 'ASC'
  /** Largest or newest first. */
  | 'DESC';

export interface CursorData {
  /** The cursor of now, for `after` of `inventoryChanges` and `inventoryChanged`: only changes that are committed later come after it. Ask for it before you read SKUs, and no change is lost between reading and following. Begin anew in this way after `CURSOR_AHEAD` and `CURSOR_EXPIRED`. */
  readonly result: string;
}

export interface LiveData {
  /** Changes of your SKUs as they are committed, in order, from every gateway on the same store. The stream starts now, or behind the cursor in `after`. If the store has lost the change of the cursor, the stream ends with an error whose code is `CURSOR_AHEAD`. If changes behind it were taken away because they are old, the code is `CURSOR_EXPIRED`. */
  readonly result: InventoryChangedEvent;
}

/** A committed change, and where to resume after it. */
export interface InventoryChangedEvent {
  /** Pass this as `after` to resume behind this change. No change is lost or repeated. */
  readonly cursor: string;
  /** The change. */
  readonly change: InventoryChange;
}

export interface SkuData {
  /** Your SKU with this identifier; null if there is none. If several SKUs share the identifier, the answer is an error with the code `AMBIGUOUS_IDENTIFIER`. Its extensions hold the first 10 skuIds (`candidates`) and the number of SKUs (`candidateCount`). */
  readonly result: Sku | null;
}

export interface SkusData {
  /** Your SKUs, page by page. */
  readonly result: {
    /** The items of the page, without their cursors. */
    readonly nodes: readonly Sku[];
    /** The cursors of this page, and whether there are more pages. */
    readonly pageInfo: {
      /** Pass this as `after` to get the next page. An empty page can have one too. */
      readonly endCursor: string | null;
      /** Whether there is a page after this one; with `last`, whether it was requested with `before`. */
      readonly hasNextPage: boolean;
    };
  };
}

/** Conditions on SKUs. A SKU must meet all that are given. */
export interface SkuFilterInput {
  /** Only SKUs with this availability. */
  readonly availability?: SkuAvailability | null | undefined;
  /** Only SKUs with one of these identifiers, at most 100. A shared code matches every SKU that has it. */
  readonly identifiers?: readonly SkuIdentifierInput[] | null | undefined;
  /** Only SKUs with a quantity in stock in this range. */
  readonly quantityInStock?: QuantityRangeInput | null | undefined;
  /** Only SKUs with this restriction. Null means without any restriction. */
  readonly restrictions?: SkuRestriction | null | undefined;
  /** Only SKUs whose title or skuId contains this text, at most 100 characters. ASCII letters match in either case. */
  readonly search?: string | null | undefined;
  /** Only SKUs with one of these skuIds, at most 100. */
  readonly skuIds?: readonly string[] | null | undefined;
  /** Only SKUs that changed after this time. */
  readonly updatedAfter?: string | null | undefined;
}

/** A range of quantities, in units. Both ends are included, and each may be left out. */
export interface QuantityRangeInput {
  /** The largest quantity. */
  readonly max?: number | null | undefined;
  /** The smallest quantity. */
  readonly min?: number | null | undefined;
}

/** The sort order of a list of SKUs. */
export interface SkuOrderInput {
  /** Sort direction. */
  readonly direction?: OrderDirection | undefined;
  /** What to sort by. */
  readonly field: SkuOrderField;
}

/** What SKUs are sorted by. SKUs with the same value are sorted by skuId. */
export type SkuOrderField =
  /** By quantity in stock. */
  | 'QUANTITY_IN_STOCK'
  /** By skuId. */
  | 'SKU_ID'
  /** By the time of the last change. */
  | 'UPDATED_AT';

export interface UndoData {
  /** Restores each SKU to its state before these changes. The answer has one row for each SKU. If a SKU was changed since, it stays as it is, and its row is refused with `PRECONDITION_FAILED`. An undo can be undone too. */
  readonly result: {
    /** Shared by all changes of this call. Send it to `revertInventoryChanges` to undo them. Null if no row changed its SKU, and for a dry run: there is nothing to undo. */
    readonly groupId: string | null;
    /** True if this is the stored answer to an earlier call with the same idempotency key. Nothing was changed this time. */
    readonly replayed: boolean;
    /** The number of rows that changed their SKU. */
    readonly appliedCount: number;
    /** The number of rows whose SKU already had these values. */
    readonly unchangedCount: number;
    /** The number of rows that were not applied, because what is stored is newer. */
    readonly staleCount: number;
    /** The number of rows that would change their SKU, if this is a dry run. Otherwise 0. */
    readonly wouldApplyCount: number;
    /** The number of rows that were refused. */
    readonly rejectedCount: number;
    /** Why the whole call was refused. `results` is empty then. */
    readonly userErrors: readonly UserError[];
    /** What happened to each row, in order. */
    readonly results: readonly InventoryRowResult[];
  };
}

/** The changes to undo. Give exactly one of `groupId` and `changeIds`. */
export interface RevertInventoryChangesInput {
  /** IDs of changes, at most 1000. */
  readonly changeIds?: readonly string[] | null | undefined;
  /** Decide the update but store nothing. True needs the permission `view_items`, because the answer shows the state of the SKU. */
  readonly dryRun?: boolean | undefined;
  /** The `groupId` of a bulk call, an import or an undo. */
  readonly groupId?: string | null | undefined;
  /** Your name for this call, 1 to 255 printable ASCII characters. It makes a retry safe: the same key with the same input gets the first answer again and changes nothing (`replayed`). Keys are kept for at least 24 hours. If nothing was accepted, the key is not stored: correct the input and reuse the key. */
  readonly idempotencyKey?: string | null | undefined;
  /** Why you make the change, for the history. One line of at most 500 characters. */
  readonly reason?: string | null | undefined;
  /** The document behind the change, such as an order, a delivery or a stock count. A URI of at most 2048 characters. */
  readonly referenceDocumentUri?: string | null | undefined;
}

export interface UpdateData {
  /** Sets a SKU's quantity in stock, quantity on backorder, restriction or backorder date. When the call is answered, the update is on disk. */
  readonly result: {
    /** True if this is the stored answer to an earlier call with the same idempotency key. Nothing was changed this time. */
    readonly replayed: boolean;
    /** The change that was made, or that a dry run would make. Null if there is none. Needs the permission `view_items`. */
    readonly change: InventoryChange | null;
    /** The SKU's last change, if `outcome` is `STALE_IGNORED`. Null if the SKU was never changed. Needs the permission `view_items`. */
    readonly newerChange: InventoryChange | null;
    /** What happened to the update. */
    readonly outcome: InventoryOutcome;
    /** The SKU after the update, or as it is if the update was refused. Null if no single SKU was found. Needs the permission `view_items`. */
    readonly sku: Sku | null;
    /** The values that were not applied, because what is stored is newer than `asOf`. The others were applied, unless `outcome` is `STALE_IGNORED`. */
    readonly staleFields: readonly StaleField[];
    /** Why the update was refused. Empty unless `outcome` is `REJECTED`. */
    readonly userErrors: readonly UserError[];
  };
}

/** A SKU, and the values to set. Give at least one value. A value that is left out stays as it is. */
export interface UpdateSkuInventoryInput {
  /** When the values were true, or when the adjustment happened. Values that are older than those stored are not applied: see `staleFields` of the result. Leave it out if they are true now. It may be at most 5 minutes ahead of the server's clock. */
  readonly asOf?: string | null | undefined;
  /** When the units on backorder are expected; null removes the date. */
  readonly backorderDate?: string | null | undefined;
  /** Decide the update but store nothing. True needs the permission `view_items`, because the answer shows the state of the SKU. */
  readonly dryRun?: boolean | undefined;
  /** What must hold for the update to apply. */
  readonly expected?: InventoryPreconditionInput | null | undefined;
  /** Your name for this call, 1 to 255 printable ASCII characters. It makes a retry safe: the same key with the same input gets the first answer again and changes nothing (`replayed`). Keys are kept for at least 24 hours. If nothing was accepted, the key is not stored: correct the input and reuse the key. */
  readonly idempotencyKey?: string | null | undefined;
  /** The SKU to update. */
  readonly identifier: SkuIdentifierInput;
  /** Units in stock, which can be bought now, 0 to 2147483647. */
  readonly quantityInStock?: number | null | undefined;
  /** Units on backorder, which are going to be replenished, 0 to 2147483647. */
  readonly quantityOnBackorder?: number | null | undefined;
  /** Why you make the change, for the history. One line of at most 500 characters. */
  readonly reason?: string | null | undefined;
  /** The document behind the change, such as an order, a delivery or a stock count. A URI of at most 2048 characters. */
  readonly referenceDocumentUri?: string | null | undefined;
  /** The restriction to set; null removes it. */
  readonly restrictions?: SkuRestriction | null | undefined;
}
