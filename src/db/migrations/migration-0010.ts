/** Migration 0010: a token can be rotated, its old value staying good for a while, and it is known on which day it was last used. */
import { sql, type Kysely } from 'kysely';

/** Runs the migration. What was used before it counts as never used. */
export async function addTokenRotation(db: Kysely<unknown>, store: 'sqlite' | 'postgres'): Promise<void> {
  const text = store === 'sqlite' ? sql`text` : sql`text collate "C"`;
  await sql`alter table token add column previous_hash ${text}`.execute(db);
  await sql`alter table token add column previous_until ${text}`.execute(db);
  await sql`alter table token add column last_used_on ${text}`.execute(db);
  // Most tokens were never rotated.
  await sql`create unique index token_by_previous on token (previous_hash) where previous_hash is not null`.execute(
    db,
  );
}
