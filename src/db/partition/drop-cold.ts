/** Takes cold partitions of the log away: one partition with what is kept of them replaces them. */
import { sql } from 'kysely';
import { workAlone, type Turn } from './alone.ts';
import { copyKept, createNewcomers, SupplierGone, type Newcomers } from './build-kept.ts';
import { findCold, isWorthReplacing, type ColdRun, type Mark } from './find-cold.ts';
import { detach, dropLoose, inLocked, rename } from './locked.ts';
import { attach, createLike, KEPT, LOG, LOOSE, type Pool, type Range, type Runner } from './partitions.ts';

/** The exchange begins once so few changes came in meanwhile: it copies the last ones itself. */
const FEW = 100;
/** Rounds of copying what came in meanwhile, at most. */
const ROUNDS = 50;

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
  if (!(await inLocked(writes, LOG, [], () => Promise.resolve(), stop))) return false;
  const table = `${LOOSE}${run.from}`;
  await createLike(writes, table, run, nameOfKept(run));
  try {
    const newcomers = createNewcomers(table, run, marks);
    await copyKept(writes, table, run, stop);
    await copyNewcomers(writes, newcomers, stop);
    await sql`analyze ${sql.table(table)}`.execute(writes);
    const parts = { turn, run, table, newcomers };
    return await inLocked(writes, LOG, run.partitions, (trx) => exchange(trx, parts), stop);
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

const nameOfKept = ({ from, to }: Range) => `${KEPT}${from}_${to}`;

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
  for (const { name } of partitions) await detach(trx, LOG, name);
  await attach(trx, table, range);
  await rename(trx, table, nameOfKept(range));
}
