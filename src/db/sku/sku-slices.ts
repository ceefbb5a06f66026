/** Reads a catalog in slices. Each statement looks at a bounded number of SKUs, because a running SQLite statement cannot be stopped. */
import { sql, type RawBuilder, type SqlBool } from 'kysely';
import type { SkuOrder } from '../../domain/sku.ts';
import type { Store, StoreKind } from '../store/store.ts';
import type { SkuTable } from '../store/tables.ts';
import { isOneOf } from '../store/text-list.ts';

/** SKUs in the first slice. It is larger on PostgreSQL, where the round trip costs more than a small slice. */
const FIRST_ROWS: Record<StoreKind, number> = { sqlite: 256, postgres: 1_024 };
/** Maximum SKUs in a slice. */
const MOST_ROWS: Record<StoreKind, number> = { sqlite: 4_096, postgres: 8_192 };
/** Minimum SKUs in a slice, except for a first slice that the caller sets. */
const FEWEST_ROWS = 64;
/**
 * Target time of a slice, in milliseconds. After a longer one the next slice is halved, after one of less than half it is doubled.
 * The target is short on SQLite, whose statements block the thread.
 */
const SLICE_MS: Record<StoreKind, number> = { sqlite: 3, postgres: 20 };

/** The column that each order sorts by. Every order also sorts by `sku_id` last, so that equal values cannot repeat or skip SKUs between pages. */
export const orderColumns = {
  SKU_ID: 'sku_id',
  UPDATED_AT: 'updated_at',
  QUANTITY_IN_STOCK: 'quantity_in_stock',
} as const satisfies Record<SkuOrder, keyof SkuTable>;

/** What one statement looks at: a run of SKUs in the order of skuId, or the SKUs with these IDs. */
export type Slice =
  | {
      /** The slice starts after this skuId. Null starts at the first SKU, or at the last if `descending`. */
      readonly behind: string | null;
      readonly descending: boolean;
      /** SKUs to look at. */
      readonly rows: number;
    }
  | { readonly skuIds: readonly string[] };

/** Which rows of a slice to return. */
export interface SliceQuery {
  readonly conditions: readonly RawBuilder<SqlBool>[];
  readonly orderBy: RawBuilder<unknown>;
  readonly limit: number;
}

/** The result of reading a slice. */
export interface ReadSlice<T> {
  readonly found: T;
  /** The number of SKUs looked at, whether they match or not. */
  readonly scanned: number;
  /** The last skuId that was looked at. Null means that nothing follows. */
  readonly reached: string | null;
}

/** Sets the number of SKUs of the next slice (`rows`) from the time that the last one took (`note`, in milliseconds). */
export function createSliceSize(kind: StoreKind, first = FIRST_ROWS[kind]) {
  let rows = Math.min(first, MOST_ROWS[kind]);
  return {
    rows: () => rows,
    note: (elapsedMs: number) => {
      if (elapsedMs > SLICE_MS[kind]) rows = Math.max(FEWEST_ROWS, rows >> 1);
      else if (elapsedMs < SLICE_MS[kind] / 2) rows = Math.min(MOST_ROWS[kind], rows * 2);
    },
  };
}

/** Reads the rows of the slice that meet the query's conditions, in its order and up to its limit. */
export async function readRows(
  store: Store,
  supplierId: string,
  slice: Slice,
  query: SliceQuery,
): Promise<ReadSlice<SkuTable[]>> {
  const end = sql`order by ${query.orderBy} limit ${query.limit}`;
  if ('skuIds' in slice) {
    const from = fromIds(store, supplierId, slice.skuIds, query.conditions);
    const { rows } = await sql<SkuTable>`select sku.* ${from} ${end}`.execute(store.db);
    return { found: rows, scanned: slice.skuIds.length, reached: null };
  }
  type Row = SliceEnd & (SkuTable | { sku_id: null });
  const { with: slices, from } = fromRange(supplierId, slice, query.conditions);
  const { rows } = await sql<Row>`${slices} select slice.last_id, slice.size, sku.* ${from} ${end}`.execute(
    store.db,
  );
  return {
    found: rows.filter((row): row is SliceEnd & SkuTable => row.sku_id !== null),
    ...endOf(rows, slice),
  };
}

/** Where a SKU stands in an order. */
export interface SkuPlace {
  sku_id: string;
  /** The value of the order's column. */
  value: string | number;
}

/** Reads the places of the slice's SKUs that meet the conditions, in the order of skuId. */
export async function readPlaces(
  store: Store,
  supplierId: string,
  slice: Slice,
  { conditions, order }: { readonly conditions: SliceQuery['conditions']; readonly order: SkuOrder },
): Promise<ReadSlice<SkuPlace[]>> {
  const value = sql.ref(orderColumns[order]);
  const end = sql`order by sku_id ${'descending' in slice && slice.descending ? sql`desc` : sql`asc`}`;
  if ('skuIds' in slice) {
    const from = fromIds(store, supplierId, slice.skuIds, conditions);
    const { rows } = await sql<SkuPlace>`select sku_id, ${value} as value ${from} ${end}`.execute(store.db);
    return { found: rows, scanned: slice.skuIds.length, reached: null };
  }
  type Row = SliceEnd & (SkuPlace | { sku_id: null });
  const { with: slices, from } = fromRange(supplierId, slice, conditions);
  const { rows } = await sql<Row>`${slices}
    select slice.last_id, slice.size, sku_id, ${value} as value ${from} ${end}`.execute(store.db);
  return {
    found: rows.filter((row): row is SliceEnd & SkuPlace => row.sku_id !== null),
    ...endOf(rows, slice),
  };
}

/** Counts the SKUs of the slice that meet the conditions. */
export async function countRows(
  store: Store,
  supplierId: string,
  slice: Slice,
  conditions: SliceQuery['conditions'],
): Promise<ReadSlice<number>> {
  if ('skuIds' in slice) {
    const from = fromIds(store, supplierId, slice.skuIds, conditions);
    const { rows } = await sql<{ found: number }>`select count(*) as found ${from}`.execute(store.db);
    return { found: rows[0]?.found ?? 0, scanned: slice.skuIds.length, reached: null };
  }
  const { with: slices, from } = fromRange(supplierId, slice, conditions);
  const { rows } = await sql<SliceEnd & { found: number }>`${slices}
    select max(slice.last_id) as last_id, max(slice.size) as size, count(sku.sku_id) as found ${from}`.execute(
    store.db,
  );
  return { found: rows[0]?.found ?? 0, ...endOf(rows, slice) };
}

interface SliceEnd {
  last_id: string | null;
  size: number;
}

function endOf([row]: readonly SliceEnd[], { rows }: { readonly rows: number }) {
  const scanned = row?.size ?? 0;
  return { scanned, reached: scanned < rows ? null : (row?.last_id ?? null) };
}

/** A deleted SKU keeps its row, because its changes refer to it. */
const isListed = sql`deleted_at is null`;

function fromIds(
  { kind }: Store,
  supplierId: string,
  skuIds: readonly string[],
  conditions: SliceQuery['conditions'],
) {
  return sql`from sku where ${sql.join(
    [sql`supplier_id = ${supplierId}`, isListed, isOneOf(kind, 'sku_id', skuIds), ...conditions],
    sql` and `,
  )}`;
}

/**
 * The WITH and FROM parts for a run of SKUs. A subquery finds the end of the run by the primary key alone, whatever the conditions are.
 * The LEFT JOIN returns a row even if nothing matches, so that the caller learns where to go on.
 */
function fromRange(
  supplierId: string,
  { behind, descending, rows }: Extract<Slice, { rows: number }>,
  conditions: SliceQuery['conditions'],
) {
  const [before, upTo] = descending ? [sql`<`, sql`>=`] : [sql`>`, sql`<=`];
  const isBehind = behind === null ? sql`` : sql`and sku_id ${before} ${behind}`;
  const direction = descending ? sql`desc` : sql`asc`;
  const last = descending ? sql`min(sku_id)` : sql`max(sku_id)`;
  return {
    with: sql`with slice as (select ${last} as last_id, count(*) as size from (
      select sku_id from sku where supplier_id = ${supplierId} ${isBehind} order by sku_id ${direction} limit ${rows}
    ) as looked_at)`,
    from: sql`from slice left join sku on ${sql.join(
      [
        sql`supplier_id = ${supplierId} ${isBehind} and sku_id ${upTo} slice.last_id`,
        isListed,
        ...conditions,
      ],
      sql` and `,
    )}`,
  };
}
