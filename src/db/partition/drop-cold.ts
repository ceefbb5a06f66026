/** Takes cold partitions of the log away: one partition with what is kept of them replaces them. */
import { sql } from 'kysely';
import { workAlone, type Turn } from './alone.ts';
import { copyKept, createNewcomers, SupplierGone, type Newcomers } from './build-kept.ts';
import { findCold, isWorthReplacing, type ColdRun, type Mark } from './find-cold.ts';
import { detach, dropLoose, inLocked, nameOfLoose, rename } from './locked.ts';
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

/** What `dropCold` did. */
export interface Dropped {
  /** False: another process is at it, or a long reader was in the way. The next call goes on. */
  readonly isAll: boolean;
  /** The changes that are gone, if they were counted. */
  readonly removed: number;
}

export interface DropOptions {
  /** When aborted, the work ends before its next step. */
  readonly stop?: AbortSignal;
  /** Whether to count the changes that go, which reads the old tables once more. */
  readonly isCounted?: boolean;
}

/**
 * Takes cold partitions away. Call it after the horizons were moved, and before changes are deleted one by one. A crash or an error leaves
 * a log that is whole, and perhaps a table that the next call drops. Throws what the store throws.
 */
export async function dropCold(pools: Pools, options: DropOptions = {}): Promise<Dropped> {
  const dropped = await workAlone(pools.db, async (turn) => {
    await dropLoose(pools.writes);
    const { runs, marks } = await findCold(pools.writes);
    let isAll = true;
    let removed = 0;
    for (const run of runs.filter(isWorthReplacing)) {
      const replaced = await replaceUnlessStopped(pools, turn, run, marks, options);
      isAll &&= replaced.isAll;
      removed += replaced.removed;
    }
    return { isAll, removed };
  });
  return dropped ?? nothing;
}

async function replaceUnlessStopped(...args: Parameters<typeof replace>): Promise<Dropped> {
  try {
    return await replace(...args);
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') return nothing;
    throw error;
  }
}

const nothing: Dropped = { isAll: false, removed: 0 };
const forever = new AbortController().signal;

async function replace(
  { db, writes }: Pools,
  turn: Turn,
  run: ColdRun,
  marks: readonly Mark[],
  { stop = forever, isCounted = false }: DropOptions,
): Promise<Dropped> {
  // A dump holds its locks for hours. Then nothing is built that could not be used.
  if (!(await inLocked(writes, LOG, [], () => Promise.resolve(), stop))) return nothing;
  const table = `${LOOSE}${run.from}`;
  await createLike(writes, table, run, nameOfKept(run));
  try {
    const newcomers = createNewcomers(table, run, marks);
    await copyKept(writes, table, run, stop);
    await copyNewcomers(writes, newcomers, stop);
    await sql`analyze ${sql.table(table)}`.execute(writes);
    const parts = { turn, run, table, newcomers };
    const isAll = await inLocked(writes, LOG, run.partitions, (trx) => exchange(trx, parts), stop);
    return { isAll, removed: isAll && isCounted ? await countRemoved(db, run) : 0 };
  } catch (error) {
    if (error instanceof SupplierGone) return nothing;
    throw error;
  } finally {
    await dropLoose(writes);
  }
}

/** The changes of the old tables, which are not dropped yet, without those of the one in their place. */
async function countRemoved(db: Runner, run: ColdRun): Promise<number> {
  const count = async (table: string) => {
    const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.table(table)}`.execute(
      db,
    );
    return rows[0]?.count ?? 0;
  };
  let removed = -(await count(nameOfKept(run)));
  for (const { name } of run.partitions) removed += await count(nameOfLoose(LOG, name));
  return removed;
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
