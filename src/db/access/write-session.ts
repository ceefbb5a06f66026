/** Writes sessions of the board: begun, used, ended. A session is stored under the SHA-256 of its secret. */
import type { ExpressionBuilder, Kysely, SelectQueryBuilder } from 'kysely';
import type { Store, StoreKind } from '../store/store.ts';
import type { Tables } from '../store/tables.ts';
import { inTransaction } from '../store/transaction.ts';

/** A session ends when it was not used for so long, in milliseconds: 12 hours. */
export const SESSION_IDLE_MS = 43_200_000;
/** Sessions of one token at most. A new one ends the one that was not used for longest. */
export const MAX_SESSIONS = 32;
/** Sessions that one sign-in removes at most because they have ended. Writers wait for it. */
const MAX_PURGED = 100;

/** A new session. */
export interface NewSession {
  readonly sessionHash: string;
  readonly tokenHash: string;
  readonly supplierId: string;
  /** Sessions that end as this one begins. */
  readonly replaced: readonly string[];
}

/** What is written. `now` is the time of the wall clock (ISO 8601). */
export type SessionWrite =
  | { readonly begin: NewSession; readonly now: string }
  | { readonly use: string; readonly now: string }
  | { readonly end: readonly string[] };

/** Writes it. False: a session cannot begin, because its supplier is gone. */
export async function writeSession(store: Store, write: SessionWrite): Promise<boolean> {
  if ('begin' in write) return inTransaction(store, (trx) => begin(store.kind, trx, write.begin, write.now));
  if ('use' in write) await use(store.writes, write.use, write.now);
  else await remove(store.writes, write.end);
  return true;
}

async function begin(
  kind: StoreKind,
  trx: Kysely<Tables>,
  { sessionHash, tokenHash, supplierId, replaced }: NewSession,
  now: string,
): Promise<boolean> {
  // The lock that imports take: the supplier cannot be deleted before the session is in its table.
  const supplier = trx
    .selectFrom('supplier')
    .select('supplier_id')
    .where('supplier_id', '=', supplierId)
    .where('deleted_at', 'is', null);
  const found = await (kind === 'postgres' ? supplier.forKeyShare() : supplier).executeTakeFirst();
  if (!found) return false;
  const sessions = trx.selectFrom('board_session').select('session_hash');
  const ended = sessions.where(hasEnded(now)).limit(MAX_PURGED);
  // The token's sessions, those first that were used most recently.
  const own = sessions
    .where('token_hash', '=', tokenHash)
    .orderBy('used_at', 'desc')
    .orderBy('created_at', 'desc')
    .orderBy('session_hash');
  if (replaced.length > 0)
    await remove(trx, await lock(kind, sessions.where('session_hash', 'in', replaced)));
  await remove(trx, await lock(kind, ended));
  await remove(trx, (await lock(kind, own)).slice(MAX_SESSIONS - 1));
  await trx
    .insertInto('board_session')
    .values({
      session_hash: sessionHash,
      token_hash: tokenHash,
      supplier_id: supplierId,
      created_at: now,
      used_at: now,
    })
    .execute();
  return true;
}

/** A use that is too far ahead of the clock is too old as well: the clock was set back. */
function hasEnded(now: string) {
  const at = (ms: number) => new Date(Date.parse(now) + ms).toISOString();
  return ({ eb }: ExpressionBuilder<Tables, 'board_session'>) =>
    eb.or([eb('used_at', '<=', at(-SESSION_IDLE_MS)), eb('used_at', '>=', at(SESSION_IDLE_MS))]);
}

/** Locks rows, without those that others delete or use now: so no two transactions wait for each other. SQLite has one writer. */
async function lock(
  kind: StoreKind,
  query: SelectQueryBuilder<Tables, 'board_session', { session_hash: string }>,
): Promise<string[]> {
  const rows = await (kind === 'postgres' ? query.forUpdate().skipLocked() : query).execute();
  return rows.map((row) => row.session_hash);
}

async function use(db: Kysely<Tables>, sessionHash: string, now: string): Promise<void> {
  await db
    .updateTable('board_session')
    .set({ used_at: now })
    .where('session_hash', '=', sessionHash)
    .execute();
}

async function remove(db: Kysely<Tables>, sessionHashes: readonly string[]): Promise<void> {
  for (const sessionHash of sessionHashes)
    await db.deleteFrom('board_session').where('session_hash', '=', sessionHash).execute();
}
