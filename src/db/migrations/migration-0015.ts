/** Migration 0015: on PostgreSQL, partitions the idempotency keys by the day of service on which they were stored. */
import { sql, type Kysely } from 'kysely';

const DAY_MS = 86_400_000;

/**
 * Runs the migration. The table becomes the first partition of a new one, and is not rewritten. It goes as a whole, so the index by age
 * goes too. Each partition has the primary key for itself: advisory locks guard a key across days.
 *
 * `key_day` has each supplier's bytes of keys by the end of their day, so that a day can be dropped without being read. The keys that
 * are there count for the day of the oldest.
 */
export async function partitionKeys(db: Kysely<unknown>, store: 'sqlite' | 'postgres'): Promise<void> {
  if (store === 'sqlite') return;
  const { rows } = await sql<{ now: number | string; oldest: number | string | null }>`
    select elapsed_ms as now, (select min(made_at_ms) from idempotency_key) as oldest from service_clock`.execute(
    db,
  );
  const { now = 0, oldest = null } = rows[0] ?? {};
  const end = endOfDay(Number(now));
  await sql`drop index idempotency_key_by_age`.execute(db);
  await sql`alter table idempotency_key rename to idempotency_key_d0`.execute(db);
  await sql`alter table idempotency_key_d0
    rename constraint idempotency_key_key to idempotency_key_d0_key`.execute(db);
  await sql`create table idempotency_key (like idempotency_key_d0 including defaults including constraints)
    partition by range (made_at_ms)`.execute(db);
  await sql`alter table idempotency_key attach partition idempotency_key_d0
    for values from (minvalue) to (${sql.lit(end)})`.execute(db);

  await sql`create table key_day (
    supplier_id text collate "C" not null,
    until_ms bigint not null,
    bytes bigint not null,
    constraint key_day_key primary key (supplier_id, until_ms)
  ) with (fillfactor = 50)`.execute(db);
  await sql`insert into key_day (supplier_id, until_ms, bytes)
    select supplier_id, ${endOfDay(Number(oldest ?? 0))}, idempotency_bytes from supplier where idempotency_bytes <> 0`.execute(
    db,
  );
}

const endOfDay = (atMs: number) => (Math.floor(atMs / DAY_MS) + 1) * DAY_MS;
