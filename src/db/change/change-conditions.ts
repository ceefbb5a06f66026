/** Runs of the log in either direction, and the conditions of a filter of changes, in SQL and in memory. */
import { sql, type SelectQueryBuilder, type SqlBool } from 'kysely';
import type { ChangeFilter } from '../../domain/change.ts';
import type { Store, StoreKind } from '../store/store.ts';
import type { InventoryChangeTable, Tables } from '../store/tables.ts';
import { isOneOf } from '../store/text-list.ts';

/** 1 reads the oldest first, -1 the newest. */
export type Direction = 1 | -1;

type Changes = SelectQueryBuilder<Tables, 'inventory_change', InventoryChangeTable>;

/** Whether the filter has a condition. */
export function isFilter(filter: ChangeFilter): boolean {
  return Object.values(filter).some((condition) => condition !== undefined);
}

/** The supplier's changes behind a position, in the direction, up to and including `last`, past the horizon. */
export function changesFrom(
  store: Store,
  supplierId: string,
  position: number,
  last: number | undefined,
  direction: Direction,
): Changes {
  const isAscending = direction > 0;
  // Changes before the horizon that are kept are no part of the log any more. SQLite and PostgreSQL evaluate the bound once.
  const horizon = sql<number>`(select pruned_position from supplier where supplier_id = ${supplierId})`;
  const lowest = isAscending ? position : (last ?? 1) - 1;
  const highest = isAscending ? last : position - 1;
  return (
    store.db
      .selectFrom('inventory_change')
      .selectAll()
      .where('supplier_id', '=', supplierId)
      // PostgreSQL chooses partitions by a bound of its own, before it knows the horizon.
      .$if(store.kind === 'sqlite', (query) =>
        query.where('position', '>', sql<number>`max(${lowest}, ${horizon})`),
      )
      .$if(store.kind === 'postgres', (query) =>
        query.where('position', '>', lowest).where('position', '>', horizon),
      )
      .$if(highest !== undefined, (query) => query.where('position', '<=', highest ?? 0))
      .orderBy('position', isAscending ? 'asc' : 'desc')
  );
}

/** Adds the conditions of the filter, except for `groupId`, which needs the index of groups. */
export function filteredChanges(changes: Changes, kind: StoreKind, filter: ChangeFilter): Changes {
  const { skuIds, sources, actors, changedAfter, changedBefore } = filter;
  return changes
    .$if(skuIds !== undefined, (query) => query.where(isOneOf(kind, 'sku_id', skuIds ?? [])))
    .$if(sources !== undefined, (query) => query.where(isOneOf(kind, 'source', sources ?? [])))
    .$if(actors !== undefined, (query) => query.where(isOneOf(kind, 'actor', actors ?? [])))
    .$if(changedAfter !== undefined, (query) => query.where('changed_at', '>', changedAfter ?? ''))
    .$if(changedBefore !== undefined, (query) => query.where('changed_at', '<', changedBefore ?? ''));
}

/** The same conditions in memory. */
export function createPasses(filter: ChangeFilter): (row: InventoryChangeTable) => boolean {
  const { skuIds, sources, actors, changedAfter, changedBefore } = filter;
  const namedSkus = skuIds && new Set(skuIds);
  const namedActors = actors && new Set(actors);
  return ({ sku_id, source, actor, changed_at }) =>
    (namedSkus?.has(sku_id) ?? true) &&
    (sources?.includes(source) ?? true) &&
    (namedActors?.has(actor) ?? true) &&
    (changedAfter === undefined || changed_at > changedAfter) &&
    (changedBefore === undefined || changed_at < changedBefore);
}

/** SQLite would scan the log instead. `likelihood` tells its planner that few changes are in a group, so that it uses the index. */
export function isOfGroup(kind: StoreKind, groupId: string) {
  return kind === 'sqlite'
    ? sql<SqlBool>`likelihood(group_id = ${groupId}, 0.0001)`
    : sql<SqlBool>`group_id = ${groupId}`;
}
