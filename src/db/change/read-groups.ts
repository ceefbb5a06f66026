/** Reads the log by groups: the newest change of each, parts of some, and how many changes they have. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import type { ChangeFilter } from '../../domain/change.ts';
import { unmetered, type Inventory } from '../../domain/inventory.ts';
import { pick, text } from '../store/columns.ts';
import { createSetStatement } from '../store/set-statement.ts';
import type { Store } from '../store/store.ts';
import { tables } from '../store/tables.ts';
import { changesFrom, filteredChanges, isOfGroup } from './change-conditions.ts';
import { createReadInSlices, type ReadSlice } from './change-windows.ts';
import { createLoadRows, createToChanges } from './shared-texts.ts';

/** Changes that the first slice of a window looks at. Each next slice is twice as large, because most pages are full early. */
const FIRST_ROWS = 128;

/** Maximum changes that one statement counts. That takes about a millisecond on SQLite. */
const COUNTED_ROWS = 5_000;

/** The inventory's reads of groups on this store. All charge the meter, and throw what it throws. */
export function createReadGroups(
  store: Store,
): Pick<Inventory, 'newestOfGroups' | 'groupPages' | 'groupSizes'> {
  const readInSlices = createReadInSlices(store, -1);
  const newestOf = createReadNewest(store);
  const toChanges = createToChanges(store);
  return {
    newestOfGroups: (supplierId, position, filter, size, meter) =>
      readInSlices(supplierId, position, size, newestOf(supplierId, filter), meter),

    async groupPages(supplierId, pages, meter = unmetered) {
      const read = [];
      for (const { groupId, behind, limit } of pages) {
        if (read.length > 0) await nextTurn();
        const rows = await changesFrom(store, supplierId, behind, undefined, 1)
          .where(isOfGroup(store.kind, groupId))
          .limit(limit)
          .execute();
        meter.spend(rows.length);
        read.push(await toChanges(store.db, rows));
      }
      return read;
    },

    async groupSizes(supplierId, groupIds, atMost, meter = unmetered) {
      const sizes = [];
      for (const groupId of groupIds) {
        let size = 0;
        for (let behind = 0, isMore = true; isMore;) {
          const part = await countPart(store, supplierId, groupId, behind);
          meter.spend(part.size);
          await nextTurn();
          size += part.size;
          behind = part.last ?? behind;
          isMore = part.size === COUNTED_ROWS && size <= atMost;
        }
        sizes.push(Math.min(size, atMost + 1));
      }
      return sizes;
    },
  };
}

/**
 * Prepares the slices of a window of newest changes. A group that the window has met is done: its older changes are left out in memory.
 * So a large group costs one look into the index of groups, and not one for each of its changes.
 */
function createReadNewest(store: Store) {
  const loadRows = createLoadRows(store);
  const findOlder = createFindOlder(store);
  return (supplierId: string, filter: ChangeFilter): ReadSlice => {
    const met = new Set<string>();
    let most = FIRST_ROWS;
    return async ({ position, last, rows, limit }) => {
      const upTo = Math.max(last, position - Math.min(rows, most));
      most *= 2;
      const changes = await filteredChanges(
        changesFrom(store, supplierId, position, upTo, -1),
        store.kind,
        filter,
      )
        .clearSelect()
        .select(['supplier_id', 'position', 'group_id'])
        .execute();
      const fresh = changes.filter(({ group_id }) => {
        if (group_id === null) return true;
        const isFirst = !met.has(group_id);
        met.add(group_id);
        return isFirst;
      });
      const grouped = fresh.flatMap(({ group_id, ...place }) =>
        group_id === null ? [] : [{ ...place, group_id }],
      );
      const probed = grouped.length > 0 ? await findOlder(store.db, grouped) : [];
      const older = new Set(probed.flatMap((change) => (change.is_older ? [change.position] : [])));
      const newest = fresh.filter((change) => !older.has(change.position)).slice(0, limit);
      const loaded = newest.length > 0 ? await loadRows(store.db, newest) : [];
      const reached = newest.length < limit ? upTo : (newest.at(-1)?.position ?? upTo);
      return {
        rows: loaded.toSorted((a, b) => b.position - a.position),
        position: reached,
        scanned: position - reached,
      };
    };
  };
}

const groupedColumns = {
  ...pick(tables.inventory_change.columns, 'supplier_id', 'position'),
  group_id: text(),
};

/** Prepares a statement that finds out whether the group of a change has a newer one. */
function createFindOlder(store: Store) {
  const isSame = sql`later.group_id = item.group_id`;
  const isOlder = sql<boolean>`exists (select 1 from inventory_change as later
    where later.supplier_id = item.supplier_id
      and ${store.kind === 'sqlite' ? sql`likelihood(${isSame}, 0.0001)` : isSame}
      and later.position > item.position)`;
  return createSetStatement(store, groupedColumns, (db) =>
    db.selectFrom('item').select(['item.position', isOlder.as('is_older')]),
  );
}

/** Counts the group's changes behind a position, up to COUNTED_ROWS. */
async function countPart(store: Store, supplierId: string, groupId: string, behind: number) {
  const part = changesFrom(store, supplierId, behind, undefined, 1)
    .clearSelect()
    .select('position')
    .where(isOfGroup(store.kind, groupId))
    .limit(COUNTED_ROWS)
    .as('part');
  return store.db
    .selectFrom(part)
    .select(({ fn }) => [fn.countAll<number>().as('size'), fn.max('position').as('last')])
    .executeTakeFirstOrThrow();
}
