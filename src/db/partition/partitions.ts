/** The partitions on PostgreSQL: their names, and what each takes. */
import { sql, type QueryExecutorProvider } from 'kysely';

/** The log of changes is partitioned by position. */
export const LOG = 'inventory_change';
/** Names of partitions that hold what was kept of taken changes begin so. */
export const KEPT = `${LOG}_kept_`;
/** Idempotency keys are partitioned by the time of the service clock, a day each. */
export const KEYS = 'idempotency_key';
/** Names of tables that are no partitions any more, or not yet, begin so. Nothing needs them after a crash. */
export const LOOSE = 'stockgate_loose_';

/** What runs a statement. This room is below the declaration of the tables, so its statements name theirs as text. */
export type Runner = QueryExecutorProvider;

/** A pool of connections, such as `Kysely` has. */
export interface Pool extends Runner {
  transaction(): {
    setIsolationLevel(level: 'read committed'): { execute<T>(work: (trx: Runner) => Promise<T>): Promise<T> };
  };
}

/** Numbers from the first up to, and without, the second. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** The positions of changes, or the times of keys, that a partition takes. The first partition begins at 0. */
export interface Partition extends Range {
  readonly name: string;
}

/** The table's partitions in the order of what they take. There is at least one. */
export async function listPartitions(
  db: Runner,
  table: typeof LOG | typeof KEYS,
): Promise<[Partition, ...Partition[]]> {
  const { rows } = await sql<{ name: string; bounds: string }>`
    select child.relname as name, pg_get_expr(child.relpartbound, child.oid) as bounds
    from pg_inherits inner join pg_class as child on child.oid = inhrelid
    where inhparent = ${sql.lit(table)}::regclass`.execute(db);
  const [first, ...rest] = rows
    .map(({ name, bounds }) => ({ name, ...readBounds(bounds) }))
    .toSorted((a, b) => a.from - b.from);
  if (!first) throw new Error(`The table ${table} has no partition.`);
  return [first, ...rest];
}

/** PostgreSQL writes `FOR VALUES FROM (MINVALUE) TO ('1000000')`. */
function readBounds(bounds: string): Range {
  const [, from, to] = /FROM \('?([-\w]+)'?\) TO \('?(-?\d+)'?\)/.exec(bounds) ?? [];
  if (from === undefined || to === undefined)
    throw new Error(`A partition has bounds that Stockgate did not make: ${bounds}.`);
  return { from: from === 'MINVALUE' ? 0 : Number(from), to: Number(to) };
}

/**
 * Creates a table like the log that can become the partition for the range: its check proves to PostgreSQL that no row is outside, so
 * that attaching it reads nothing. Nothing else knows the table yet. `name`: the partition's name, if the table has another one until then.
 */
export async function createLike(
  db: Runner,
  table: string,
  { from, to }: Range,
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
export async function attach(db: Runner, table: string, range: Range): Promise<void> {
  await attachTo(db, LOG, table, range);
  // As a partition it takes only rows of its range.
  await sql`alter table ${sql.table(table)} drop constraint in_range`.execute(db);
}

/** Creates an empty partition for keys. It locks out neither readers nor writers. */
export async function createDay(db: Runner, { name, ...range }: Partition): Promise<void> {
  await sql`create table ${sql.table(name)} (like ${sql.table(KEYS)} including defaults including constraints)`.execute(
    db,
  );
  await sql`alter table ${sql.table(name)}
    add constraint ${sql.ref(`${name}_key`)} primary key (supplier_id, operation, key)`.execute(db);
  await attachTo(db, KEYS, name, range);
}

async function attachTo(db: Runner, parent: string, table: string, { from, to }: Range): Promise<void> {
  await sql`alter table ${sql.table(parent)} attach partition ${sql.table(table)}
    for values from (${from === 0 ? sql`minvalue` : sql.lit(from)}) to (${sql.lit(to)})`.execute(db);
}
