/** Saves positions, SKUs and the log on SQLite. Statements bind no more than what changed, because binding a value costs most. */
import type { TouchedSku } from '../../domain/decide-batch.ts';
import type { Sku, StateField } from '../../domain/sku.ts';
import type { RawStatements } from '../driver/sqlite-statements.ts';
import { onConnection } from '../store/many-rows.ts';
import { hasOwnTimes, toAsOfRow } from '../store/state-row.ts';
import type { SkuTable } from '../store/tables.ts';
import { place, type LinkedChange, type SaveLinked } from './linked-change.ts';
import { createRecordChanges } from './record-changes.ts';

/** Prepares nothing: the statements are prepared when they are first run. */
export function createSaveRows(raw: RawStatements): SaveLinked {
  const saveSku = createSaveSku(raw);
  const record = createRecordChanges(raw);
  return {
    confirm: (trx, skus) =>
      onConnection(trx, () => {
        for (const sku of skus) saveSku(sku, sku.left.lastChangePosition);
      }),
    save: (trx, linked) =>
      onConnection(trx, () => {
        const before = takePositions(raw, linked);
        const placed = place(linked, before);
        linked.forEach(({ last }, i) => {
          if (last) saveSku(last, placed[i]?.position ?? null);
        });
        record(placed);
        return before;
      }),
  };
}

const movePosition =
  'update supplier set last_position = last_position + ? where supplier_id = ? returning last_position';

/** Advances each supplier's last position by the number of its changes. Returns the positions before, by supplier. */
function takePositions(raw: RawStatements, linked: readonly LinkedChange[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { change, number } of linked) counts.set(change.supplierId, number);
  return new Map(
    Array.from(counts, ([supplierId, count]) => {
      const [[last] = []] = raw.read(movePosition, [count, supplierId]);
      return [supplierId, Number(last) - count];
    }),
  );
}

type Times = ReturnType<typeof toAsOfRow>;

/** Columns that change together: a value that an update can set, and its times. */
interface Group {
  readonly columns: readonly (keyof SkuTable)[];
  readonly cells: (sku: Sku, times: Times) => readonly unknown[];
  readonly isSame: (a: Sku, b: Sku) => boolean;
}

const groupsByField: Record<StateField, Group> = {
  quantityInStock: {
    columns: ['quantity_in_stock', 'quantity_in_stock_as_of', 'quantity_in_stock_set_as_of'],
    cells: (sku, times) => [
      sku.quantityInStock,
      times.quantity_in_stock_as_of,
      times.quantity_in_stock_set_as_of,
    ],
    isSame: (a, b) =>
      a.quantityInStock === b.quantityInStock &&
      a.asOf.quantityInStock === b.asOf.quantityInStock &&
      a.asOf.inStockWhenSet === b.asOf.inStockWhenSet,
  },
  quantityOnBackorder: {
    columns: ['quantity_on_backorder', 'quantity_on_backorder_as_of', 'quantity_on_backorder_set_as_of'],
    cells: (sku, times) => [
      sku.quantityOnBackorder,
      times.quantity_on_backorder_as_of,
      times.quantity_on_backorder_set_as_of,
    ],
    isSame: (a, b) =>
      a.quantityOnBackorder === b.quantityOnBackorder &&
      a.asOf.quantityOnBackorder === b.asOf.quantityOnBackorder &&
      a.asOf.onBackorderWhenSet === b.asOf.onBackorderWhenSet,
  },
  restrictions: {
    columns: ['restrictions', 'restrictions_as_of'],
    cells: (sku, times) => [sku.restrictions, times.restrictions_as_of],
    isSame: (a, b) => a.restrictions === b.restrictions && a.asOf.restrictions === b.asOf.restrictions,
  },
  backorderDate: {
    columns: ['backorder_date', 'backorder_date_as_of'],
    cells: (sku, times) => [sku.backorderDate, times.backorder_date_as_of],
    isSame: (a, b) => a.backorderDate === b.backorderDate && a.asOf.backorderDate === b.asOf.backorderDate,
  },
};
const groups = Object.values(groupsByField);

/** Stores the SKU as the batch leaves it. `position`: that of its last change. */
function createSaveSku(raw: RawStatements) {
  // By the groups that are written, one bit for each.
  const texts: string[] = [];
  return ({ stored, left }: TouchedSku, position: number | null): void => {
    const isOwn = hasOwnTimes(stored);
    const times = toAsOfRow(left.asOf);
    const values: unknown[] = [left.version, left.updatedAt, position];
    let written = 0;
    groups.forEach((group, i) => {
      if (isOwn && group.isSame(stored, left)) return;
      written |= 1 << i;
      values.push(...group.cells(left, times));
    });
    values.push(left.supplierId, left.skuId);
    raw.write((texts[written] ??= updateOf(written)), values);
  };
}

function updateOf(written: number): string {
  const columns = groups.flatMap((group, i) => (written & (1 << i) ? group.columns : []));
  const names = ['version', 'updated_at', 'last_change_position', ...columns];
  return `update sku set ${names.map((name) => `${name} = ?`).join(', ')} where supplier_id = ? and sku_id = ?`;
}
