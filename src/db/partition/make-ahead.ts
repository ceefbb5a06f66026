/** Makes partitions ahead of the log's end, so that a write always finds one. */
import { sql } from 'kysely';
import {
  attach,
  createLike,
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
/** Any number that no other program locks in the database. */
const AHEAD_LOCK = 7_305_116;

/** Whether PostgreSQL refused a row because no partition takes it. A broken check has a name. */
export function isWantOfPartition(error: unknown): boolean {
  const { code, constraint, table } = (error ?? {}) as Record<string, unknown>;
  return code === '23514' && constraint === undefined && table === LOG;
}

/** Makes the partitions that are due. Safe when several processes do it at once. It holds up neither readers nor writers. */
export async function keepAhead(db: Pool): Promise<void> {
  if ((await findDue(db)).length === 0) return;
  await db
    .transaction()
    .setIsolationLevel('read committed')
    .execute(async (trx) => {
      // Something else that changes the table holds this up. The next call tries again.
      await sql`set local lock_timeout = '5s'`.execute(trx);
      await sql`select pg_advisory_xact_lock(${sql.lit(AHEAD_LOCK)})`.execute(trx);
      await makeAhead(trx);
    });
}

/** The same within the caller's transaction, which sees its own suppliers. */
export async function makeAhead(trx: Runner): Promise<void> {
  for (const { name, ...range } of await findDue(trx)) {
    await createLike(trx, name, range);
    await attach(trx, name, range);
  }
}

async function findDue(db: Runner): Promise<Partition[]> {
  const [first, ...rest] = await listPartitions(db);
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
