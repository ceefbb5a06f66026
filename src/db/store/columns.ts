/** Declares a table's columns once, and derives row types and parts of SQL statements from the declaration. */
import { sql, type RawBuilder } from 'kysely';

/** A column's type in both stores. `bytes` is BLOB or BYTEA, and a Buffer in JavaScript. */
type ColumnType = 'text' | 'integer' | 'bigint' | 'bytes';

/** A declared column. `isNullable` says whether it can hold null. */
export interface Column<Value = unknown> {
  readonly type: ColumnType;
  readonly isNullable: boolean;
  /** Never set. It carries the type of the column's values for the compiler. */
  readonly holds?: Value;
}

/** The declarations that a row of this type needs: one column for each property. */
export type Columns<Row> = { readonly [Name in keyof Row & string]: Column<Row[Name]> };

/** The type of a row with these columns. */
export type RowOf<C> = { -readonly [Name in keyof C]: C[Name] extends Column<infer Value> ? Value : never };

/** A column of text. In PostgreSQL it sorts by bytes, as in SQLite. `Value` narrows the allowed texts for the compiler. */
export const text = <Value extends string = string>(): Column<Value> => ({ type: 'text', isNullable: false });
/** A column of signed 32-bit integers. */
export const integer = (): Column<number> => ({ type: 'integer', isNullable: false });
/** A column of signed 64-bit integers. The gateway stores safe integers only (below 2^53). */
export const bigint = (): Column<number> => ({ type: 'bigint', isNullable: false });
/** A column of bytes, read and written as a Buffer. */
export const bytes = (): Column<Buffer> => ({ type: 'bytes', isNullable: false });
/** The same column, which can also hold null. */
export const orNull = <Value>({ type }: Column<Value>): Column<Value | null> => ({ type, isNullable: true });

/** Selects columns by name. The result has them in the order of `names`, which set statements rely on. */
export function pick<C extends object, Name extends keyof C & string>(
  columns: C,
  ...names: Name[]
): Pick<C, Name> {
  // TypeScript types the result of fromEntries as an index signature. Every name is set, so the cast is safe.
  return Object.fromEntries(names.map((name) => [name, columns[name]])) as Pick<C, Name>;
}

/** The names of the columns, in the order of their declaration. The values of a set statement's item have the same order. */
export function namesOf<C extends object>(columns: C): (keyof C & string)[] {
  // TypeScript types the keys as strings, because an object may have more of them. A declaration has no others.
  return Object.keys(columns) as (keyof C & string)[];
}

/** The SET part of an UPDATE inside a set statement: each of these columns takes the value of the item's column of that name. */
export function asInItem<C extends object>(columns: C): { [Name in keyof C]: RawBuilder<RowOf<C>[Name]> } {
  // The cast is safe for the same reason as in `pick`.
  return Object.fromEntries(namesOf(columns).map((name) => [name, sql.ref(`item.${name}`)])) as {
    [Name in keyof C]: RawBuilder<RowOf<C>[Name]>;
  };
}
