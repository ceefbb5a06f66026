/** The declaration of the tables is what the migrations make: each table, column, type, null and key, on both stores. */
import { sql, type Kysely } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { namesOf, type Column } from '../../src/db/store/columns.ts';
import type { Store, StoreKind } from '../../src/db/store/store.ts';
import { tables, type Tables } from '../../src/db/store/tables.ts';
import { describeOnEachStore, openTestStore } from '../support/stores/stores.ts';

interface Shape {
  readonly columns: Readonly<Record<string, string>>;
  readonly key: readonly string[];
}

const sqlTypes = {
  sqlite: { text: 'text', integer: 'integer', bigint: 'integer', bytes: 'blob' },
  postgres: { text: 'text', integer: 'integer', bigint: 'bigint', bytes: 'bytea' },
};

function shapeOf(type: string, isNullable: boolean): string {
  return isNullable ? type : `${type} not null`;
}

function declaredShapes(kind: StoreKind): Record<string, Shape> {
  const toShape = ({ type, isNullable }: Column) => shapeOf(sqlTypes[kind][type], isNullable);
  return Object.fromEntries(
    namesOf(tables).map((name) => {
      const columns = Object.entries(tables[name].columns);
      const shape = Object.fromEntries(columns.map(([column, declared]) => [column, toShape(declared)]));
      return [name, { columns: shape, key: tables[name].key }];
    }),
  );
}

/** A column as the database itself describes it; `key` counts from 1 within the primary key, 0 outside of it. */
interface Described {
  readonly name: string;
  readonly column: string;
  readonly type: string;
  readonly nullable: number;
  readonly key: number;
}

const describeColumns = {
  sqlite: sql<Described>`
    select list.name, info.name as "column", lower(info.type) as type, case when info."notnull" or info.pk then 0 else 1 end as nullable, info.pk as key
    from pragma_table_list as list, pragma_table_info(list.name) as info
    where list.type = 'table' and list.schema = 'main'`,
  postgres: sql<Described>`
    select columns.table_name as name, columns.column_name as "column", columns.data_type as type,
      case columns.is_nullable when 'YES' then 1 else 0 end as nullable,
      coalesce(keys.ordinal_position, 0) as key
    from information_schema.columns
    left join information_schema.table_constraints as constraints
      on constraints.constraint_type = 'PRIMARY KEY' and constraints.table_name in (columns.table_name, columns.table_name || '_d0')
    left join information_schema.key_column_usage as keys
      on keys.constraint_name = constraints.constraint_name and keys.column_name = columns.column_name
    where columns.table_schema = 'public' and not exists (
      select 1 from pg_class where relname = columns.table_name and relispartition)`,
};

async function storedShapes(db: Kysely<Tables>, kind: StoreKind): Promise<Record<string, Shape>> {
  const { rows } = await describeColumns[kind].execute(db);
  const ours = rows.filter(({ name }) => !/^(?:kysely_|sqlite_|key_day$)/.test(name));
  return Object.fromEntries(
    Map.groupBy(ours, ({ name }) => name)
      .entries()
      .map(([name, found]) => {
        const columns = found.map(({ column, type, nullable }) => [column, shapeOf(type, nullable === 1)]);
        const key = found.filter((column) => column.key > 0).toSorted((a, b) => a.key - b.key);
        return [name, { columns: Object.fromEntries(columns), key: key.map(({ column }) => column) }];
      }),
  );
}

describeOnEachStore('the declaration of the tables', (kind) => {
  let database: Awaited<ReturnType<typeof openTestStore>>;
  let store: Store;

  beforeAll(async () => {
    database = await openTestStore(kind);
    store = database.store;
  });
  afterAll(() => database.remove());

  test('is what the migrations make', async () => {
    expect(await storedShapes(store.db, kind)).toEqual(declaredShapes(kind));
  });

  test.each([
    ['one column more', ['alter table sku add column colour text']],
    ['one column less', ['alter table token drop column revoked_at']],
    ['another name of a column', ['alter table sku rename column title to name']],
    [
      'another type of a column',
      ['alter table sku drop column title', 'alter table sku add column title integer'],
    ],
    [
      'a column that refuses null',
      ['alter table sku drop column title', `alter table sku add column title text not null default ''`],
    ],
    ['one table more', ['create table warehouse (id integer primary key)']],
    ['one table less', ['drop table idempotency_key']],
    [
      'another key',
      ['drop table service_clock', 'create table service_clock (id integer, elapsed_ms bigint, owner text)'],
    ],
  ])('differs from a database with %s', async (_difference, statements) => {
    const undone = new Error('Undone.');
    let shapes;
    const altered = store.db.transaction().execute(async (trx) => {
      for (const statement of statements) await sql.raw(statement).execute(trx);
      shapes = await storedShapes(trx, kind);
      throw undone;
    });
    await expect(altered).rejects.toBe(undone);
    expect(shapes).toBeDefined();
    expect(shapes).not.toEqual(declaredShapes(kind));
  });
});
