/** Copies a store of either kind into an empty one, in one transaction that compares every row before it commits. */
import { sql, type Kysely, type RawBuilder } from 'kysely';
import { checkTables, type Finding } from './check.ts';
import { sumUpDays } from '../partition/key-days.ts';
import { makeAhead, makeDaysAhead, readClock } from '../partition/make-ahead.ts';
import { namesOf } from '../store/columns.ts';
import type { Store } from '../store/store.ts';
import { createSetStatement, type SetStatement } from '../store/set-statement.ts';
import { tables, type Table, type Tables } from '../store/tables.ts';
import { inSnapshot, inTransaction } from '../store/transaction.ts';
import { bytesOfKey } from '../update/key-bytes.ts';

/** Rows read and written in one step, at most. */
const PAGE_ROWS = 1_000;
/** Bytes in one page's values of type `bytes`, at most. A single larger row is a page of its own. */
const PAGE_BYTES = 4_194_304;

type TableName = keyof Tables;
type Row = Readonly<Record<string, string | number | Buffer | null>>;
// The tables have different row types. This file treats all rows alike.
const entries = Object.entries(tables) as unknown as (readonly [TableName, Table<Row>])[];

/** The result of a copy. */
export interface CopyResult {
  /** The number of rows copied, by table. */
  readonly rows: Readonly<Record<TableName, number>>;
  /** The number of changes that the source recorded after the copy began. The copy does not have them. */
  readonly missed: number;
}

/**
 * Copies the source as it is at one moment. Throws, and leaves the target as it was, if the target has a supplier, if a row differs
 * after the copy, if a rule of check-rules.ts is broken, or once `stop` is aborted.
 */
export async function copyStore(source: Store, target: Store, stop: AbortSignal): Promise<CopyResult> {
  const { rows, recorded } = await inSnapshot(source, async (from) => ({
    recorded: await countRecorded(from),
    rows: await inTransaction(target, async (to) => {
      await requireEmpty(to);
      await to.deleteFrom('service_clock').execute();
      const copied = await copyTables(from, target, to, stop);
      if (target.kind === 'postgres') await refreshStatistics(to);
      await compareTables(from, to, stop);
      requireSound((await checkTables(to, target.kind)).findings);
      return copied;
    }),
  }));
  return { rows, missed: (await countRecorded(source.db)) - recorded };
}

async function countRecorded(db: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select cast(coalesce(sum(last_position), 0) as bigint) as count from supplier`.execute(db);
  return rows[0]?.count ?? 0;
}

/**
 * Throws if the target has a supplier. That suffices: rows of other tables need one, except `idempotency_key` and `service_clock`. A
 * leftover key violates its primary key or makes the comparison fail, and the clock's row is replaced.
 */
async function requireEmpty(to: Kysely<Tables>): Promise<void> {
  const supplier = await to
    .selectFrom('supplier')
    .select('supplier_id')
    .orderBy('supplier_id')
    .limit(1)
    .executeTakeFirst();
  if (supplier)
    throw new Error(`The target has suppliers already (${supplier.supplier_id}): give an empty database.`);
}

async function copyTables(from: Kysely<Tables>, target: Store, to: Kysely<Tables>, stop: AbortSignal) {
  const counts: Partial<Record<TableName, number>> = {};
  for (const [name, table] of entries) {
    if (target.kind === 'postgres') await preparePartitions(from, to, name);
    const insert = createInsert(target, name, table);
    let count = 0;
    for await (const page of readPages(from, name, table)) {
      await pause(stop);
      await insert(to, page);
      count += page.length;
    }
    counts[name] = count;
    if (target.kind === 'postgres' && name === 'idempotency_key') await sumUpDays(to, bytesOfKey);
  }
  // `entries` has every table, so every count is set.
  return counts as Record<TableName, number>;
}

/** Makes the partitions that the rows need. The suppliers, which tell how far the changes go, are copied already. */
async function preparePartitions(from: Kysely<Tables>, to: Kysely<Tables>, name: TableName): Promise<void> {
  if (name === 'inventory_change') await makeAhead(to);
  if (name === 'idempotency_key') await makeDaysAhead(to, await readClock(from));
}

function createInsert(target: Store, name: TableName, { columns }: Table<Row>): SetStatement<Row> {
  return createSetStatement(target, columns, (db) =>
    db
      .insertInto(name)
      // The name and the columns are of the same table.
      .columns(namesOf(columns) as never)
      .expression((eb) => eb.selectFrom('item').selectAll()),
  );
}

/** Compares all rows, page by page. Both stores sort text by its bytes, so equal tables have equal pages. */
async function compareTables(from: Kysely<Tables>, to: Kysely<Tables>, stop: AbortSignal): Promise<void> {
  for (const [name, table] of entries) {
    const copied = readPages(to, name, table);
    const requireSame = (page: Row[] | undefined, copy: Row[] | undefined) => {
      if (JSON.stringify(page) !== JSON.stringify(copy))
        throw new Error(`The target's table ${name} is not as the source's: nothing was copied.`);
    };
    for await (const page of readPages(from, name, table)) {
      await pause(stop);
      requireSame(page, (await copied.next()).value ?? undefined);
    }
    requireSame(undefined, (await copied.next()).value ?? undefined);
  }
}

/** Reads a table page by page, in the order of its key. */
async function* readPages(
  db: Kysely<Tables>,
  name: TableName,
  table: Table<Row>,
): AsyncGenerator<Row[], void> {
  const key = sql.join(table.key.map((column) => sql.ref(column)));
  const columns = sql.join(namesOf(table.columns).map((column) => sql.ref(column)));
  const large = namesOf(table.columns).find((column) => table.columns[column]?.type === 'bytes');
  let after = sql``;
  for (;;) {
    const ahead = sql`from ${sql.table(name)} ${after} order by ${key}`;
    const limit = large === undefined ? PAGE_ROWS : await countFitting(db, key, large, ahead);
    const { rows } = await sql<Row>`select ${columns} ${ahead} limit ${limit}`.execute(db);
    const last = rows.at(-1);
    if (!last) return;
    yield rows;
    after = sql`where (${key}) > (${sql.join(table.key.map((column) => last[column]))})`;
  }
}

/** The number of rows that the next page takes, 1 at least. Pages need a bound in bytes because a bulk call's answer has megabytes. */
async function countFitting(
  db: Kysely<Tables>,
  key: RawBuilder<unknown>,
  large: string,
  ahead: RawBuilder<unknown>,
) {
  const { rows } = await sql<{ count: number }>`select count(*) as count from (
      select sum(width) over (order by ${key} rows unbounded preceding) as bytes
      from (select ${key}, octet_length(${sql.ref(large)}) as width ${ahead} limit ${PAGE_ROWS}) as next
    ) as running where bytes <= ${PAGE_BYTES}`.execute(db);
  return Math.max(1, rows[0]?.count ?? 0);
}

/** PostgreSQL still has the statistics of empty tables. Without fresh ones it plans the check badly. */
async function refreshStatistics(to: Kysely<Tables>): Promise<void> {
  for (const [name] of entries) await sql`analyze ${sql.table(name)}`.execute(to);
}

function requireSound(findings: readonly Finding[]): void {
  if (findings.length === 0) return;
  const problems = findings.map(({ problem, count }) => `${problem} (${count})`).join('; ');
  throw new Error(`Nothing was copied, for \`stockgate check\` finds in the source: ${problems}.`);
}

/** Lets the event loop run once, so that a signal can stop the copy. */
async function pause(stop: AbortSignal): Promise<void> {
  await new Promise((resume) => setImmediate(resume));
  if (stop.aborted) throw new Error('Stopped: nothing was copied.');
}
