/** Tables of an answer's texts, SKUs and origins of changes. Each value is written once, and results refer to it by its place. */
import type { InventoryChange } from '../../domain/change.ts';
import { keyOf, type AsOf, type InventoryState, type Sku } from '../../domain/sku.ts';
import {
  asOfNames,
  type AsOfCells,
  type ChangeCells,
  type ItemCells,
  type OriginCells,
  type Place,
  type SkuCells,
  type StateCells,
  type TableCells,
} from './answer-cells.ts';

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
  const times: AsOfCells[] = [];
  const cells: TableCells = [[], [], [], [], times];
  const [words, items, skus, origins] = cells;
  const wordPlaces = new Map<string, Place>();
  // Compare SKUs by identity, which is fast. Rows that found the same SKU in the same state share one object.
  const skuPlaces = new Map<Sku, Place>();
  const originPlaces = new Map<string, Place>();
  const timePlaces = new Map<string, Place>();
  const word = (text: string) => placeOf(wordPlaces, text, words, () => text);
  const wordOrNull = (text: string | null) => (text === null ? null : word(text));
  const asOf = (given: AsOf) => {
    const cellsOfIt = asOfNames.map((name) => wordOrNull(given[name]));
    return placeOf(timePlaces, cellsOfIt.join(), times, () => cellsOfIt);
  };
  const item = createItems(items, word);
  const origin = (change: InventoryChange) => {
    const cellsOfIt = toOriginCells(change);
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
        asOf(sku.asOf),
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
      wordOrNull(change.asOf),
    ],
  };
}

/** Adds a SKU's listing if it differs from the one that was added last under its ID. */
function createItems(items: ItemCells[], word: AnswerTables['word']): (sku: Sku) => Place {
  const places = new Map<string, { readonly sku: Sku; readonly place: Place }>();
  return (sku) => {
    const key = keyOf(sku.supplierId, sku.skuId);
    const known = places.get(key);
    if (known && isSameItem(known.sku, sku)) return known.place;
    const place = items.push(toItemCells(word, sku)) - 1;
    places.set(key, { sku, place });
    return place;
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

function toOriginCells({
  source,
  actor,
  reason,
  referenceDocumentUri,
  groupId,
}: InventoryChange): OriginCells {
  return [source, actor, reason, referenceDocumentUri, groupId];
}

function toStateCells({ quantityInStock, quantityOnBackorder, restrictions }: InventoryState): StateCells {
  return [quantityInStock, quantityOnBackorder, restrictions];
}
