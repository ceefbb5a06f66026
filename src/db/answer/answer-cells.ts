/** The cells of an answer's tables and changes, as stores keep them. A change of them needs a new form (answer-codec.ts). */
import type { InventoryChange } from '../../domain/change.ts';
import type { AsOf, InventoryState, Sku } from '../../domain/sku.ts';

/** The index of a row in its table. */
export type Place = number;
export type OptionalPlace = Place | null;

type StateCells = [number, number, InventoryState['restrictions']];
export type ItemCells = [
  supplier: Place,
  skuId: string,
  itemId: string | null,
  title: string | null,
  condition: Sku['condition'],
  upca: string | null,
  ean13: string | null,
  gtin14: string | null,
  isbn: string | null,
];
/** Form 1 has no `backorderDate`, here and in changes. Forms 1 and 2 have no `asOf`. */
export type SkuCells = [
  item: Place,
  ...StateCells,
  version: number,
  updatedAt: Place,
  lastChange: number | null,
  backorderDate?: OptionalPlace,
  asOf?: Place,
];
/** In the order of `asOfNames`. */
export type AsOfCells = readonly OptionalPlace[];
export type OriginCells = [InventoryChange['source'], string, string | null, string | null, string | null];
/** A change without the names of its supplier and SKU, which its result gives. */
export type ChangeCells = [
  position: number | null,
  version: number,
  ...before: StateCells,
  ...after: StateCells,
  origin: Place,
  changedAt: Place,
  previousPosition: number | null,
  backorderDateBefore?: OptionalPlace,
  backorderDate?: OptionalPlace,
  asOf?: OptionalPlace,
];

/** The tables: texts, the listings of SKUs, SKUs with their states, the origins of changes, and the as-of times of SKUs. */
export type TableCells = [
  words: string[],
  items: ItemCells[],
  skus: SkuCells[],
  origins: OriginCells[],
  times?: AsOfCells[],
];

/** The order of the cells of as-of times. */
export const asOfNames = [
  'quantityInStock',
  'quantityOnBackorder',
  'restrictions',
  'backorderDate',
  'inStockWhenSet',
  'onBackorderWhenSet',
] as const satisfies readonly (keyof AsOf)[];
