/** Counts the SKUs that share a code, up to the largest count that refusals report. So the work is bounded, however many share it. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql, type Kysely } from 'kysely';
import { MAX_CANDIDATE_COUNT } from '../../domain/refusal.ts';
import { MAX_PROBED } from './code-probes.ts';
import { keyOfRange, type FoundCode } from './find-codes.ts';
import { integer, orNull, pick, text, type RowOf } from '../store/columns.ts';
import type { Store } from '../store/store.ts';
import { createSetStatement, type SetStatement } from '../store/set-statement.ts';
import { tables, type Tables } from '../store/tables.ts';

/** Counts the SKUs that share each code. MAX_CANDIDATE_COUNT means that many or more. */
export type CountShared = (db: Kysely<Tables>, found: readonly FoundCode[]) => Promise<number[]>;

/**
 * Prepares the statements of a `CountShared`. With `yields`, it waits for a turn of the event loop before each code, because counting
 * one code can take some milliseconds. The writer does not yield, because its transaction holds locks.
 */
export function createCountShared(store: Store, { yields }: { yields: boolean }): CountShared {
  const countOneKind = createCount(store, sql`select 1`);
  const countKinds = createCount(store, sql`select distinct sku_id`);
  return async (db, found) => {
    const wide = found.filter(({ skuIds }) => skuIds.length >= MAX_PROBED);
    if (wide.length === 0) return found.map(({ skuIds }) => skuIds.length);
    const distinct = new Map(wide.map((one) => [keyOf(one), toCounted(one)]));
    const keys = [...distinct.keys()];
    const items = Array.from(distinct.values(), (item, i) => ({ ...item, i }));
    const parts = yields
      ? items.map((item) => [item])
      : Object.values(Object.groupBy(items, ({ kind_2 }) => (kind_2 === null ? 'one' : 'several')));
    const rows = [];
    for (const part of parts) {
      if (yields) await nextTurn();
      const count = part[0]?.kind_2 === null ? countOneKind : countKinds;
      rows.push(...(await count(db, part)));
    }
    const counts = new Map(rows.map(({ i, count }) => [keys[i], count]));
    return found.map((one) => counts.get(keyOf(one)) ?? one.skuIds.length);
  };
}

/** A code to count, and the kinds of its ranges: three at most, because a fourth kind would be the code's own and be chosen alone. */
const countedColumns = {
  i: integer(),
  ...pick(tables.sku_code.columns, 'supplier_id', 'code', 'as_spelled'),
  kind_1: text(),
  kind_2: orNull(text()),
  kind_3: orNull(text()),
};
type CountedCode = RowOf<typeof countedColumns>;

function keyOf({ ranges }: FoundCode): string {
  return ranges.map(keyOfRange).join('\0');
}

/** The item for a code's ranges. They differ in their kind only. */
function toCounted({ ranges: [first, second, third] }: FoundCode): Omit<CountedCode, 'i'> {
  if (!first) throw new Error('A code that SKUs share is in no range.');
  const { supplier_id, code, as_spelled } = first;
  const kinds = { kind_1: first.kind, kind_2: second?.kind ?? null, kind_3: third?.kind ?? null };
  return { supplier_id, code, as_spelled, ...kinds };
}

type Count = SetStatement<CountedCode, { i: number; count: number }>;

function createCount(store: Store, select: ReturnType<typeof sql>): Count {
  const count = sql<number>`(select count(*) from (${select} from sku_code
    where sku_code.supplier_id = item.supplier_id and sku_code.code = item.code
      and sku_code.kind in (item.kind_1, item.kind_2, item.kind_3)
      and case item.as_spelled when 1 then sku_code.as_spelled else sku_code.as_gtin end = 1
    limit ${sql.lit(MAX_CANDIDATE_COUNT)}) as shared)`;
  return createSetStatement(store, countedColumns, (db) =>
    db.selectFrom('item').select(['item.i', count.as('count')]),
  );
}
