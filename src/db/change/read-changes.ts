/** Reads the log of changes: histories of SKUs, and the feed of a supplier. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import type { InventoryChange } from '../../domain/change.ts';
import { unmetered, type Inventory } from '../../domain/inventory.ts';
import { createReadWindows, loadLastPosition } from './change-windows.ts';
import { createReadGroups } from './read-groups.ts';
import { createReadMarks } from './read-marks.ts';
import { bigint, integer, orNull, type RowOf } from '../store/columns.ts';
import type { Store } from '../store/store.ts';
import { createSetStatement } from '../store/set-statement.ts';
import { createLoadChanges, createToChanges } from './shared-texts.ts';
import { skuKey, type InventoryChangeTable } from '../store/tables.ts';

/** The items of the statement that reads histories: one page of one SKU's history each. */
const pageColumns = {
  /** The number of the page in the request. One request may ask for several pages of a SKU. */
  i: integer(),
  ...skuKey,
  /** Position of the page's newest change, or null to begin with the SKU's newest. */
  newest: orNull(bigint()),
  count: integer(),
};
type PageKey = RowOf<typeof pageColumns>;

/** Maximum changes that one statement reads of histories, except for a single page that is larger. That takes a few milliseconds on SQLite. */
const MAX_STATEMENT_CHANGES = 2_000;

type ReadChanges = Pick<Inventory, 'histories' | 'changesAt' | 'lastPosition' | 'marksAt'> &
  ReturnType<typeof createReadWindows> &
  ReturnType<typeof createReadGroups>;

/** The inventory's reads of the log on this store. All but `lastPosition` and `marksAt` charge the meter, and throw what it throws. */
export function createReadChanges(store: Store): ReadChanges {
  const loadHistories = createLoadHistories(store);
  const loadChanges = createLoadChanges(store);
  const toChanges = createToChanges(store);
  return {
    async histories(supplierId, pages, meter = unmetered) {
      const keys = pages.map(({ skuId, newest, limit }, i) => ({
        i,
        supplier_id: supplierId,
        sku_id: skuId,
        newest,
        count: limit,
      }));
      const rows: (InventoryChangeTable & { readonly i: number })[] = [];
      for (const part of partsOf(keys)) {
        if (rows.length > 0) await nextTurn();
        const found = await loadHistories(store.db, part);
        meter.spend(found.length);
        rows.push(...found);
      }
      const changes = await toChanges(store.db, rows);
      const byPage = Map.groupBy(changes, (_change, at) => rows[at]?.i);
      return pages.map((_page, i) => (byPage.get(i) ?? []).toSorted((a, b) => b.version - a.version));
    },

    ...createReadWindows(store),
    ...createReadGroups(store),

    async changesAt(supplierId, positions, meter = unmetered) {
      const sorted = [...new Set(positions)].toSorted((a, b) => a - b);
      const changes: InventoryChange[] = [];
      for (let start = 0; start < sorted.length; start += MAX_STATEMENT_CHANGES) {
        if (start > 0) await nextTurn();
        const part = sorted.slice(start, start + MAX_STATEMENT_CHANGES);
        const found = await loadChanges(
          store.db,
          part.map((position) => ({ supplier_id: supplierId, position })),
        );
        meter.spend(part.length);
        changes.push(...found);
      }
      return changes.toSorted((a, b) => (a.position ?? 0) - (b.position ?? 0));
    },

    lastPosition: (supplierId) => loadLastPosition(store, supplierId),
    marksAt: createReadMarks(store),
  };
}

/** Splits pages into parts of at most MAX_STATEMENT_CHANGES changes, one statement each. */
function partsOf(pages: readonly PageKey[]): PageKey[][] {
  const parts: PageKey[][] = [];
  let room = 0;
  for (const page of pages) {
    if (room < page.count) {
      parts.push([]);
      room = MAX_STATEMENT_CHANGES;
    }
    parts.at(-1)?.push(page);
    room -= page.count;
  }
  return parts;
}

/**
 * Reads pages of histories by a recursive query. Each change names the SKU's previous change, so the query follows these links by the
 * log's primary key. An index by SKU would cost every update one more page at commit.
 */
function createLoadHistories(store: Store) {
  return createSetStatement(store, pageColumns, (db) =>
    db
      .withRecursive('link', (cte) =>
        cte
          .selectFrom('item')
          .innerJoin('sku', (join) =>
            join.onRef('sku.supplier_id', '=', 'item.supplier_id').onRef('sku.sku_id', '=', 'item.sku_id'),
          )
          .innerJoin('inventory_change as change', (join) =>
            join
              .onRef('change.supplier_id', '=', 'item.supplier_id')
              .onRef('change.sku_id', '=', 'item.sku_id')
              .on(sql<boolean>`change.position = coalesce(item.newest, sku.last_change_position)`),
          )
          .selectAll('change')
          .select(['item.i', 'item.count'])
          .unionAll(
            cte
              .selectFrom('link')
              .innerJoin('inventory_change as change', (join) =>
                join
                  .onRef('change.supplier_id', '=', 'link.supplier_id')
                  .onRef('change.position', '=', 'link.previous_position'),
              )
              .where(sql<boolean>`link.count > 1`)
              .selectAll('change')
              .select(['link.i', sql<number>`link.count - 1`.as('count')]),
          ),
      )
      .selectFrom('link')
      .selectAll(),
  );
}
