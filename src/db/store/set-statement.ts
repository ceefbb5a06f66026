/** Set statements: SQL over any number of rows, built, compiled and prepared once. */
import { sql, type Compilable, type Kysely, type QueryCreator } from 'kysely';
import type { RunEach } from '../driver/sqlite-statements.ts';
import { namesOf, type Column, type RowOf } from './columns.ts';
import type { Store } from './store.ts';
import type { Tables } from './tables.ts';

/**
 * Runs the statement over the items and resolves to its rows. A statement must not rely on the items' order, only on their columns.
 * `mark` is a prefix of the SQL text that controls pipelining (pipeline.ts).
 */
export type SetStatement<Item, Row = unknown> = (
  db: Kysely<Tables>,
  items: readonly Item[],
  mark?: string,
) => Promise<Row[]>;

/** A query over the store's tables and one more, `item`, which holds the items. */
type WithItems<Item> = QueryCreator<Tables & { item: Item }>;

/**
 * Builds a set statement. `columns` are the columns of an item. `build` reads them from the table `item`, and must bind no other
 * value, because runs replace all parameters. Throws if it does.
 *
 * PostgreSQL runs the statement once. The items travel as one JSON parameter, because the round trip is what costs.
 * SQLite runs it once for each item, in order: it is in this process, where parsing JSON costs more than the updates do.
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

/** Runs the text for each item on SQLite's only connection. `db` holds it meanwhile, so that all runs are in its transaction. */
function runOnSqlite<Row>(
  runEach: RunEach,
  db: Kysely<Tables>,
  text: string,
  items: readonly (readonly unknown[])[],
): Promise<Row[]> {
  // `runEach` cannot know the type of the rows. `build` declared it.
  return db.getExecutor().provideConnection(async () => runEach(text, items) as Row[]);
}

/** Bytes travel as base64, because JSON has no type for them. */
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
  // In SQL, RECURSIVE follows WITH and covers all expressions. `createLoadHistories` adds a recursive one, so `with` would be refused.
  return db.withRecursive(
    (cte) => cte('item').materialized(),
    (cte) => cte.selectFrom(json.as('json')).select(values),
  );
}
