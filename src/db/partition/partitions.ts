/** The partitions of the log of changes on PostgreSQL: their names, and the positions that each holds. */
import { sql, type QueryExecutorProvider } from 'kysely';

/** PostgreSQL's log is partitioned by position. */
export const LOG = 'inventory_change';
/** Names of partitions that hold what was kept of taken changes begin so. */
export const KEPT = `${LOG}_kept_`;
/** Names of tables that are no partitions any more, or not yet, begin so. Nothing needs them after a crash. */
export const LOOSE = `${LOG}_loose_`;

/** What runs a statement. This room is below the declaration of the tables, so its statements name theirs as text. */
export type Runner = QueryExecutorProvider;

/** A pool of connections, such as `Kysely` has. */
export interface Pool extends Runner {
  transaction(): {
    setIsolationLevel(level: 'read committed'): { execute<T>(work: (trx: Runner) => Promise<T>): Promise<T> };
  };
}

/** Positions from the first up to, and without, the second. */
export interface PositionRange {
  readonly from: number;
  readonly to: number;
}

/** A partition of the log. The first one begins at 0. */
export interface Partition extends PositionRange {
  readonly name: string;
}

/** The partitions in the order of their positions. There is at least one. */
export async function listPartitions(db: Runner): Promise<[Partition, ...Partition[]]> {
  const { rows } = await sql<{ name: string; bounds: string }>`
    select child.relname as name, pg_get_expr(child.relpartbound, child.oid) as bounds
    from pg_inherits inner join pg_class as child on child.oid = inhrelid
    where inhparent = ${sql.lit(LOG)}::regclass`.execute(db);
  const [first, ...rest] = rows
    .map(({ name, bounds }) => ({ name, ...readBounds(bounds) }))
    .toSorted((a, b) => a.from - b.from);
  if (!first) throw new Error('The log of changes has no partition.');
  return [first, ...rest];
}

/** PostgreSQL writes `FOR VALUES FROM (MINVALUE) TO ('1000000')`. */
function readBounds(bounds: string): PositionRange {
  const [, from, to] = /FROM \('?(\w+)'?\) TO \('?(\d+)'?\)/.exec(bounds) ?? [];
  if (from === undefined || to === undefined)
    throw new Error(`A partition of the log of changes has bounds that Stockgate did not make: ${bounds}.`);
  return { from: from === 'MINVALUE' ? 0 : Number(from), to: Number(to) };
}

/**
 * Creates a table like the log that can become the partition for the range: its check proves to PostgreSQL that no row is outside, so
 * that attaching it reads nothing. Nothing else knows the table yet. `name`: the partition's name, if the table has another one until then.
 */
export async function createLike(
  db: Runner,
  table: string,
  { from, to }: PositionRange,
  name = table,
): Promise<void> {
  await sql`create table ${sql.table(table)} (like ${sql.table(LOG)} including defaults including constraints)`.execute(
    db,
  );
  const isAbove = from === 0 ? sql`` : sql`position >= ${sql.lit(from)} and`;
  await sql`alter table ${sql.table(table)}
    add constraint ${sql.ref(`${name}_key`)} primary key (supplier_id, position),
    add constraint in_range check (${isAbove} position < ${sql.lit(to)})`.execute(db);
  await sql`create index ${sql.ref(`${name}_by_group`)} on ${sql.table(table)} (supplier_id, group_id, position)
    where group_id is not null`.execute(db);
}

/** Makes the table of `createLike` a partition. It locks out neither readers nor writers. */
export async function attach(db: Runner, name: string, { from, to }: PositionRange): Promise<void> {
  await sql`alter table ${sql.table(LOG)} attach partition ${sql.table(name)}
    for values from (${from === 0 ? sql`minvalue` : sql.lit(from)}) to (${sql.lit(to)})`.execute(db);
  // As a partition it takes only rows of its range.
  await sql`alter table ${sql.table(name)} drop constraint in_range`.execute(db);
}
