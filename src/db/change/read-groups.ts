/** Reads the log by groups: the newest change of each, parts of some, and how many changes they have. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql, type SqlBool } from 'kysely';
import { unmetered, type Inventory } from '../../domain/inventory.ts';
import type { Store } from '../store/store.ts';
import { changesFrom, filteredChanges, isOfGroup, type Changes } from './change-conditions.ts';
import { createReadInSlices, createReadRun } from './change-windows.ts';
import { createToChanges } from './shared-texts.ts';

/** Maximum changes that one statement counts. That takes about a millisecond on SQLite. */
const COUNTED_ROWS = 5_000;

/** The inventory's reads of groups on this store. All charge the meter, and throw what it throws. */
export function createReadGroups(
  store: Store,
): Pick<Inventory, 'newestOfGroups' | 'groupPages' | 'groupSizes'> {
  const readInSlices = createReadInSlices(store, -1);
  const toChanges = createToChanges(store);
  return {
    newestOfGroups: (supplierId, position, filter, size, meter) => {
      const readSlice = createReadRun(store, supplierId, -1, (changes) =>
        newestOnly(store, filteredChanges(changes, store.kind, filter)),
      );
      return readInSlices(supplierId, position, size, readSlice, meter);
    },

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

/** Leaves out changes whose group has a newer one. Each looks into the index of groups once. */
function newestOnly({ kind }: Store, changes: Changes): Changes {
  const isSame = sql<SqlBool>`later.group_id = inventory_change.group_id`;
  return changes.where(
    sql<SqlBool>`(group_id is null or not exists (select 1 from inventory_change as later
      where later.supplier_id = inventory_change.supplier_id
        and ${kind === 'sqlite' ? sql`likelihood(${isSame}, 0.0001)` : isSame}
        and later.position > inventory_change.position))`,
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
