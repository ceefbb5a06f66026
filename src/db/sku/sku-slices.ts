/** Reads a catalog in slices: each statement looks at a bounded number of SKUs, so that none runs for long. */
import { sql, type RawBuilder, type SqlBool } from 'kysely';
import type { Store, StoreKind } from '../store/store.ts';
import type { SkuTable } from '../store/tables.ts';
import { isOneOf } from '../store/text-list.ts';

/** SKUs of one slice. On PostgreSQL the way there and back costs more than a small slice does. */
const FIRST_ROWS: Record<StoreKind, number> = { sqlite: 256, postgres: 1_024 };
const MOST_ROWS: Record<StoreKind, number> = { sqlite: 4_096, postgres: 8_192 };
const FEWEST_ROWS = 64;
/**
 * A statement that took longer is followed by a smaller one, one that took half of it by a larger one; in milliseconds. SQLite's holds
 * the thread meanwhile.
 */
const SLICE_MS: Record<StoreKind, number> = { sqlite: 3, postgres: 20 };

/** What one statement looks at: SKUs that follow one another by skuId, or those with these ids. */
export type Slice =
  | {
      /** It starts behind this skuId; null: at the end of the catalog. */
      readonly behind: string | null;
      readonly descending: boolean;
      readonly rows: number;
    }
  | { readonly skuIds: readonly string[] };

/** What is read of a slice. */
export interface SliceQuery {
  readonly conditions: readonly RawBuilder<SqlBool>[];
  readonly orderBy: RawBuilder<unknown>;
  readonly limit: number;
}

export interface ReadSlice<T> {
  readonly found: T;
  readonly scanned: number;
  /** The last skuId that was looked at; null: the catalog ends here. */
  readonly reached: string | null;
}

/** How many SKUs the next slice has, by how long the last one took. */
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

/** The rows of the slice that pass, in the order that is asked for. */
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

/** How many SKUs of the slice pass. */
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

/** The end of the slice is found by the key alone; a row comes in any case, so that the end is known where nothing passes. */
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
