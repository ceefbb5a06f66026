/** Reads the feed of changes in windows. Each statement looks at a bounded slice of the log, or of the index of groups. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql, type SqlBool } from 'kysely';
import { unmetered, type Inventory } from '../../domain/inventory.ts';
import type { ChangeFilter, ChangesWindow, WindowSize } from '../../domain/change.ts';
import type { Store, StoreKind } from '../store/store.ts';
import { createToChanges } from './shared-texts.ts';
import type { InventoryChangeTable } from '../store/tables.ts';
import { isOneOf } from '../store/text-list.ts';

/** Maximum changes that one statement looks at. That takes 1 to 3 ms on SQLite, whose statements block the thread. */
const SLICE_ROWS = 1_000;

/** What one statement looks at. */
interface Range {
  /** Start after this position. */
  readonly position: number;
  /** End at this position: the supplier's last position when the window began. */
  readonly last: number;
  /** Maximum changes to look at. */
  readonly rows: number;
  /** Maximum changes to return. */
  readonly limit: number;
}

interface Slice {
  readonly rows: readonly InventoryChangeTable[];
  /** Every change up to this position was looked at. */
  readonly position: number;
  readonly scanned: number;
}

type ReadSlice = (range: Range) => Promise<Slice>;

/**
 * The inventory's `changesWindow` and `changesAfter` on this store. A window's `position` is after every change that was looked at,
 * so a filter that matches nothing still advances. Both charge the meter, and throw what it throws.
 */
export function createReadWindows(store: Store): Pick<Inventory, 'changesAfter' | 'changesWindow'> {
  const toChanges = createToChanges(store);
  const changesWindow: Inventory['changesWindow'] = async (supplierId, position, filter, size, meter) => {
    if (!isFilter(filter)) return readAll(store, toChanges, supplierId, position, size);
    // Read before the log, so that changes committed meanwhile are left to the next window and `isEnd` is right.
    const last = await loadLastPosition(store, supplierId);
    const readSlice = createReadSlice(store, supplierId, filter);
    const found: InventoryChangeTable[] = [];
    let reached = position;
    let scanned = 0;
    while (reached < last && found.length < size.limit && scanned < size.maxScan) {
      if (scanned > 0) await nextTurn();
      const rows = Math.min(SLICE_ROWS, size.maxScan - scanned);
      const slice = await readSlice({ position: reached, last, rows, limit: size.limit - found.length });
      (meter ?? unmetered).spend(slice.scanned);
      found.push(...slice.rows);
      reached = slice.position;
      scanned += slice.scanned;
    }
    return { changes: await toChanges(store.db, found), position: reached, isEnd: reached >= last };
  };
  return {
    changesWindow,
    changesAfter: async (supplierId, position, filter, limit, meter) => {
      const size = { limit, maxScan: Number.MAX_SAFE_INTEGER };
      return [...(await changesWindow(supplierId, position, filter, size, meter)).changes];
    },
  };
}

function isFilter({ skuIds, sources, groupId }: ChangeFilter): boolean {
  return (skuIds ?? sources ?? groupId) !== undefined;
}

/** A window without a filter. Positions have no gaps, so one statement with a limit finds its changes without scanning others. */
async function readAll(
  store: Store,
  toChanges: ReturnType<typeof createToChanges>,
  supplierId: string,
  position: number,
  { limit, maxScan }: WindowSize,
): Promise<ChangesWindow> {
  const count = Math.min(limit, maxScan);
  const rows = await changesBehind(store, supplierId, position).limit(count).execute();
  const changes = await toChanges(store.db, rows);
  return { changes, position: rows.at(-1)?.position ?? position, isEnd: rows.length < count };
}

function createReadSlice(store: Store, supplierId: string, filter: ChangeFilter): ReadSlice {
  const { skuIds, sources, groupId } = filter;
  if (groupId !== undefined) return createReadGroup(store, supplierId, groupId, filter);
  return async ({ position, last, rows, limit }) => {
    const upTo = Math.min(last, position + rows);
    const found = await changesBehind(store, supplierId, position)
      .where('position', '<=', upTo)
      .$if(skuIds !== undefined, (query) => query.where(isOneOf(store.kind, 'sku_id', skuIds ?? [])))
      .$if(sources !== undefined, (query) => query.where(isOneOf(store.kind, 'source', sources ?? [])))
      .limit(limit)
      .execute();
    const reached = found.length < limit ? upTo : (found.at(-1)?.position ?? upTo);
    return { rows: found, position: reached, scanned: reached - position };
  };
}

/** Reads a group's changes by the index of groups. A group is small, so the filter's other conditions are checked in memory. */
function createReadGroup(
  store: Store,
  supplierId: string,
  groupId: string,
  { skuIds, sources }: ChangeFilter,
): ReadSlice {
  const named = skuIds && new Set(skuIds);
  return async ({ position, last, rows, limit }) => {
    const ofGroup = await changesBehind(store, supplierId, position)
      .where('position', '<=', last)
      .where(isOfGroup(store.kind, groupId))
      .limit(rows)
      .execute();
    const passing = ofGroup.filter(
      ({ sku_id, source }) => (named?.has(sku_id) ?? true) && (sources?.includes(source) ?? true),
    );
    const found = passing.slice(0, limit);
    const isWhole = found.length < limit && ofGroup.length < rows;
    const reached = (found.length < limit ? ofGroup : found).at(-1)?.position ?? last;
    return {
      rows: found,
      position: isWhole ? last : reached,
      scanned: Math.max(1, ofGroup.length),
    };
  };
}

/** SQLite would scan the log instead. `likelihood` tells its planner that few changes are in a group, so that it uses the index. */
function isOfGroup(kind: StoreKind, groupId: string) {
  return kind === 'sqlite'
    ? sql<SqlBool>`likelihood(group_id = ${groupId}, 0.0001)`
    : sql<SqlBool>`group_id = ${groupId}`;
}

function changesBehind(store: Store, supplierId: string, position: number) {
  return store.db
    .selectFrom('inventory_change')
    .selectAll()
    .where('supplier_id', '=', supplierId)
    .where('position', '>', position)
    .orderBy('position');
}

/** The position of the supplier's newest change, or 0 if there is none or no such supplier. */
export async function loadLastPosition({ points: db }: Store, supplierId: string): Promise<number> {
  const row = await db
    .selectFrom('supplier')
    .select('last_position')
    .where('supplier_id', '=', supplierId)
    .executeTakeFirst();
  return row?.last_position ?? 0;
}
