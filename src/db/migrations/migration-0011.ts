/** Migration 0011: adds the tables of webhook endpoints and of their last attempts. */
import { sql, type Kysely } from 'kysely';

/** Runs the migration. An endpoint is a position in its supplier's log of changes, so there is no queue of messages. */
export async function addWebhooks(db: Kysely<unknown>, store: 'sqlite' | 'postgres'): Promise<void> {
  const isSqlite = store === 'sqlite';
  const text = isSqlite ? sql`text` : sql`text collate "C"`;
  const bigint = isSqlite ? sql`integer` : sql`bigint`;
  const end = isSqlite ? sql`strict, without rowid` : sql``;
  await sql`create table webhook_endpoint (
    supplier_id ${text} not null references supplier (supplier_id),
    endpoint_id ${text} not null,
    url ${text} not null,
    filter ${text} not null,
    secret ${text} not null,
    previous_secret ${text},
    previous_secret_until ${text},
    position ${bigint} not null check (position >= 0),
    pending_until ${bigint} check (pending_until > position),
    round integer not null default 0,
    lease ${text} not null default '',
    lease_beats integer not null default 0,
    ping_id ${text},
    attempts ${bigint} not null default 0,
    failures integer not null default 0,
    failing_since ${text},
    next_attempt_at ${text},
    accepted_at ${text},
    disabled_at ${text},
    disabled_reason ${text} check (disabled_reason in ('BY_HAND', 'GONE', 'FAILING')),
    created_at ${text} not null,
    constraint webhook_endpoint_key primary key (supplier_id, endpoint_id)
  ) ${end}`.execute(db);
  await sql`create table webhook_attempt (
    supplier_id ${text} not null,
    endpoint_id ${text} not null,
    number ${bigint} not null,
    at ${text} not null,
    message_id ${text} not null,
    outcome ${text} not null,
    status integer,
    answer ${text} not null,
    ms integer not null,
    constraint webhook_attempt_key primary key (supplier_id, endpoint_id, number),
    constraint webhook_attempt_endpoint foreign key (supplier_id, endpoint_id)
      references webhook_endpoint (supplier_id, endpoint_id)
  ) ${end}`.execute(db);
}
