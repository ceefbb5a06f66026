/** Passes a list of texts as one parameter. The SQL text then does not depend on the list's length, and its prepared statement is reused. */
import { sql, type RawBuilder, type SqlBool } from 'kysely';
import type { StoreKind } from './store.ts';

/** A condition: the column's value is one of `texts`. With an empty list no row matches. */
export function isOneOf(kind: StoreKind, column: string, texts: readonly string[]): RawBuilder<SqlBool> {
  const ref = sql.ref(column);
  return kind === 'sqlite'
    ? sql<SqlBool>`${ref} in (select value from json_each(${JSON.stringify(texts)}))`
    : sql<SqlBool>`${ref} = any(cast(${texts} as text[]))`;
}
