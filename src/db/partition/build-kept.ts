/** Fills the table that replaces cold partitions, in short steps beside readers and writers. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql, type RawBuilder } from 'kysely';
import { loadMarks, type Mark } from './find-cold.ts';
import { LOG, type Range, type Runner } from './partitions.ts';

/** SKUs that one statement looks at. */
const PAGE_SKUS = 1_000;
/** Changes that one statement copies, at most. */
const PAGE_CHANGES = 5_000;
/** A change refers to texts of its own transaction, which are fewer positions before it. */
const MAX_REACH = 1_000_000;

/**
 * Copies what is kept of the range to the table, by the rule of history/kept-changes.ts: each SKU's newest change, and the changes with the
 * texts of kept ones. A SKU that gets a newer change meanwhile leaves one row too many, which does no harm.
 */
export async function copyKept(db: Runner, table: string, range: Range, stop: AbortSignal) {
  for (let after: RawBuilder<unknown> | undefined = sql``; after;) {
    stop.throwIfAborted();
    after = await copyPage(db, table, range, after);
    await nextTurn();
  }
}

/** Resolves to the condition for the next page. */
async function copyPage(
  db: Runner,
  table: string,
  { from, to }: Range,
  after: RawBuilder<unknown>,
): Promise<RawBuilder<unknown> | undefined> {
  const { rows } = await sql<{ supplier_id: string; sku_id: string; skus: number | string }>`
    with page as materialized (
      select supplier_id, sku_id, last_change_position from sku ${after}
      order by supplier_id, sku_id limit ${sql.lit(PAGE_SKUS)}
    ), newest as materialized (
      select change.* from page inner join ${sql.table(LOG)} as change
        on change.supplier_id = page.supplier_id and change.position = page.last_change_position
      where page.last_change_position >= ${sql.lit(from)} and page.last_change_position < ${sql.lit(to + MAX_REACH)}
    ), text_of as (
      select supplier_id, cast(substr(reference_document_uri, 2) as bigint) as position
      from newest where reference_document_uri like '*%'
    ), kept as (
      insert into ${sql.table(table)}
      select * from newest where position < ${sql.lit(to)}
      union
      select change.* from text_of inner join ${sql.table(LOG)} as change
        on change.supplier_id = text_of.supplier_id and change.position = text_of.position
      where text_of.position >= ${sql.lit(from)} and text_of.position < ${sql.lit(to)}
      on conflict do nothing
    )
    select supplier_id, sku_id, (select count(*) from page) as skus from page
    order by supplier_id desc, sku_id desc limit 1`.execute(db);
  const [last] = rows;
  if (!last || Number(last.skus) < PAGE_SKUS) return undefined;
  return sql`where (supplier_id, sku_id) > (${last.supplier_id}, ${last.sku_id})`;
}

/** Thrown when a supplier was deleted while its changes were copied: they must not come back. The copy is thrown away. */
export class SupplierGone extends Error {}

/** Changes that come into the range while it is replaced. */
export interface Newcomers {
  /** Copies those that have come since the last call that was noted. */
  copy(db: Runner): Promise<Copied>;
}

interface Copied {
  readonly changes: number;
  /** Call it once the copy is committed. Without it, the next call copies the same changes again. */
  note(): void;
}

/** `marks`: the suppliers before anything was copied. All their changes in the range are below their horizons. */
export function createNewcomers(table: string, { from, to }: Range, marks: readonly Mark[]): Newcomers {
  const reached = new Map(marks.map(({ supplier_id, last_position }) => [supplier_id, last_position]));
  /** Suppliers that may have changes in the table, and when they were created. */
  const copiedOf = new Map<string, string>();
  const noteCopied = ({ supplier_id, created_at }: Mark) => copiedOf.set(supplier_id, created_at);
  for (const mark of marks) if (mark.last_position >= from) noteCopied(mark);

  return {
    async copy(db) {
      const now = await loadMarks(db);
      requireAll(copiedOf, now);
      const ends = new Map<string, number>();
      let changes = 0;
      for (const mark of now) {
        const after = Math.max(reached.get(mark.supplier_id) ?? 0, from - 1);
        const last = Math.min(mark.last_position, to - 1);
        if (after >= last || mark.deleted_at !== null) continue;
        noteCopied(mark);
        for (let start = after; start < last; start += PAGE_CHANGES) {
          const end = Math.min(last, start + PAGE_CHANGES);
          await copyChanges(db, table, mark.supplier_id, start, end);
        }
        ends.set(mark.supplier_id, last);
        changes += last - after;
      }
      return { changes, note: () => ends.forEach((end, supplierId) => reached.set(supplierId, end)) };
    },
  };
}

async function copyChanges(db: Runner, table: string, supplierId: string, after: number, end: number) {
  await sql`insert into ${sql.table(table)} select * from ${sql.table(LOG)}
    where supplier_id = ${supplierId} and position > ${after} and position <= ${end}
    on conflict do nothing`.execute(db);
}

function requireAll(copiedOf: ReadonlyMap<string, string>, now: readonly Mark[]): void {
  const there = now.filter(({ deleted_at }) => deleted_at === null);
  const createdAt = new Map(there.map(({ supplier_id, created_at }) => [supplier_id, created_at]));
  for (const [supplierId, created] of copiedOf) {
    if (createdAt.get(supplierId) !== created)
      throw new SupplierGone(`The supplier ${supplierId} was deleted while the log was made smaller.`);
  }
}
