/** What a PostgreSQL server is set to that would lose acknowledged updates. SQLite's settings are our own (open-store.ts). */
import { sql } from 'kysely';
import type { Store } from './store.ts';

/** Settings without which PostgreSQL answers a commit that a power cut can undo. */
const needed = ['fsync', 'synchronous_commit', 'full_page_writes'] as const;

/** A sentence for each setting that breaks the promise of durability. */
export async function durabilityWarnings({ kind, db }: Store): Promise<string[]> {
  if (kind === 'sqlite') return [];
  const { rows } = await sql<{ name: string }>`
    select name from pg_settings where name in (${sql.join(needed)}) and setting = 'off'`.execute(db);
  return rows.map(
    ({ name }) =>
      `PostgreSQL runs with ${name}=off: updates that were answered can be lost. Set ${name}=on before you rely on it.`,
  );
}
