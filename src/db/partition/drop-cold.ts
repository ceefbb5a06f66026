/** Takes cold partitions of the log away: one partition with what is kept of them replaces them. */
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import { workAlone, type Turn } from './alone.ts';
import { copyKept, createNewcomers, SupplierGone, type Newcomers } from './build-kept.ts';
import { findCold, isWorthReplacing, type ColdRun, type Mark } from './find-cold.ts';
import {
  attach,
  createLike,
  KEPT,
  LOG,
  LOOSE,
  type Partition,
  type Pool,
  type PositionRange,
  type Runner,
} from './partitions.ts';

/** How long each try of the exchange waits for readers, in milliseconds. Whoever writes or reads meanwhile waits behind it. */
const LOCK_MS = [5, 10, 20, 40, 80, 100, 100, 100, 100, 100];
/** The pause after each try, in milliseconds. */
const PAUSE_MS = 500;
/** The exchange begins once so few changes came in meanwhile: it copies the last ones itself. */
const FEW = 100;
/** Rounds of copying what came in meanwhile, at most. */
const ROUNDS = 50;

/** lock_not_available, and deadlock_detected: someone reads the log, such as a dump. */
const busyCodes = new Set(['55P03', '40P01']);

/** The pools of a store on PostgreSQL. `db` must not end idle transactions. */
export interface Pools {
  readonly db: Pool;
  readonly writes: Pool;
}

/**
 * Takes cold partitions away. Call it after the horizons were moved, and before changes are deleted one by one. Resolves to true if it
 * did all that it could: false means that another process is at it, or that a long reader was in the way. The next call goes on.
 *
 * A crash or an error leaves a log that is whole, and perhaps a table that the next call drops. Throws what the store throws.
 */
export async function dropCold(pools: Pools, stop: AbortSignal): Promise<boolean> {
  const isDone = await workAlone(pools.db, async (turn) => {
    await dropLoose(pools.writes);
    const { runs, marks } = await findCold(pools.writes);
    let isAll = true;
    for (const run of runs.filter(isWorthReplacing))
      isAll = (await replace(pools, turn, run, marks, stop)) && isAll;
    return isAll;
  });
  return isDone ?? false;
}

async function replace(
  { writes }: Pools,
  turn: Turn,
  run: ColdRun,
  marks: readonly Mark[],
  stop: AbortSignal,
): Promise<boolean> {
  // A dump holds its locks for hours. Then nothing is built that could not be used.
  if (!(await inLockedLog(writes, [], () => Promise.resolve(), stop))) return false;
  const table = `${LOOSE}${run.from}`;
  await createLike(writes, table, run, nameOfKept(run));
  try {
    const newcomers = createNewcomers(table, run, marks);
    await copyKept(writes, table, run, stop);
    await copyNewcomers(writes, newcomers, stop);
    await sql`analyze ${sql.table(table)}`.execute(writes);
    const parts = { turn, run, table, newcomers };
    return await inLockedLog(writes, run.partitions, (trx) => exchange(trx, parts), stop);
  } catch (error) {
    if (error instanceof SupplierGone) return false;
    throw error;
  } finally {
    await dropLoose(writes);
  }
}

/** Copies what came in meanwhile, until hardly anything is left. */
async function copyNewcomers(writes: Pool, newcomers: Newcomers, stop: AbortSignal): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    stop.throwIfAborted();
    const { changes, note } = await newcomers.copy(writes);
    note();
    if (changes <= FEW) return;
  }
}

const nameOfKept = ({ from, to }: PositionRange) => `${KEPT}${from}_${to}`;

interface Exchange {
  readonly turn: Turn;
  readonly run: ColdRun;
  readonly table: string;
  readonly newcomers: Newcomers;
}

/** The exchange is one transaction. Nobody sees the log without the changes that stay. */
async function exchange(
  trx: Runner,
  { turn, run: { partitions, ...range }, table, newcomers }: Exchange,
): Promise<void> {
  await turn.check(trx);
  await newcomers.copy(trx);
  for (const { name } of partitions) {
    await sql`alter table ${sql.table(LOG)} detach partition ${sql.table(name)}`.execute(trx);
    await rename(trx, name, `${LOOSE}${name.slice(LOG.length + 1)}`);
  }
  await attach(trx, table, range);
  await rename(trx, table, nameOfKept(range));
}

async function rename(db: Runner, name: string, to: string): Promise<void> {
  await sql`alter table ${sql.table(name)} rename to ${sql.table(to)}`.execute(db);
}

/**
 * Runs the work in a transaction while nobody else reads or writes the log. Resolves to false if somebody always was in the way.
 * `leaving`: the partitions that the work detaches.
 */
async function inLockedLog(
  writes: Pool,
  leaving: readonly Partition[],
  work: (trx: Runner) => Promise<void>,
  stop: AbortSignal,
): Promise<boolean> {
  for (const lockMs of LOCK_MS) {
    stop.throwIfAborted();
    try {
      await writes
        .transaction()
        .setIsolationLevel('read committed')
        .execute(async (trx) => {
          await lockLog(trx, leaving, lockMs);
          await work(trx);
        });
      return true;
    } catch (error) {
      if (!isBusy(error)) throw error;
      await pause(PAUSE_MS, undefined, { signal: stop });
    }
  }
  return false;
}

async function lockLog(trx: Runner, leaving: readonly Partition[], lockMs: number): Promise<void> {
  // These locks are in the way of vacuum only, which gives way to them after a second.
  await sql`set local lock_timeout = '3s'`.execute(trx);
  for (const { name } of leaving)
    await sql`lock table only ${sql.table(name)} in share update exclusive mode`.execute(trx);
  await sql.raw(`set local lock_timeout = ${lockMs}`).execute(trx);
  await sql`lock table only ${sql.table(LOG)} in access exclusive mode`.execute(trx);
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && busyCodes.has(String(error.code));
}

/** Drops tables that are no partitions any more, or never became one. */
async function dropLoose(writes: Pool): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class
    where relkind = 'r' and not relispartition and pg_table_is_visible(oid) and starts_with(relname, ${LOOSE})`.execute(
    writes,
  );
  for (const { name } of rows) await sql`drop table ${sql.table(name)}`.execute(writes);
}
