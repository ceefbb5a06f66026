/** Makes partitions ahead of the log's end and of the service clock, so that a write always finds one. */
import { sql } from 'kysely';
import {
  attach,
  createDay,
  createLike,
  KEYS,
  listPartitions,
  LOG,
  type Partition,
  type Pool,
  type Runner,
} from './partitions.ts';

/** A partition has at least this many positions. */
const MIN_WIDTH = 1_000_000;
/** Partitions grow with the positions in use, so that there are never more than some 200: this share of them. */
const SHARE = 16;
/** Partitions reach so many positions beyond the newest change at least. */
const AHEAD = 2_000_000;
/** A day of the service clock, in milliseconds. */
export const DAY_MS = 86_400_000;
/** Keys' partitions reach so many days beyond the service clock at least. */
const DAYS_AHEAD = 1;
/** Any number that no other program locks in the database. */
const AHEAD_LOCK = 7_305_116;

/** Whether PostgreSQL refused a row because no partition takes it. A broken check has a name. */
export function isWantOfPartition(error: unknown): boolean {
  const { code, constraint, table } = (error ?? {}) as Record<string, unknown>;
  return code === '23514' && constraint === undefined && (table === LOG || table === KEYS);
}

/** Makes the partitions that are due. Safe when several processes do it at once. It holds up neither readers nor writers. */
export async function keepAhead(db: Pool): Promise<void> {
  const due = [...(await findDue(db)), ...(await findDueDays(db, await readClock(db)))];
  if (due.length === 0) return;
  await db
    .transaction()
    .setIsolationLevel('read committed')
    .execute(async (trx) => {
      // Something else that changes the table holds this up. The next call tries again.
      await sql`set local lock_timeout = '5s'`.execute(trx);
      await sql`select pg_advisory_xact_lock(${sql.lit(AHEAD_LOCK)})`.execute(trx);
      await makeAhead(trx);
      await makeDaysAhead(trx, await readClock(trx));
    });
}

/** Makes the log's partitions within the caller's transaction, which sees its own suppliers. */
export async function makeAhead(trx: Runner): Promise<void> {
  for (const { name, ...range } of await findDue(trx)) {
    await createLike(trx, name, range);
    await attach(trx, name, range);
  }
}

/** Makes the keys' partitions within the caller's transaction. `now`: the service clock. */
export async function makeDaysAhead(trx: Runner, now: number): Promise<void> {
  for (const partition of await findDueDays(trx, now)) await createDay(trx, partition);
}

/** The service clock of the store. */
export async function readClock(db: Runner): Promise<number> {
  const { rows } = await sql<{ now: number | string }>`select elapsed_ms as now from service_clock`.execute(
    db,
  );
  return Number(rows[0]?.now ?? 0);
}

async function findDue(db: Runner): Promise<Partition[]> {
  const [first, ...rest] = await listPartitions(db, LOG);
  const { rows } = await sql<{ last: number | string }>`
    select coalesce(max(last_position), 0) as last from supplier`.execute(db);
  const last = Number(rows[0]?.last ?? 0);
  // The first partition holds what was there before, or what was kept of taken changes: it can be of any size.
  const span = Math.max(0, last - first.to);
  const width = Math.max(1, Math.ceil(span / SHARE / MIN_WIDTH)) * MIN_WIDTH;
  const due: Partition[] = [];
  for (let from = (rest.at(-1) ?? first).to; from < last + Math.max(AHEAD, 2 * width); from += width)
    due.push({ name: `${LOG}_p${from}`, from, to: from + width });
  return due;
}

async function findDueDays(db: Runner, now: number): Promise<Partition[]> {
  const partitions = await listPartitions(db, KEYS);
  const today = Math.floor(now / DAY_MS) * DAY_MS;
  const due: Partition[] = [];
  for (let from = partitions.at(-1)?.to ?? 0; from < today + (1 + DAYS_AHEAD) * DAY_MS;) {
    // Days on which nobody made a partition share one.
    const to = Math.max(today, from + DAY_MS);
    due.push({ name: `${KEYS}_d${from / DAY_MS}`, from, to });
    from = to;
  }
  return due;
}
