/** A SKU: what it is, what can be set on it, what follows from that, and how lists of SKUs are asked for. */
import type { Identifier } from './identifier.ts';

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
  /** When the units on backorder are expected, `YYYY-MM-DD`; null: no date is known. See `isDate` in text.ts. */
  readonly backorderDate: string | null;
}

/** The fields that an update can set. */
export const stateFields = [
  'quantityInStock',
  'quantityOnBackorder',
  'restrictions',
  'backorderDate',
] as const;
export type StateField = (typeof stateFields)[number];

/** When the value of each field was true: ISO 8601, UTC, milliseconds. Null: nothing was ever said of the field. */
export interface AsOf extends Readonly<Record<StateField, string | null>> {
  /** When the last value was true that an update set, and not by an adjustment. It is never after the field's own time. */
  readonly inStockWhenSet: string | null;
  readonly onBackorderWhenSet: string | null;
}

/** The times of a SKU that was last written before it had any: all are the time of its last change. */
export function asOfBefore(version: number, updatedAt: string): AsOf {
  const time = version > 0 ? updatedAt : null;
  return {
    quantityInStock: time,
    quantityOnBackorder: time,
    restrictions: time,
    backorderDate: time,
    inStockWhenSet: time,
    onBackorderWhenSet: time,
  };
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
  /** Position of its newest stored change, as it was read; null before the first. */
  readonly lastChangePosition: number | null;
  readonly asOf: AsOf;
}

/** Both halves of a SKU's key. */
type SkuKey = Pick<Sku, 'supplierId' | 'skuId'>;

/** A map with a value for each SKU. Two look-ups cost less than making one string of both halves of a key. */
export interface SkuMap<Value> {
  get(key: SkuKey): Value | undefined;
  set(key: SkuKey, value: Value): void;
  values(): Value[];
}

export function createSkuMap<Value>(): SkuMap<Value> {
  const suppliers = new Map<string, Map<string, Value>>();
  return {
    get: ({ supplierId, skuId }) => suppliers.get(supplierId)?.get(skuId),
    set({ supplierId, skuId }, value) {
      const skus = suppliers.get(supplierId);
      if (skus) skus.set(skuId, value);
      else suppliers.set(supplierId, new Map([[skuId, value]]));
    },
    values() {
      const values: Value[] = [];
      for (const skus of suppliers.values()) for (const value of skus.values()) values.push(value);
      return values;
    },
  };
}

/** What must hold at the moment of the update: whichever is given. */
export interface Precondition {
  readonly version?: number | undefined;
  readonly quantityInStock?: number | undefined;
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
export function availabilityOf(state: Omit<InventoryState, 'backorderDate'>): Availability {
  if (state.restrictions === 'discontd') return 'DISCONTINUED';
  if (state.restrictions === 'tmpunavail') return 'TEMPORARILY_UNAVAILABLE';
  if (state.quantityInStock > 0) return 'IN_STOCK';
  return state.quantityOnBackorder > 0 ? 'BACKORDER' : 'OUT_OF_STOCK';
}

export const skuOrders = ['SKU_ID', 'UPDATED_AT', 'QUANTITY_IN_STOCK'] as const;
export type SkuOrder = (typeof skuOrders)[number];

/** Which SKUs; all that is given must hold. */
export interface SkuFilter {
  readonly skuIds?: readonly string[] | undefined;
  readonly identifiers?: readonly Identifier[] | undefined;
  /** In the title or the skuId, in any case. */
  readonly search?: string | undefined;
  /** null: those without a restriction. */
  readonly restrictions?: Restriction | null | undefined;
  readonly availability?: Availability | undefined;
  readonly minQuantityInStock?: number | undefined;
  readonly maxQuantityInStock?: number | undefined;
  /** ISO 8601. */
  readonly updatedAfter?: string | undefined;
}

/** Where a SKU stands in an order: a page starts behind it. */
export interface SkuKeyset {
  readonly value: string | number;
  readonly skuId: string;
}

/** Every `every`-th SKU of a list, `atMost` of them. */
export interface SkuSteps {
  readonly filter: SkuFilter;
  readonly order: SkuOrder;
  readonly descending: boolean;
  readonly every: number;
  readonly atMost: number;
}

/** How many SKUs a list has, and where every so-many-th stands: a page that starts behind one of them needs no page before it. */
export interface SkuIndex {
  readonly count: number;
  readonly marks: readonly SkuKeyset[];
}

/** Why a list has no index: it would have more marks than asked for, or more SKUs than can be ranked in memory. */
export type NoSkuIndex = 'TOO_MANY_MARKS' | 'TOO_MANY_SKUS';

export interface SkuPage {
  readonly filter: SkuFilter;
  readonly order: SkuOrder;
  readonly descending: boolean;
  readonly after: SkuKeyset | null;
  readonly limit: number;
}
