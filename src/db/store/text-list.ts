/** Lists of texts as one parameter, so that a statement's text does not depend on their number. */
import { sql, type RawBuilder, type SqlBool } from 'kysely';
import type { StoreKind } from './store.ts';

/** The column is one of these texts; an empty list lets nothing through. */
export function isOneOf(kind: StoreKind, column: string, texts: readonly string[]): RawBuilder<SqlBool> {
  const ref = sql.ref(column);
  return kind === 'sqlite'
    ? sql<SqlBool>`${ref} in (select value from json_each(${JSON.stringify(texts)}))`
    : sql<SqlBool>`${ref} = any(cast(${texts} as text[]))`;
}
