/** The domain: the words, the limits, the problems, the rules (`decide`) and the contract that the doors call. */
import { explainCode, type CodeFault, type Identifier } from './identifier.ts';

/** Largest quantity, in units: the legacy column is a signed 32-bit integer, as is GraphQL's Int. */
export const MAX_QUANTITY = 2_147_483_647;

/** Wire values of a restriction, as the legacy contract spells them. */
export const restrictions = ['discontd', 'tmpunavail'] as const;
export type Restriction = (typeof restrictions)[number];

export const conditions = ['new', 'used', 'refurb'] as const;
export type Condition = (typeof conditions)[number];

/** What an update can set. */
export interface InventoryState {
  /** Units that can be bought now, 0 to MAX_QUANTITY. */
  readonly quantityInStock: number;
  /** Units that are going to be replenished, 0 to MAX_QUANTITY. */
  readonly quantityOnBackorder: number;
  /** null: no restriction. */
  readonly restrictions: Restriction | null;
}

/** One thing as one supplier sells it. */
export interface Sku extends InventoryState {
  readonly supplierId: string;
  readonly skuId: string;
  readonly itemId: string | null;
  readonly title: string | null;
  readonly condition: Condition | null;
  readonly upca: string | null;
  readonly ean13: string | null;
  readonly gtin14: string | null;
  readonly isbn: string | null;
  /** How many changes its inventory has had; a SKU that was never changed is at 0. */
  readonly version: number;
  /** ISO 8601, UTC, milliseconds. */
  readonly updatedAt: string;
}

/** A field left out stays as it is; `restrictions: null` lifts the restriction. */
export interface InventoryUpdate {
  readonly identifier: Identifier;
  readonly quantityInStock?: number | undefined;
  readonly quantityOnBackorder?: number | undefined;
  readonly restrictions?: Restriction | null | undefined;
}

/** Through which door a change came in. */
export const changeSources = ['GRAPHQL', 'REST', 'IMPORT'] as const;
export type ChangeSource = (typeof changeSources)[number];

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

/** Whose SKUs are updated, on whose word, through which door. */
export interface Origin {
  readonly supplierId: string;
  readonly actor: string;
  readonly source: ChangeSource;
}

/** Refusals by the rules, in order of precedence. Doors map them with `Record<Problem, ...>`. */
export const problems = ['INVALID_IDENTIFIER', 'SKU_NOT_FOUND', 'AMBIGUOUS_IDENTIFIER'] as const;
export type Problem = (typeof problems)[number];

export type Refusal =
  | { readonly problem: 'INVALID_IDENTIFIER'; readonly identifier: Identifier; readonly fault: CodeFault }
  | { readonly problem: 'SKU_NOT_FOUND'; readonly identifier: Identifier }
  | {
      readonly problem: 'AMBIGUOUS_IDENTIFIER';
      readonly identifier: Identifier;
      readonly candidates: readonly Sku[];
    };

export type Match = { readonly sku: Sku } | Refusal;

export type UpdateResult =
  | { readonly outcome: 'APPLIED' | 'UNCHANGED'; readonly sku: Sku }
  | { readonly outcome: 'REJECTED'; readonly refusal: Refusal };

/** The contract. Arrays in, arrays out, in the same order; a single update is an array of one. */
export interface Inventory {
  /** The SKUs that the identifiers name among this supplier's. */
  find(supplierId: string, identifiers: readonly Identifier[]): Promise<Match[]>;
  /** Applies updates in order, all in one transaction; resolves once they are on disk. A refused one touches no other. */
  update(origin: Origin, updates: readonly InventoryUpdate[]): Promise<UpdateResult[]>;
}

/** The one SKU among those that an identifier matched, or the reason why there is none. */
export function chooseMatch(identifier: Identifier, candidates: readonly Sku[]): Match {
  const [sku, another] = candidates;
  if (another) return { problem: 'AMBIGUOUS_IDENTIFIER', identifier, candidates };
  if (sku) return { sku };
  const fault = explainCode(identifier);
  return fault
    ? { problem: 'INVALID_IDENTIFIER', identifier, fault }
    : { problem: 'SKU_NOT_FOUND', identifier };
}

/** What an update does to the SKUs that its identifier matched. Pure: the caller stores the result. */
export function decide(candidates: readonly Sku[], update: InventoryUpdate, now: string): UpdateResult {
  const match = chooseMatch(update.identifier, candidates);
  if ('problem' in match) return { outcome: 'REJECTED', refusal: match };
  const before = match.sku;
  const after: InventoryState = {
    quantityInStock: update.quantityInStock ?? before.quantityInStock,
    quantityOnBackorder: update.quantityOnBackorder ?? before.quantityOnBackorder,
    restrictions: update.restrictions === undefined ? before.restrictions : update.restrictions,
  };
  if (isSameState(before, after)) return { outcome: 'UNCHANGED', sku: before };
  return { outcome: 'APPLIED', sku: { ...before, ...after, version: before.version + 1, updatedAt: now } };
}

function isSameState(a: InventoryState, b: InventoryState): boolean {
  return (
    a.quantityInStock === b.quantityInStock &&
    a.quantityOnBackorder === b.quantityOnBackorder &&
    a.restrictions === b.restrictions
  );
}

/** In the order of decision: a restriction outweighs any quantity. */
export const availabilities = [
  'DISCONTINUED',
  'TEMPORARILY_UNAVAILABLE',
  'IN_STOCK',
  'BACKORDER',
  'OUT_OF_STOCK',
] as const;
export type Availability = (typeof availabilities)[number];

/** What a buyer can count on, derived from what the supplier set. */
export function availabilityOf(state: InventoryState): Availability {
  if (state.restrictions === 'discontd') return 'DISCONTINUED';
  if (state.restrictions === 'tmpunavail') return 'TEMPORARILY_UNAVAILABLE';
  if (state.quantityInStock > 0) return 'IN_STOCK';
  return state.quantityOnBackorder > 0 ? 'BACKORDER' : 'OUT_OF_STOCK';
}

/** Candidates named in a message at most. */
const MAX_NAMED_CANDIDATES = 5;

/** A refusal as one sentence or two that say what to do. */
export function describeRefusal(refusal: Refusal): string {
  const { kind, value } = refusal.identifier;
  switch (refusal.problem) {
    case 'INVALID_IDENTIFIER':
      return `No SKU has the ${kind} "${value}", and it cannot be valid: ${refusal.fault.reason}`;
    case 'SKU_NOT_FOUND':
      return `No SKU of yours has the ${kind} "${value}". Check it, and whose token you send.`;
    case 'AMBIGUOUS_IDENTIFIER': {
      const named = refusal.candidates.slice(0, MAX_NAMED_CANDIDATES).map(({ skuId }) => skuId);
      const more = refusal.candidates.length - named.length;
      const list = named.join(', ') + (more > 0 ? ` and ${more} more` : '');
      return `Several SKUs share the ${kind} "${value}": ${list}. Name the one you mean by its skuId.`;
    }
  }
}
