/** Takes changes before a horizon away, in steps between which others write. */
import { sql } from 'kysely';
import type { Store } from '../store/store.ts';
import { inTransaction } from '../store/transaction.ts';
import { isKept } from './kept-changes.ts';

/** Changes that one step looks at: a few milliseconds. On SQLite all writers wait for it. */
const STEP_ROWS = { sqlite: 500, postgres: 2_000 } as const;

/** How far a supplier's log was pruned. */
export interface PruneStep {
  /** All changes up to here were looked at. */
  readonly position: number;
  readonly removed: number;
}

/** Removes changes behind `after`, if they are before the supplier's horizon and are not kept. Null: there are no more. */
export async function pruneStep(store: Store, supplierId: string, after: number): Promise<PruneStep | null> {
  const { rows } = await sql<{ end: number | null }>`select max(position) as "end" from (
      select position from inventory_change
      where supplier_id = ${supplierId} and position > ${after} and position <=
        (select pruned_position from supplier where supplier_id = ${supplierId})
      order by position limit ${sql.lit(STEP_ROWS[store.kind])}) as step`.execute(store.points);
  const end = rows[0]?.end ?? null;
  if (end === null) return null;
  const { numAffectedRows } = await inTransaction(store, (trx) =>
    sql`delete from inventory_change as change
      where supplier_id = ${supplierId} and position > ${after} and position <= ${end} and not ${isKept(store.kind)}`.execute(
      trx,
    ),
  );
  return { position: end, removed: Number(numAffectedRows ?? 0n) };
}
