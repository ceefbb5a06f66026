/** Reads the feed of changes in windows, in either direction. Each statement looks at a bounded slice of the log, or of the index of groups. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { unmetered, type Inventory, type ReadMeter } from '../../domain/inventory.ts';
import type { ChangeFilter, ChangesWindow, WindowSize } from '../../domain/change.ts';
import type { Store } from '../store/store.ts';
import { createToChanges } from './shared-texts.ts';
import type { InventoryChangeTable } from '../store/tables.ts';
import {
  changesFrom,
  createPasses,
  filteredChanges,
  isFilter,
  isOfGroup,
  type Direction,
} from './change-conditions.ts';

/** Maximum changes that one statement looks at. That takes 1 to 3 ms on SQLite, whose statements block the thread. */
const SLICE_ROWS = 1_000;

/** What one statement looks at. */
interface Range {
  /** Start after this position, in the direction of the window. */
  readonly position: number;
  /** End at this position. */
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

/** Reads the next slice of a window. */
export type ReadSlice = (range: Range) => Promise<Slice>;

/**
 * The inventory's reads of the feed on this store. A window's `position` is after every change that was looked at, so a filter that
 * matches nothing still advances. All charge the meter, and throw what it throws.
 */
export function createReadWindows(
  store: Store,
): Pick<Inventory, 'changesAfter' | 'changesWindow' | 'changesBackwards'> {
  const changesWindow = createReadWindow(store, 1);
  return {
    changesWindow,
    changesBackwards: createReadWindow(store, -1),
    changesAfter: async (supplierId, position, filter, limit, meter) => {
      const size = { limit, maxScan: Number.MAX_SAFE_INTEGER };
      return [...(await changesWindow(supplierId, position, filter, size, meter)).changes];
    },
  };
}

function createReadWindow(store: Store, direction: Direction): Inventory['changesWindow'] {
  const toChanges = createToChanges(store);
  const readInSlices = createReadInSlices(store, direction);
  return (supplierId, position, filter, size, meter) =>
    isFilter(filter)
      ? readInSlices(supplierId, position, size, createReadSlice(store, supplierId, filter, direction), meter)
      : readAll(store, toChanges, supplierId, position, size, direction);
}

/** Reads a window slice by slice, with a turn of the event loop after each. */
export function createReadInSlices(store: Store, direction: Direction) {
  const toChanges = createToChanges(store);
  return async (
    supplierId: string,
    position: number,
    size: WindowSize,
    readSlice: ReadSlice,
    meter: ReadMeter = unmetered,
  ): Promise<ChangesWindow> => {
    // Read before the log, so that changes committed meanwhile are left to the next window and `isEnd` is right.
    const { horizon, newest } = await loadEnds(store, supplierId);
    const { until = direction > 0 ? newest + 1 : 0 } = size;
    const last = direction > 0 ? Math.min(newest, until - 1) : Math.max(horizon + 1, until + 1);
    const isBefore = (a: number, b: number) => (b - a) * direction > 0;
    const found: InventoryChangeTable[] = [];
    let reached = direction > 0 ? Math.max(position, horizon) : Math.min(position, newest + 1);
    let scanned = 0;
    while (isBefore(reached, last) && found.length < size.limit && scanned < size.maxScan) {
      if (scanned > 0) await nextTurn();
      const rows = Math.min(SLICE_ROWS, size.maxScan - scanned);
      const slice = await readSlice({ position: reached, last, rows, limit: size.limit - found.length });
      meter.spend(slice.scanned);
      found.push(...slice.rows);
      reached = slice.position;
      scanned += slice.scanned;
    }
    return { changes: await toChanges(store.db, found), position: reached, isEnd: !isBefore(reached, last) };
  };
}

/** A window without a filter. Positions have no gaps, so one statement with a limit finds its changes without scanning others. */
async function readAll(
  store: Store,
  toChanges: ReturnType<typeof createToChanges>,
  supplierId: string,
  position: number,
  { limit, maxScan, until }: WindowSize,
  direction: Direction,
): Promise<ChangesWindow> {
  const count = Math.min(limit, maxScan);
  const end = until === undefined ? undefined : until - direction;
  const rows =
    store.kind === 'postgres'
      ? await readBounded(store, supplierId, { position, end, count }, direction)
      : await changesFrom(store, supplierId, position, end, direction).limit(count).execute();
  const changes = await toChanges(store.db, rows);
  return { changes, position: rows.at(-1)?.position ?? position, isEnd: rows.length < count };
}

interface Run {
  readonly position: number;
  readonly end: number | undefined;
  readonly count: number;
}

/** Reads a run that is bounded at both ends, so that PostgreSQL looks into few partitions, and plans for these alone. */
async function readBounded(
  store: Store,
  supplierId: string,
  { position, end, count }: Run,
  direction: Direction,
): Promise<InventoryChangeTable[]> {
  if (direction < 0) {
    const { newest } = await loadEnds(store, supplierId);
    const start = Math.min(position, newest + 1);
    const last = Math.max(end ?? 1, start - count);
    return changesFrom(store, supplierId, start, last, direction).limit(count).execute();
  }
  for (let start = position; ;) {
    const last = Math.min(end ?? Infinity, start + count);
    const rows = await changesFrom(store, supplierId, start, last, direction).limit(count).execute();
    if (rows.length === count) return rows;
    // Few rows: it is the end of the log, or the run begins before the horizon.
    const { horizon } = await loadEnds(store, supplierId);
    if (horizon <= start) return rows;
    start = horizon;
  }
}

function createReadSlice(
  store: Store,
  supplierId: string,
  filter: ChangeFilter,
  direction: Direction,
): ReadSlice {
  if (filter.groupId !== undefined)
    return createReadGroup(store, supplierId, filter.groupId, filter, direction);
  return async ({ position, last, rows, limit }) => {
    const upTo = direction > 0 ? Math.min(last, position + rows) : Math.max(last, position - rows);
    const changes = changesFrom(store, supplierId, position, upTo, direction);
    const found = await filteredChanges(changes, store.kind, filter).limit(limit).execute();
    const reached = found.length < limit ? upTo : (found.at(-1)?.position ?? upTo);
    return { rows: found, position: reached, scanned: Math.abs(reached - position) };
  };
}

/** Reads a group's changes by the index of groups. A group is small, so the filter's other conditions are checked in memory. */
function createReadGroup(
  store: Store,
  supplierId: string,
  groupId: string,
  filter: ChangeFilter,
  direction: Direction,
): ReadSlice {
  const passes = createPasses(filter);
  return async ({ position, last, rows, limit }) => {
    const ofGroup = await changesFrom(store, supplierId, position, last, direction)
      .where(isOfGroup(store.kind, groupId))
      .limit(rows)
      .execute();
    const found = ofGroup.filter(passes).slice(0, limit);
    const isWhole = found.length < limit && ofGroup.length < rows;
    const reached = (found.length < limit ? ofGroup : found).at(-1)?.position ?? last;
    return {
      rows: found,
      position: isWhole ? last : reached,
      scanned: Math.max(1, ofGroup.length),
    };
  };
}

/** The position of the supplier's newest change, or 0 if there is none or no such supplier. */
export async function loadLastPosition(store: Store, supplierId: string): Promise<number> {
  return (await loadEnds(store, supplierId)).newest;
}

/** The position up to which the supplier's changes were pruned, and that of the newest one. */
async function loadEnds({ points: db }: Store, supplierId: string) {
  const row = await db
    .selectFrom('supplier')
    .select(['pruned_position as horizon', 'last_position as newest'])
    .where('supplier_id', '=', supplierId)
    .executeTakeFirst();
  return row ?? { horizon: 0, newest: 0 };
}
