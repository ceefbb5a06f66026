/** Migration 0009: adds the table of sessions of the board, in which people sign in with a token once. */
import { sql, type Kysely } from 'kysely';

/** Runs the migration. A session outlives no token, but `token_hash` is no foreign key: the demo's token has no row. */
export async function addBoardSessions(db: Kysely<unknown>, store: 'sqlite' | 'postgres'): Promise<void> {
  const text = store === 'sqlite' ? sql`text` : sql`text collate "C"`;
  const end = store === 'sqlite' ? sql`strict, without rowid` : sql``;
  await sql`create table board_session (
    session_hash ${text} not null,
    token_hash ${text} not null,
    supplier_id ${text} not null references supplier (supplier_id),
    created_at ${text} not null,
    used_at ${text} not null,
    constraint board_session_key primary key (session_hash)
  ) ${end}`.execute(db);
  await sql`create index board_session_by_token on board_session (token_hash, used_at)`.execute(db);
  await sql`create index board_session_by_supplier on board_session (supplier_id)`.execute(db);
  await sql`create index board_session_by_use on board_session (used_at)`.execute(db);
}
