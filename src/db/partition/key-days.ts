/** Idempotency keys by the day of service on which they were stored: what each supplier's take, and how a day is dropped. */
import { sql } from 'kysely';
import { workAlone } from './alone.ts';
import { detach, dropLoose, inLocked } from './locked.ts';
import { DAY_MS } from './make-ahead.ts';
import { KEYS, listPartitions, type Partition, type Pool, type Runner } from './partitions.ts';

/** SQL for the end of the day of a key, by the service clock. */
export const endOfDay = sql<number>`(made_at_ms / ${sql.lit(DAY_MS)} + 1) * ${sql.lit(DAY_MS)}`;

/**
 * Drops the days that ended before this time of the service clock, and lowers the sums of their suppliers. Nothing is read but the sums
 * of these days. If a long reader is in the way, the next call goes on.
 */
export async function dropOldDays(pools: { readonly db: Pool; readonly writes: Pool }, before: number) {
  const old = (await listPartitions(pools.writes, KEYS)).filter(({ to }) => to <= before);
  if (old.length === 0) return;
  await workAlone(pools.db, async () => {
    await dropLoose(pools.writes);
    for (const day of old) {
      const isDropped = await inLocked(pools.writes, KEYS, [day], (trx) => takeOff(trx, day));
      if (!isDropped) break;
    }
    await dropLoose(pools.writes);
  });
}

/** Nobody stores keys meanwhile, so the sums stay as they are. A commit without keys may hold a supplier's row for a moment. */
async function takeOff(trx: Runner, { name, from, to }: Partition): Promise<void> {
  await sql`select supplier_id from supplier
    where supplier_id in (select supplier_id from key_day where until_ms > ${from} and until_ms <= ${to})
    order by supplier_id for no key update`.execute(trx);
  await sql`with gone as (
      delete from key_day where until_ms > ${from} and until_ms <= ${to} returning supplier_id, bytes
    )
    update supplier set idempotency_bytes = idempotency_bytes - sums.bytes
    from (select supplier_id, sum(bytes) as bytes from gone group by supplier_id) as sums
    where supplier.supplier_id = sums.supplier_id`.execute(trx);
  await detach(trx, KEYS, name);
}

/** Sums up the keys of a store into which they were copied. `bytesOfKey`: SQL for the bytes of one. */
export async function sumUpDays(trx: Runner, bytesOfKey: Parameters<typeof sql>[1]): Promise<void> {
  await sql`delete from key_day`.execute(trx);
  await sql`insert into key_day (supplier_id, until_ms, bytes)
    select supplier_id, ${endOfDay}, sum(${bytesOfKey})
    from idempotency_key group by 1, 2`.execute(trx);
}
