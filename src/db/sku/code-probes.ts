/** Probes the index of codes. A probe reads only the first SKUs of a range, so its cost does not grow with the SKUs that share a code. */
import { sql, type RawBuilder } from 'kysely';
import type { CodeKind } from '../../domain/identifier.ts';
import { MAX_CANDIDATES } from '../../domain/refusal.ts';
import { integer, pick, type RowOf } from '../store/columns.ts';
import type { Store } from '../store/store.ts';
import { createSetStatement, type SetStatement } from '../store/set-statement.ts';
import { tables } from '../store/tables.ts';

/** Maximum SKUs that a probe finds. It is one more than an answer lists, so that a longer list is noticed. */
export const MAX_PROBED = MAX_CANDIDATES + 1;

/** A range of the index of codes: the SKUs that have this code in this kind, in the order of their IDs. */
export type CodeRange = Readonly<RowOf<typeof rangeColumns>>;

/** `as_spelled` is 1 for SKUs whose code is spelled so, and 0 for SKUs whose code has this canonical GTIN-14. */
const rangeColumns = pick(tables.sku_code.columns, 'supplier_id', 'code', 'kind', 'as_spelled');

interface Found {
  readonly i: number;
  readonly kind: CodeKind;
  readonly sku_id: string;
}

type Item<T> = T & { readonly i: number };

/** A set statement that finds the first MAX_PROBED SKUs of each range. `i` says which item a row belongs to. */
export function createProbeRange(store: Store): SetStatement<Item<CodeRange>, Found> {
  const keys = ['supplier_id', 'code', 'kind'];
  const asSpelled = store.kind === 'sqlite' ? sql`(select as_spelled from item)` : sql`item.as_spelled`;
  const isSo = sql`case ${asSpelled} when 1 then sku_code.as_spelled else sku_code.as_gtin end = 1`;
  return createSetStatement(store, { i: integer(), ...rangeColumns }, (db) =>
    store.kind === 'sqlite'
      ? db.selectFrom(firstOfItem(keys, isSo, sql`sku_id`)).selectAll()
      : db
          .selectFrom(['item', firstOfEach(keys, isSo)])
          .select(['item.i', 'found.kind', 'found.sku_id'])
          .orderBy('found.kind')
          .orderBy('found.sku_id'),
  );
}

type Gtin = Pick<CodeRange, 'supplier_id' | 'code'>;

/** A set statement that finds the first MAX_PROBED SKUs of each canonical GTIN-14 in any kind, sorted by kind. `i` is the item's number. */
export function createProbeKinds(store: Store): SetStatement<Item<Gtin>, Found> {
  const keys = ['supplier_id', 'code'];
  const isGtin = sql`sku_code.as_gtin = 1`;
  return createSetStatement(store, { i: integer(), ...pick(rangeColumns, 'supplier_id', 'code') }, (db) =>
    store.kind === 'sqlite'
      ? db.selectFrom(firstOfItem(keys, isGtin, sql`kind, sku_id`)).selectAll()
      : db
          .selectFrom(['item', firstOfEach(keys, isGtin)])
          .select(['item.i', 'found.kind', 'found.sku_id'])
          .orderBy('found.kind')
          .orderBy('found.sku_id'),
  );
}

/**
 * The probe on SQLite, for one item. It compares with subqueries and orders by the columns that follow the keys in the index. With a
 * join on the item, or an order that names a key, SQLite would read and sort the whole range.
 */
function firstOfItem(keys: readonly string[], condition: RawBuilder<unknown>, order: RawBuilder<unknown>) {
  const names = sql.join(keys.map((key) => sql.ref(key)));
  return sql<Found>`(select (select i from item) as i, kind, sku_id from sku_code
    where (${names}) = (select ${names} from item) and ${condition}
    order by ${order} limit ${sql.lit(MAX_PROBED)})`.as('found');
}

/** The probe on PostgreSQL, for all items at once: a lateral subquery runs for each item, and ends at its limit. */
function firstOfEach(keys: readonly string[], condition: RawBuilder<unknown>) {
  const equal = keys.map((key) => sql`${sql.ref(`sku_code.${key}`)} = ${sql.ref(`item.${key}`)}`);
  return sql<Omit<Found, 'i'>>`lateral (select sku_code.kind, sku_code.sku_id from sku_code
    where ${sql.join(equal, sql` and `)} and ${condition}
    order by sku_code.kind, sku_code.sku_id limit ${sql.lit(MAX_PROBED)})`.as('found');
}
