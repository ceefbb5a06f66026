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
  StateCells,
  TableCells,
} from './answer-cells.ts';

/** Tables that are being read. Methods throw if the tables have no row at a place. The same place gives the same object. */
export interface ReadTables {
  word(place: Place): string;
  sku(place: Place): Sku;
  /** `sku`: the SKU that changed. */
  change(sku: Sku, cells: ChangeCells): InventoryChange;
}

/** Reads the tables. Builds each SKU once. */
export function readTables([words, items, skus, origins, times = []]: TableCells): ReadTables {
  const word = (place: Place) => at(words, place);
  const wordOrNull = (place: OptionalPlace = null) => (place === null ? null : word(place));
  const made = skus.map((cells) => readSku(cells, at(items, cells[0]), times, word));
  return {
    word,
    sku: (place) => at(made, place),
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
        before: readState([b1, b2, b3], wordOrNull(b4)),
        after: readState([a1, a2, a3], wordOrNull(a4)),
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
  const [, stock, backorder, restrictions, version, updatedAt, lastChangePosition, date = null, asOf] = cells;
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
    ...readState([stock, backorder, restrictions], date === null ? null : word(date)),
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

function readState(
  [quantityInStock, quantityOnBackorder, restrictions]: StateCells,
  backorderDate: string | null,
): InventoryState {
  return { quantityInStock, quantityOnBackorder, restrictions, backorderDate };
}

function readAsOf(cells: AsOfCells, word: ReadTables['word']): AsOf {
  const [inStock, onBackorder, restrictions, date, inStockWhenSet, onBackorderWhenSet] = cells.map((place) =>
    place === null ? null : word(place),
  );
  return {
    quantityInStock: inStock ?? null,
    quantityOnBackorder: onBackorder ?? null,
    restrictions: restrictions ?? null,
    backorderDate: date ?? null,
    inStockWhenSet: inStockWhenSet ?? null,
    onBackorderWhenSet: onBackorderWhenSet ?? null,
  };
}
