/** Statements over a set of rows: the rows travel as one JSON parameter, so a text is built, compiled and prepared once. */
import { sql, type Compilable, type Kysely, type QueryCreator } from 'kysely';
import type { Store } from './open.ts';
import type { Tables } from './tables.ts';

type ColumnType = 'text' | 'integer' | 'bigint';

/** Runs the statement over the items. Their order says nothing unless a column does. */
export type SetStatement<Item, Row = unknown> = (
  db: Kysely<Tables>,
  items: readonly Item[],
) => Promise<Row[]>;

/** The tables, and the items given to the statement as one more, `item`. */
type WithItems<Item> = QueryCreator<Tables & { item: Item }>;

/**
 * Builds the statement once. `columns` are the items' columns; `build` reads them from the table `item` and must bind
 * no value of its own, for it would be lost.
 */
export function createSetStatement<Item extends object, Row = unknown>(
  store: Store,
  columns: Record<keyof Item & string, ColumnType>,
  build: (db: WithItems<Item>) => Compilable<Row>,
): SetStatement<Item, Row> {
  const types = Object.entries<ColumnType>(columns);
  // `columns` holds each key of Item and no other.
  const names = Object.keys(columns) as (keyof Item & string)[];
  const json =
    store.kind === 'sqlite' ? sql`json_each(${'[]'})` : sql`jsonb_array_elements(cast(${'[]'} as jsonb))`;
  const withItems = store.db.with(
    (cte) => cte('item').materialized(),
    (cte) =>
      cte
        .selectFrom(json.as('json'))
        .select(
          types.map(([name, type], i) =>
            sql`cast(json.value ->> ${sql.lit(i)} as ${sql.raw(type)})`.as(name),
          ),
        ),
  );
  const compiled = build(withItems).compile();
  if (compiled.parameters.length !== 1) throw new Error(`A set statement binds one value: ${compiled.sql}`);
  return async (db, items) => {
    const rows = items.map((item) => names.map((name) => item[name]));
    const result = await db.executeQuery<Row>({ ...compiled, parameters: [JSON.stringify(rows)] });
    return result.rows;
  };
}
