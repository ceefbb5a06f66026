/** Reads the tables of an answer, in all forms that stores hold. */
import type { InventoryChange } from '../../domain/change.ts';
import { asOfBefore, type AsOf, type InventoryState, type Sku } from '../../domain/sku.ts';
import type {
  AsOfCells,
  ChangeCells,
  ItemCells,
  OptionalPlace,
  Place,
  SkuCells,
  TableCells,
} from './answer-cells.ts';

/** Tables that are being read. Methods throw if the tables have no row at a place. The same place gives the same object. */
export interface ReadTables {
  word(place: Place): string;
  sku(place: Place): Sku;
  /** `sku`: the SKU that changed. */
  change(sku: Sku, cells: ChangeCells): InventoryChange;
}

/** Reads the tables. Builds each SKU once, when it is first asked for. */
export function readTables([words, items, skus, origins, times = []]: TableCells): ReadTables {
  const word = (place: Place) => at(words, place);
  const wordOrNull = (place: OptionalPlace = null) => (place === null ? null : word(place));
  const made: Sku[] = [];
  const makeSku = (cells: SkuCells) => readSku(cells, at(items, cells[0]), times, word);
  return {
    word,
    sku: (place) => (made[place] ??= makeSku(at(skus, place))),
    change(
      { supplierId, skuId },
      [position, version, b1, b2, b3, a1, a2, a3, origin, changedAt, previousPosition, b4, a4, asOf],
    ) {
      const [source, actor, reason, referenceDocumentUri, groupId] = at(origins, origin);
      return {
        supplierId,
        skuId,
        position,
        version,
        before: toState(b1, b2, b3, wordOrNull(b4)),
        after: toState(a1, a2, a3, wordOrNull(a4)),
        source,
        actor,
        reason,
        referenceDocumentUri,
        groupId,
        changedAt: word(changedAt),
        asOf: wordOrNull(asOf),
        previousPosition,
      };
    },
  };
}

function readSku(
  cells: SkuCells,
  itemCells: ItemCells,
  times: readonly AsOfCells[],
  word: ReadTables['word'],
): Sku {
  const [, quantityInStock, quantityOnBackorder, restrictions, version, updatedAt] = cells;
  const [, , , , , , lastChangePosition, date = null, asOf] = cells;
  const [supplier, skuId, itemId, title, condition, upca, ean13, gtin14, isbn] = itemCells;
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
    quantityInStock,
    quantityOnBackorder,
    restrictions,
    backorderDate: date === null ? null : word(date),
    version,
    updatedAt: word(updatedAt),
    lastChangePosition,
    asOf: asOf === undefined ? asOfBefore(version, word(updatedAt)) : readAsOf(at(times, asOf), word),
  };
}

function at<Row>(rows: readonly Row[], place: Place): Row {
  const row = rows[place];
  if (row === undefined) throw new Error('The answer refers to a place that its tables do not have.');
  return row;
}

function toState(
  quantityInStock: number,
  quantityOnBackorder: number,
  restrictions: InventoryState['restrictions'],
  backorderDate: string | null,
): InventoryState {
  return { quantityInStock, quantityOnBackorder, restrictions, backorderDate };
}

function readAsOf(cells: AsOfCells, word: ReadTables['word']): AsOf {
  const wordAt = (i: number) => {
    const place = cells[i] ?? null;
    return place === null ? null : word(place);
  };
  return {
    quantityInStock: wordAt(0),
    quantityOnBackorder: wordAt(1),
    restrictions: wordAt(2),
    backorderDate: wordAt(3),
    inStockWhenSet: wordAt(4),
    onBackorderWhenSet: wordAt(5),
  };
}
