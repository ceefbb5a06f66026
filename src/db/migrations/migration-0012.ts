/** Migration 0012: a webhook endpoint can be disabled because the store has lost changes that it was told of. */
import { sql, type Kysely } from 'kysely';

const REASONS = sql.raw(`('BY_HAND', 'GONE', 'FAILING', 'CURSOR_AHEAD')`);

/** SQLite cannot change a check, so the column gives way to another of its name. */
export async function allowCursorAhead(db: Kysely<unknown>, store: 'sqlite' | 'postgres'): Promise<void> {
  if (store === 'postgres') {
    await sql`alter table webhook_endpoint drop constraint webhook_endpoint_disabled_reason_check`.execute(
      db,
    );
    await sql`alter table webhook_endpoint add constraint webhook_endpoint_disabled_reason_check
      check (disabled_reason in ${REASONS})`.execute(db);
    return;
  }
  await sql`alter table webhook_endpoint add column reason text check (reason in ${REASONS})`.execute(db);
  await sql`update webhook_endpoint set reason = disabled_reason`.execute(db);
  await sql`alter table webhook_endpoint drop column disabled_reason`.execute(db);
  await sql`alter table webhook_endpoint rename column reason to disabled_reason`.execute(db);
}
