/** Tables of an answer's texts, SKUs and origins of changes. Each value is written once, and results refer to it by its place. */
import type { InventoryChange } from '../../domain/change.ts';
import { keyOf, type InventoryState, type Sku } from '../../domain/sku.ts';

/** The index of a row in its table. */
export type Place = number;
type OptionalPlace = Place | null;

type StateCells = [number, number, InventoryState['restrictions']];
type ItemCells = [
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
/** Form 1 has no `backorderDate`, here and in changes. */
type SkuCells = [
  item: Place,
  ...StateCells,
  version: number,
  updatedAt: Place,
  lastChange: number | null,
  backorderDate?: OptionalPlace,
];
type OriginCells = [InventoryChange['source'], string, string | null, string | null, string | null];
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
];

/** The tables: texts, the listings of SKUs, SKUs with their states, and the origins of changes. */
export type TableCells = [words: string[], items: ItemCells[], skus: SkuCells[], origins: OriginCells[]];

/** Tables that are being written. A method adds a value if it is new, and returns its place. */
export interface AnswerTables {
  readonly cells: TableCells;
  word(text: string): Place;
  sku(sku: Sku): Place;
  /** Returns the change's cells: each change is different, so changes have no table. */
  change(change: InventoryChange): ChangeCells;
}

/** Creates empty tables. */
export function createTables(): AnswerTables {
  const cells: TableCells = [[], [], [], []];
  const [words, items, skus, origins] = cells;
  const wordPlaces = new Map<string, Place>();
  const itemPlaces = new Map<string, { readonly sku: Sku; readonly place: Place }>();
  // Compare SKUs by identity, which is fast. Rows that found the same SKU in the same state share one object.
  const skuPlaces = new Map<Sku, Place>();
  const originPlaces = new Map<string, Place>();
  const word = (text: string) => placeOf(wordPlaces, text, words, () => text);
  const wordOrNull = (text: string | null) => (text === null ? null : word(text));
  const item = (sku: Sku) => {
    const key = keyOf(sku.supplierId, sku.skuId);
    const known = itemPlaces.get(key);
    if (known && isSameItem(known.sku, sku)) return known.place;
    const place = items.push(toItemCells(word, sku)) - 1;
    itemPlaces.set(key, { sku, place });
    return place;
  };
  const origin = (change: InventoryChange) => {
    const { source, actor, reason, referenceDocumentUri, groupId } = change;
    const cellsOfIt: OriginCells = [source, actor, reason, referenceDocumentUri, groupId];
    return placeOf(originPlaces, JSON.stringify(cellsOfIt), origins, () => cellsOfIt);
  };
  return {
    cells,
    word,
    sku: (sku) =>
      placeOf(skuPlaces, sku, skus, (): SkuCells => [
        item(sku),
        ...toStateCells(sku),
        sku.version,
        word(sku.updatedAt),
        sku.lastChangePosition,
        wordOrNull(sku.backorderDate),
      ]),
    change: (change) => [
      change.position,
      change.version,
      ...toStateCells(change.before),
      ...toStateCells(change.after),
      origin(change),
      word(change.changedAt),
      change.previousPosition,
      wordOrNull(change.before.backorderDate),
      wordOrNull(change.after.backorderDate),
    ],
  };
}

/** Tables that are being read. Methods throw if the tables have no row at a place. The same place gives the same object. */
export interface ReadTables {
  word(place: Place): string;
  sku(place: Place): Sku;
  /** `sku`: the SKU that changed. */
  change(sku: Sku, cells: ChangeCells): InventoryChange;
}

/** Reads the tables. Builds each SKU once. */
export function readTables([words, items, skus, origins]: TableCells): ReadTables {
  const word = (place: Place) => at(words, place);
  const wordOrNull = (place: OptionalPlace = null) => (place === null ? null : word(place));
  const made = skus.map(
    ([item, stock, backorder, restrictions, version, updatedAt, lastChangePosition, date]): Sku => {
      const [supplier, skuId, itemId, title, condition, upca, ean13, gtin14, isbn] = at(items, item);
      return {
        supplierId: word(supplier),
        skuId,
        itemId,
        title,
        condition,
        upca,
        ean13,
        gtin14,
        isbn,
        ...readState([stock, backorder, restrictions], wordOrNull(date)),
        version,
        updatedAt: word(updatedAt),
        lastChangePosition,
      };
    },
  );
  return {
    word,
    sku: (place) => at(made, place),
    change(
      { supplierId, skuId },
      [position, version, b1, b2, b3, a1, a2, a3, origin, changedAt, previousPosition, b4, a4],
    ) {
      const [source, actor, reason, referenceDocumentUri, groupId] = at(origins, origin);
      return {
        supplierId,
        skuId,
        position,
        version,
        before: readState([b1, b2, b3], wordOrNull(b4)),
        after: readState([a1, a2, a3], wordOrNull(a4)),
        source,
        actor,
        reason,
        referenceDocumentUri,
        groupId,
        changedAt: word(changedAt),
        previousPosition,
      };
    },
  };
}

/** The key's place. A new key gets a new row. */
function placeOf<Key, Row>(places: Map<Key, Place>, key: Key, rows: Row[], make: () => Row): Place {
  const known = places.get(key);
  if (known !== undefined) return known;
  const place = rows.push(make()) - 1;
  places.set(key, place);
  return place;
}

function at<Row>(rows: readonly Row[], place: Place): Row {
  const row = rows[place];
  if (row === undefined) throw new Error('The answer refers to a place that its tables do not have.');
  return row;
}

function isSameItem(a: Sku, b: Sku): boolean {
  return (
    a.itemId === b.itemId &&
    a.title === b.title &&
    a.condition === b.condition &&
    a.upca === b.upca &&
    a.ean13 === b.ean13 &&
    a.gtin14 === b.gtin14 &&
    a.isbn === b.isbn
  );
}

function toItemCells(word: AnswerTables['word'], sku: Sku): ItemCells {
  const { supplierId, skuId, itemId, title, condition, upca, ean13, gtin14, isbn } = sku;
  return [word(supplierId), skuId, itemId, title, condition, upca, ean13, gtin14, isbn];
}

function toStateCells({ quantityInStock, quantityOnBackorder, restrictions }: InventoryState): StateCells {
  return [quantityInStock, quantityOnBackorder, restrictions];
}

function readState(
  [quantityInStock, quantityOnBackorder, restrictions]: StateCells,
  backorderDate: string | null,
): InventoryState {
  return { quantityInStock, quantityOnBackorder, restrictions, backorderDate };
}
