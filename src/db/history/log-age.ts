/** Notes how old the log is: once a day by the service clock, how far each supplier's log has come. Wall clocks may jump, so none is asked. */
import { sql } from 'kysely';
import type { Store } from '../store/store.ts';
import { inTransaction } from '../store/transaction.ts';

/** A day, in milliseconds. */
export const DAY_MS = 86_400_000;

/**
 * Notes it if the newest note is a day old. Only the process that advances the service clock may call it. A supplier without changes since
 * its last note gets none.
 */
export async function noteAges(store: Store): Promise<void> {
  const { rows } = await sql<{ isDue: number }>`
    select 1 as "isDue" from service_clock
    where elapsed_ms >= coalesce((select max(made_at_ms) from log_age), -${sql.lit(DAY_MS)}) + ${sql.lit(DAY_MS)}`.execute(
    store.points,
  );
  if (rows.length === 0) return;
  await inTransaction(store, (trx) =>
    sql`insert into log_age (supplier_id, made_at_ms, position)
      select supplier.supplier_id, service_clock.elapsed_ms, supplier.last_position
      from supplier cross join service_clock
      where supplier.deleted_at is null and supplier.last_position > coalesce(
        (select log_age.position from log_age where log_age.supplier_id = supplier.supplier_id
          order by made_at_ms desc limit 1), 0)
      on conflict do nothing`.execute(trx),
  );
}
