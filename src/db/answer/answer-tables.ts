/** Tables of an answer's texts, SKUs and origins of changes. Each value is written once, and results refer to it by its place. */
import type { InventoryChange } from '../../domain/change.ts';
import { isSameAsOf } from '../../domain/as-of.ts';
import { createSkuMap, type AsOf, type Sku } from '../../domain/sku.ts';
import {
  asOfNames,
  type AsOfCells,
  type ChangeCells,
  type ItemCells,
  type OriginCells,
  type Place,
  type SkuCells,
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
  const word = (text: string) => placeOf(wordPlaces, text, words, () => text);
  const wordOrNull = (text: string | null) => (text === null ? null : word(text));
  const asOf = createTimes(times, wordOrNull);
  const item = createItems(items, word);
  const origin = createOrigins(origins);
  return {
    cells,
    word,
    sku: (sku) =>
      placeOf(skuPlaces, sku, skus, (): SkuCells => [
        item(sku),
        sku.quantityInStock,
        sku.quantityOnBackorder,
        sku.restrictions,
        sku.version,
        word(sku.updatedAt),
        sku.lastChangePosition,
        wordOrNull(sku.backorderDate),
        asOf(sku.asOf),
      ]),
    change: (change) => [
      change.position,
      change.version,
      change.before.quantityInStock,
      change.before.quantityOnBackorder,
      change.before.restrictions,
      change.after.quantityInStock,
      change.after.quantityOnBackorder,
      change.after.restrictions,
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
  const places = createSkuMap<{ readonly sku: Sku; readonly place: Place }>();
  return (sku) => {
    const known = places.get(sku);
    if (known && isSameItem(known.sku, sku)) return known.place;
    const place = items.push(toItemCells(word, sku)) - 1;
    places.set(sku, { sku, place });
    return place;
  };
}

function createTimes(times: AsOfCells[], wordOrNull: (text: string | null) => Place | null) {
  const places = new Map<string, Place>();
  return keepLast(isSameAsOf, (given: AsOf) => {
    const cells = asOfNames.map((name) => wordOrNull(given[name]));
    return placeOf(places, cells.join(), times, () => cells);
  });
}

function createOrigins(origins: OriginCells[]) {
  const places = new Map<string, Place>();
  return keepLast(isSameOrigin, (change: InventoryChange) => {
    const cells = toOriginCells(change);
    return placeOf(places, JSON.stringify(cells), origins, () => cells);
  });
}

/** Finds the place of a value. The last value's place is kept, because results that follow one another mostly have the same. */
function keepLast<Value>(isSame: (a: Value, b: Value) => boolean, find: (value: Value) => Place) {
  let last: { readonly value: Value; readonly place: Place } | undefined;
  return (value: Value): Place => {
    if (last && isSame(last.value, value)) return last.place;
    last = { value, place: find(value) };
    return last.place;
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

function isSameOrigin(a: InventoryChange, b: InventoryChange): boolean {
  return (
    a.source === b.source &&
    a.actor === b.actor &&
    a.reason === b.reason &&
    a.referenceDocumentUri === b.referenceDocumentUri &&
    a.groupId === b.groupId
  );
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
