/** Copies one store into another, empty one, whichever kinds they are: all of it in one transaction, compared before it commits. */
import { sql, type Kysely, type RawBuilder } from 'kysely';
import { checkTables, type Finding } from './check.ts';
import { namesOf } from '../store/columns.ts';
import type { Store } from '../store/store.ts';
import { createSetStatement, type SetStatement } from '../store/set-statement.ts';
import { tables, type Table, type Tables } from '../store/tables.ts';
import { inSnapshot, inTransaction } from '../store/transaction.ts';

/** Rows read and written at once. */
const PAGE_ROWS = 1_000;
/** Bytes that a page's values of type `bytes` may hold together, unless a single row has more. */
const PAGE_BYTES = 4_194_304;

type TableName = keyof Tables;
type Row = Readonly<Record<string, string | number | Buffer | null>>;
// The declarations' own types serve the compiler where they are written.
const entries = Object.entries(tables) as unknown as (readonly [TableName, Table<Row>])[];

export interface CopyResult {
  /** Rows copied, by table. */
  readonly rows: Readonly<Record<TableName, number>>;
  /** Changes that were recorded in the source since the moment of the copy: they are not in it. */
  readonly missed: number;
}

/** Copies the source as it is at one moment. Throws, and leaves the target as it was, unless everything arrived and fits together. */
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

/** Every table but two refers to a supplier: a leftover key violates its primary key, and the clock's row is replaced. */
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
    const insert = createInsert(target, name, table);
    let count = 0;
    for await (const page of readPages(from, name, table)) {
      await pause(stop);
      await insert(to, page);
      count += page.length;
    }
    counts[name] = count;
  }
  // `entries` has each.
  return counts as Record<TableName, number>;
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

/** Both stores sort text by its bytes, so that equal tables have equal pages. */
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

/** A table in the order of its key, a page at a time. */
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

/** How many of the rows ahead a page takes, one at least: an answer to a bulk call has megabytes. */
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

/** Without them PostgreSQL plans for the empty tables that it remembers. */
async function refreshStatistics(to: Kysely<Tables>): Promise<void> {
  for (const [name] of entries) await sql`analyze ${sql.table(name)}`.execute(to);
}

function requireSound(findings: readonly Finding[]): void {
  if (findings.length === 0) return;
  const problems = findings.map(({ problem, count }) => `${problem} (${count})`).join('; ');
  throw new Error(`Nothing was copied, for \`stockgate check\` finds in the source: ${problems}.`);
}

/** Lets the process hear whether it shall stop. */
async function pause(stop: AbortSignal): Promise<void> {
  await new Promise((resume) => setImmediate(resume));
  if (stop.aborted) throw new Error('Stopped: nothing was copied.');
}
