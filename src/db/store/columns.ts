/** Words to declare columns with, and what follows from a declaration: a row's type, and parts of statements. */
import { sql, type RawBuilder } from 'kysely';

/** `bytes`: a Buffer. */
type ColumnType = 'text' | 'integer' | 'bigint' | 'bytes';

/** A column with values of one type; `isNullable`: null is one of them. */
export interface Column<Value = unknown> {
  readonly type: ColumnType;
  readonly isNullable: boolean;
  /** For the compiler only, never set: what the column holds. */
  readonly holds?: Value;
}

/** A column for each of a row's values. */
export type Columns<Row> = { readonly [Name in keyof Row & string]: Column<Row[Name]> };

/** A row that has these columns. */
export type RowOf<C> = { -readonly [Name in keyof C]: C[Name] extends Column<infer Value> ? Value : never };

export const text = <Value extends string = string>(): Column<Value> => ({ type: 'text', isNullable: false });
/** 32 bits, signed. */
export const integer = (): Column<number> => ({ type: 'integer', isNullable: false });
/** 64 bits, signed; the values stay within JavaScript's safe integers. */
export const bigint = (): Column<number> => ({ type: 'bigint', isNullable: false });
export const bytes = (): Column<Buffer> => ({ type: 'bytes', isNullable: false });
export const orNull = <Value>({ type }: Column<Value>): Column<Value | null> => ({ type, isNullable: true });

/** Some of these columns, in the order that they are named. */
export function pick<C extends object, Name extends keyof C & string>(
  columns: C,
  ...names: Name[]
): Pick<C, Name> {
  // Each name is set once.
  return Object.fromEntries(names.map((name) => [name, columns[name]])) as Pick<C, Name>;
}

/** The columns' names in the order of their declaration: items of a set statement have their values in the same order. */
export function namesOf<C extends object>(columns: C): (keyof C & string)[] {
  // A declaration has no other keys.
  return Object.keys(columns) as (keyof C & string)[];
}

/** For the SET of an update: each of these columns becomes what the item has. */
export function asInItem<C extends object>(columns: C): { [Name in keyof C]: RawBuilder<RowOf<C>[Name]> } {
  // Each name is set once.
  return Object.fromEntries(namesOf(columns).map((name) => [name, sql.ref(`item.${name}`)])) as {
    [Name in keyof C]: RawBuilder<RowOf<C>[Name]>;
  };
}
