/** What the grid shows: search, filters and order. The address of the page holds it, so that it can be kept and shared. */
import { computed, signal } from '@preact/signals';
import type { VariablesOf } from 'gql.tada';
import { MAX_QUANTITY } from '../../domain/sku.ts';
import type { skusQuery } from '../api/documents.ts';

type Variables = VariablesOf<typeof skusQuery>;
export type SkuFilter = NonNullable<Variables['filter']>;
export type SkuOrder = Variables['orderBy'];
export type Availability = NonNullable<SkuFilter['availability']>;
export type Restriction = NonNullable<SkuFilter['restrictions']>;

export const availabilities = {
  IN_STOCK: 'In stock',
  BACKORDER: 'On backorder',
  OUT_OF_STOCK: 'Out of stock',
  TEMPORARILY_UNAVAILABLE: 'Temporarily unavailable',
  DISCONTINUED: 'Discontinued',
} as const satisfies Record<Availability, string>;

export const restrictions = {
  DISCONTD: 'Discontinued',
  TMPUNAVAIL: 'Temporarily unavailable',
} as const satisfies Record<Restriction, string>;

/** The orders that the gateway knows, by the names that they have in the address. */
const orders = { sku: 'SKU_ID', stock: 'QUANTITY_IN_STOCK', changed: 'UPDATED_AT' } as const;
export type OrderName = keyof typeof orders;

export interface View {
  readonly search: string;
  readonly availability: Availability | null;
  readonly restriction: Restriction | null;
  readonly minInStock: number | null;
  readonly maxInStock: number | null;
  readonly order: OrderName;
  readonly isDescending: boolean;
}

const everything: View = {
  search: '',
  availability: null,
  restriction: null,
  minInStock: null,
  maxInStock: null,
  order: 'sku',
  isDescending: false,
};

/** The gateway's limit for a search. */
export const MAX_SEARCH_LENGTH = 100;

export const view = signal<View>(readAddress(location.search));

export const isFiltered = computed(() => Object.keys(toFilter(view.value)).length > 0);

export function changeView(change: Partial<View>): void {
  view.value = { ...view.value, ...change };
}

export function clearFilters(): void {
  const { order, isDescending } = view.value;
  view.value = { ...everything, order, isDescending };
}

export function toFilter(shown: View): SkuFilter {
  const { search, availability, restriction, minInStock: min, maxInStock: max } = shown;
  return {
    ...(search.trim() !== '' && { search: search.trim() }),
    ...(availability && { availability }),
    ...(restriction && { restrictions: restriction }),
    ...((min !== null || max !== null) && {
      quantityInStock: { ...(min !== null && { min }), ...(max !== null && { max }) },
    }),
  };
}

export function toOrder({ order, isDescending }: View): SkuOrder {
  return { field: orders[order], direction: isDescending ? 'DESC' : 'ASC' };
}

/** A value that no control can make is left out: people edit addresses too. */
export function readAddress(query: string): View {
  const given = new URLSearchParams(query);
  const [order = 'sku', direction] = (given.get('sort') ?? 'sku').split('-');
  return {
    search: (given.get('q') ?? '').slice(0, MAX_SEARCH_LENGTH),
    availability: oneOf(Object.keys(availabilities) as Availability[], given.get('availability')),
    restriction: oneOf(Object.keys(restrictions) as Restriction[], given.get('restriction')),
    minInStock: readQuantity(given.get('min')),
    maxInStock: readQuantity(given.get('max')),
    order: oneOf(Object.keys(orders) as OrderName[], order) ?? 'sku',
    isDescending: direction === 'desc',
  };
}

export function writeAddress(shown: View): string {
  const { search, availability, restriction, minInStock, maxInStock, order, isDescending } = shown;
  const query = new URLSearchParams();
  if (search !== '') query.set('q', search);
  if (availability) query.set('availability', availability);
  if (restriction) query.set('restriction', restriction);
  if (minInStock !== null) query.set('min', String(minInStock));
  if (maxInStock !== null) query.set('max', String(maxInStock));
  if (order !== 'sku' || isDescending) query.set('sort', `${order}${isDescending ? '-desc' : ''}`);
  return query.size > 0 ? `?${query}` : '';
}

/** A quantity as people type it; null where it is none. */
export function readQuantity(text: string | null): number | null {
  if (text === null || !/^\s*\d{1,10}\s*$/.test(text)) return null;
  const quantity = Number(text);
  return quantity <= MAX_QUANTITY ? quantity : null;
}

function oneOf<Value extends string>(values: readonly Value[], given: string | null): Value | null {
  return values.find((value) => value === given) ?? null;
}
