/** Migration 0008: adds the table of feeds, which are inventory files that were handed in over HTTP. */
import { sql, type Kysely } from 'kysely';

/** Runs the migration. An idempotency key counts within its supplier. */
export async function addFeeds(db: Kysely<unknown>, store: 'sqlite' | 'postgres'): Promise<void> {
  const text = store === 'sqlite' ? sql`text` : sql`text collate "C"`;
  const end = store === 'sqlite' ? sql`strict, without rowid` : sql``;
  await sql`create table feed (
    supplier_id ${text} not null references supplier (supplier_id),
    feed_id ${text} not null,
    state ${text} not null check (state in ('QUEUED', 'READING', 'APPLYING', 'DONE', 'REFUSED', 'FAILED')),
    actor ${text} not null,
    filename ${text},
    sheet ${text},
    mode ${text} not null check (mode in ('delta', 'full')),
    dry_run integer not null check (dry_run in (0, 1)),
    allow_zeroing integer,
    as_of ${text} not null,
    reason ${text},
    reference_document_uri ${text},
    idempotency_key ${text},
    blind integer not null check (blind in (0, 1)),
    fingerprint ${text} not null,
    starts integer not null default 0,
    revision integer not null default 1,
    rows_read integer not null default 0,
    rows_done integer not null default 0,
    progress ${text},
    problems ${text},
    report ${text},
    refusal ${text},
    created_at ${text} not null,
    started_at ${text},
    finished_at ${text},
    constraint feed_key primary key (supplier_id, feed_id)
  ) ${end}`.execute(db);
  await sql`create unique index feed_by_idempotency_key on feed (supplier_id, idempotency_key)
    where idempotency_key is not null`.execute(db);
  await sql`create index feed_by_time on feed (supplier_id, created_at, feed_id)`.execute(db);
  await sql`create index feed_unfinished on feed (created_at) where finished_at is null`.execute(db);
}
