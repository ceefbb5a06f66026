/** Reads what the log has at some positions, by which readers know that it is still the log that they have read. */
import { sql } from 'kysely';
import { toLogMarks } from '../../domain/change.ts';
import type { Inventory } from '../../domain/inventory.ts';
import { bigint, orNull, type RowOf } from '../store/columns.ts';
import { createSetStatement } from '../store/set-statement.ts';
import type { Store } from '../store/store.ts';
import { supplierKey } from '../store/tables.ts';

/** A position in a supplier's log. Null stands for its newest change. */
const markColumns = { ...supplierKey, position: orNull(bigint()) };
type Mark = RowOf<typeof markColumns>;

/** The inventory's `marksAt` on this store. */
export function createReadMarks(store: Store): Inventory['marksAt'] {
  const load = createLoadMarks(store);
  return async (supplierId, positions) => {
    const asked: Mark[] = [null, ...new Set(positions)].map((position) => ({
      supplier_id: supplierId,
      position,
    }));
    const rows = await load(store.points, asked);
    const changedAt = new Map<number, string>();
    for (const row of rows) if (row.changed_at !== null) changedAt.set(row.position, row.changed_at);
    // SQLite runs one statement for each item, so the log can grow in between. The newest change that was seen is the last.
    const lastPosition = rows.reduce((last, row) => Math.max(last, row.last_position), 0);
    const horizon = rows.reduce((most, row) => Math.max(most, row.pruned_position), 0);
    return toLogMarks({ lastPosition, horizon }, changedAt);
  };
}

function createLoadMarks(store: Store) {
  return createSetStatement(store, markColumns, (db) =>
    db
      .selectFrom('item')
      .innerJoin('supplier', 'supplier.supplier_id', 'item.supplier_id')
      .leftJoin('inventory_change as change', (join) =>
        join
          .onRef('change.supplier_id', '=', 'item.supplier_id')
          .on(sql<boolean>`change.position = coalesce(item.position, supplier.last_position)`),
      )
      .select([
        'supplier.last_position',
        'supplier.pruned_position',
        'change.changed_at',
        sql<number>`coalesce(item.position, supplier.last_position)`.as('position'),
      ]),
  );
}
