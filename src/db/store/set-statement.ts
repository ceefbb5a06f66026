/** Statements over a set of rows, of whatever number: a text is built, compiled and prepared once. */
import { sql, type Compilable, type Kysely, type QueryCreator } from 'kysely';
import type { RunEach } from '../driver/sqlite-statements.ts';
import { namesOf, type Column, type RowOf } from './columns.ts';
import type { Store } from './store.ts';
import type { Tables } from './tables.ts';

/** Runs the statement over the items. Their order says nothing unless a column does. `mark`: of pipeline.ts. */
export type SetStatement<Item, Row = unknown> = (
  db: Kysely<Tables>,
  items: readonly Item[],
  mark?: string,
) => Promise<Row[]>;

/** The tables, and the items given to the statement as one more, `item`. */
type WithItems<Item> = QueryCreator<Tables & { item: Item }>;

/**
 * Builds the statement once. `columns` are the items' columns; `build` reads them from the table `item` and must bind
 * no value of its own, for it would be lost.
 *
 * PostgreSQL runs it once over all items, which travel as one JSON parameter, because the way there and back is what costs. SQLite is
 * in this process, and reading JSON costs more than the updates do. So SQLite runs it for each item, in the items' order.
 */
export function createSetStatement<C extends Record<string, Column>, Row>(
  store: Store,
  columns: C,
  build: (db: WithItems<RowOf<C>>) => Compilable<Row>,
): SetStatement<RowOf<C>, Row> {
  const names = namesOf(columns);
  const { runEach } = store;
  const compiled = build(
    runEach ? withOneItem(store.db, columns) : withAllItems(store.db, columns),
  ).compile();
  if (compiled.parameters.length !== (runEach ? names.length : 1))
    throw new Error(`A set statement binds its items alone: ${compiled.sql}`);
  const valuesOf = (item: RowOf<C>) => names.map((name) => item[name]);
  if (runEach) return (db, items) => runOnSqlite<Row>(runEach, db, compiled.sql, items.map(valuesOf));
  return async (db, items, mark = '') => {
    const json = JSON.stringify(items.map((item) => valuesOf(item).map(toJsonValue)));
    const query = { ...compiled, sql: mark + compiled.sql, parameters: [json] };
    return (await db.executeQuery<Row>(query)).rows;
  };
}

/** SQLite has one connection. It is held during the runs, so that they belong to the transaction of `db` and to no other. */
function runOnSqlite<Row>(
  runEach: RunEach,
  db: Kysely<Tables>,
  text: string,
  items: readonly (readonly unknown[])[],
): Promise<Row[]> {
  // The statement was built with these rows as its result.
  return db.getExecutor().provideConnection(async () => runEach(text, items) as Row[]);
}

/** JSON has no bytes. */
function toJsonValue(value: unknown): unknown {
  return Buffer.isBuffer(value) ? value.toString('base64') : value;
}

function withOneItem(db: Kysely<Tables>, columns: Record<string, Column>) {
  return db.with('item', (cte) => cte.selectNoFrom(namesOf(columns).map((name) => sql`${null}`.as(name))));
}

function withAllItems(db: Kysely<Tables>, columns: Record<string, Column>) {
  const json = sql`jsonb_array_elements(cast(${'[]'} as jsonb))`;
  const values = Object.entries(columns).map(([name, { type }], i) => {
    const text = sql`json.value ->> ${sql.lit(i)}`;
    return (type === 'bytes' ? sql`decode(${text}, 'base64')` : sql`cast(${text} as ${sql.raw(type)})`).as(
      name,
    );
  });
  // Recursive is said of the first expression or of none: a statement may add one that is (`createLoadHistories`).
  return db.withRecursive(
    (cte) => cte('item').materialized(),
    (cte) => cte.selectFrom(json.as('json')).select(values),
  );
}
