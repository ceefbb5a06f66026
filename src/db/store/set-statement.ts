/** Statements over a set of rows, of whatever number: a text is built, compiled and prepared once. */
import { sql, type Compilable, type Kysely, type QueryCreator } from 'kysely';
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
 * PostgreSQL runs it once over all items, which travel as one JSON parameter: what costs is the way there and back. For SQLite,
 * in this process, reading JSON costs more than the updates do: it runs once for each item (sqlite-statements.ts), in the items' order.
 */
export function createSetStatement<C extends Record<string, Column>, Row>(
  store: Store,
  columns: C,
  build: (db: WithItems<RowOf<C>>) => Compilable<Row>,
): SetStatement<RowOf<C>, Row> {
  const names = namesOf(columns);
  const withItems =
    store.kind === 'sqlite' ? withOneItem(store.db, columns) : withAllItems(store.db, columns);
  const compiled = build(withItems).compile();
  const bound = store.kind === 'sqlite' ? names.length : 1;
  if (compiled.parameters.length !== bound)
    throw new Error(`A set statement binds its items alone: ${compiled.sql}`);
  return async (db, items, mark = '') => {
    const rows = items.map((item) => names.map((name) => item[name]));
    const parameter =
      store.kind === 'sqlite' ? rows : JSON.stringify(rows.map((row) => row.map(toJsonValue)));
    const result = await db.executeQuery<Row>({
      ...compiled,
      sql: mark + compiled.sql,
      parameters: [parameter],
    });
    return result.rows;
  };
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
