/** Finds cold partitions: those in which no supplier has a change past its horizon. */
import { sql } from 'kysely';
import { KEPT, listPartitions, LOG, type Partition, type Range, type Runner } from './partitions.ts';

/** How far a supplier's log goes, and up to where its changes were taken away. */
export interface Mark {
  readonly supplier_id: string;
  /** Tells a supplier from a later one of the same name. */
  readonly created_at: string;
  readonly last_position: number;
  readonly pruned_position: number;
  /** Its deletion has begun. */
  readonly deleted_at: string | null;
}

/** A run of adjacent cold partitions, which one partition can replace. */
export interface ColdRun extends Range {
  readonly partitions: readonly Partition[];
}

/** What a look at the log found. */
export interface Cold {
  readonly runs: readonly ColdRun[];
  /** The suppliers, as they were at the look. */
  readonly marks: readonly Mark[];
}

/**
 * The positions that `dropCold` takes care of. Nothing else needs to take changes away there. Of PostgreSQL only: ask after the horizons
 * were moved.
 */
export async function findColdRanges(db: Runner): Promise<Range[]> {
  const { runs } = await findCold(db);
  return runs.map(({ from, to }) => ({ from, to }));
}

/** Finds the runs. A look costs one scan of the suppliers. */
export async function findCold(db: Runner): Promise<Cold> {
  const partitions = await listPartitions(db, LOG);
  const marks = await loadMarks(db);
  const isCold = createIsCold(marks);
  const runs: Partition[][] = [];
  let last: Partition[] | undefined;
  for (const partition of partitions) {
    if (!isCold(partition)) last = undefined;
    else if (last) last.push(partition);
    else runs.push((last = [partition]));
  }
  return { marks, runs: runs.flatMap(toRun) };
}

/** Whether there is something to replace. What was kept of taken changes is worth replacing only together with a neighbour. */
export function isWorthReplacing({ partitions }: ColdRun): boolean {
  return partitions.length > 1 || partitions.some(({ name }) => !name.startsWith(KEPT));
}

/** All suppliers. */
export async function loadMarks(db: Runner): Promise<Mark[]> {
  const { rows } = await sql<Mark>`
    select supplier_id, created_at, last_position, pruned_position, deleted_at from supplier`.execute(db);
  return rows;
}

/**
 * A supplier's changes past its horizon are those from `pruned_position + 1` to `last_position`. A partition that nobody has passed yet
 * is not cold, although it is empty.
 */
function createIsCold(marks: readonly Mark[]) {
  const newest = marks.reduce((most, { last_position }) => Math.max(most, last_position), 0);
  return ({ from, to }: Range): boolean =>
    to <= newest &&
    marks.every(
      ({ last_position, pruned_position, deleted_at }) =>
        last_position < from ||
        // A deletion takes the changes away by itself, and nothing may bring them back.
        (deleted_at === null && pruned_position >= Math.min(last_position, to - 1)),
    );
}

function toRun(partitions: readonly Partition[]): ColdRun[] {
  const [first] = partitions;
  const last = partitions.at(-1);
  return first && last ? [{ partitions, from: first.from, to: last.to }] : [];
}
