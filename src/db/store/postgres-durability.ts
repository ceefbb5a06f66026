/** Finds settings of a PostgreSQL server that lose acknowledged updates. SQLite needs no such check: open-store.ts sets its own. */
import { sql } from 'kysely';
import type { Store } from './store.ts';

/** If one of these is off, PostgreSQL acknowledges commits that a power cut can undo. */
const needed = ['fsync', 'synchronous_commit', 'full_page_writes'] as const;

/** One warning for each setting that is off. Empty on SQLite. */
export async function durabilityWarnings({ kind, db }: Store): Promise<string[]> {
  if (kind === 'sqlite') return [];
  const { rows } = await sql<{ name: string }>`
    select name from pg_settings where name in (${sql.join(needed)}) and setting = 'off'`.execute(db);
  return rows.map(
    ({ name }) =>
      `PostgreSQL runs with ${name}=off: updates that were answered can be lost. Set ${name}=on before you rely on it.`,
  );
}
