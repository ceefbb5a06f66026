/** Reads the log of changes: a SKU's history, and the feed of a supplier. */
import { sql, type ExpressionBuilder, type SqlBool } from 'kysely';
import type { ChangeFilter, Inventory } from '../inventory.ts';
import { toChange } from './change-row.ts';
import type { Store } from './open.ts';
import { createSetStatement } from './set-statement.ts';
import type { InventoryChangeTable, Tables } from './tables.ts';

/** Which change of which SKU. */
interface VersionKey {
  /** Which of those that are asked for: the same SKU may be asked for more than once. */
  readonly i: number;
  readonly supplier_id: string;
  readonly sku_id: string;
  /** The change with this version, and the ones before it down to `from`. */
  readonly version: number;
  readonly from: number;
}

type ReadChanges = Pick<Inventory, 'histories' | 'changesAfter' | 'changesAt' | 'lastPosition'>;

export function createReadChanges(store: Store): ReadChanges {
  const loadVersions = createLoadVersions(store);
  return {
    async histories(supplierId, pages) {
      // Versions have no gap, so a page is a range of them, and many pages are one join.
      const rows = await loadVersions(
        store.db,
        pages.map(({ skuId, before, limit }, i) => ({
          i,
          supplier_id: supplierId,
          sku_id: skuId,
          version: before - 1,
          from: Math.max(before - limit, 1),
        })),
      );
      const byPage = Map.groupBy(rows, ({ i }) => i);
      return pages.map((_page, i) =>
        (byPage.get(i) ?? []).map(toChange).toSorted((a, b) => b.version - a.version),
      );
    },

    async changesAfter(supplierId, position, filter, limit) {
      const rows = await filterChanges(store, supplierId, filter)
        .where('position', '>', position)
        .orderBy('position')
        .limit(limit)
        .execute();
      return rows.map(toChange);
    },

    async changesAt(supplierId, positions) {
      const rows = await store.db
        .selectFrom('inventory_change')
        .selectAll()
        .where('supplier_id', '=', supplierId)
        .where('position', 'in', [...positions])
        .orderBy('position')
        .execute();
      return rows.map(toChange);
    },

    lastPosition: (supplierId) => loadLastPosition(store, supplierId),
  };
}

async function loadLastPosition({ db }: Store, supplierId: string): Promise<number> {
  const row = await db
    .selectFrom('supplier')
    .select('last_position')
    .where('supplier_id', '=', supplierId)
    .executeTakeFirst();
  return row?.last_position ?? 0;
}

function filterChanges(store: Store, supplierId: string, { skuIds, sources, groupId }: ChangeFilter) {
  return store.db
    .selectFrom('inventory_change')
    .selectAll()
    .where('supplier_id', '=', supplierId)
    .where((eb) =>
      eb.and([
        ...(skuIds ? [isOneOf(eb, 'sku_id', skuIds)] : []),
        ...(sources ? [isOneOf(eb, 'source', sources)] : []),
      ]),
    )
    .$if(groupId !== undefined, (query) => query.where('group_id', '=', groupId ?? null));
}

/** An empty list lets nothing through. */
function isOneOf(
  eb: ExpressionBuilder<Tables, 'inventory_change'>,
  column: 'sku_id' | 'source',
  values: readonly string[],
) {
  return values.length > 0 ? eb(column, 'in', [...values]) : sql<SqlBool>`1 = 0`;
}

/** Changes by SKU and range of versions, in one statement. */
export function createLoadVersions(store: Store) {
  return createSetStatement<VersionKey, InventoryChangeTable & Pick<VersionKey, 'i'>>(
    store,
    { i: 'integer', supplier_id: 'text', sku_id: 'text', version: 'integer', from: 'integer' },
    (db) =>
      db
        .selectFrom('item')
        .innerJoin('inventory_change', (join) =>
          join
            .onRef('inventory_change.supplier_id', '=', 'item.supplier_id')
            .onRef('inventory_change.sku_id', '=', 'item.sku_id')
            .on(sql<boolean>`inventory_change.version between item."from" and item.version`),
        )
        .selectAll('inventory_change')
        .select('item.i'),
  );
}
