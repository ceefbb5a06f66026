/** Finds the caller of a token, and remembers good ones for a moment. */
import type { Authenticate, Caller } from '../domain/caller.ts';
import type { TokenUse } from './access/note-token-use.ts';
import type { Store } from './store/store.ts';
import type { TokenTable } from './store/tables.ts';
import { hashToken, parsePermissions, selectTokens } from './tokens.ts';

/** For how long a token's answer is kept, in milliseconds: a revocation takes effect within this time. */
const KEPT_MS = 2_000;
/** Tokens kept at most. */
const MAX_KEPT = 10_000;
/** Characters of the day in a time in ISO 8601. */
const DAY_LENGTH = 10;

/** How the tokens of a store are looked up. */
export interface LookUp {
  /** Milliseconds on a clock that never jumps. */
  readonly monotonic?: () => number;
  /** Told of a token's first use of a day, and again every few seconds until that is stored. */
  readonly noteUse?: (use: TokenUse) => void;
}

/**
 * Remembers good tokens for a moment, so that a busy client costs no query a request. An expiry is a moment of the wall `clock`. The
 * moment for which a token is kept is measured on the monotonic clock, so that a clock set back prolongs it for nobody.
 */
export function createAuthenticate(store: Store, clock: () => Date, more: LookUp = {}): Authenticate {
  return createLookUp(store, clock, more, hashToken);
}

/** As `createAuthenticate`, for tokens that are named by their SHA-256, as sessions name them. */
export function createFindCaller(
  store: Store,
  clock: () => Date,
  more: LookUp = {},
): (tokenHash: string) => Promise<Caller | null> {
  return createLookUp(store, clock, more, (tokenHash) => tokenHash);
}

function createLookUp(
  store: Store,
  clock: () => Date,
  { monotonic = () => performance.now(), noteUse }: LookUp,
  hashOf: (name: string) => string,
) {
  const kept = new Map<string, { caller: Caller; until: number; expiry: number }>();
  return async (name: string): Promise<Caller | null> => {
    // Before the question: what is learned later is at least as new.
    const asked = monotonic();
    const known = kept.get(name);
    if (known && asked < known.until && clock().getTime() < known.expiry) return known.caller;
    kept.delete(name);
    const tokenHash = hashOf(name);
    const row = await findRow(store, tokenHash);
    const now = clock();
    const expiry = row ? expiryOf(row, tokenHash) : 0;
    if (!row || row.revoked_at !== null || expiry <= now.getTime()) return null;
    const day = now.toISOString().slice(0, DAY_LENGTH);
    if ((row.last_used_on ?? '') < day) noteUse?.({ tokenHash: row.token_hash, day });
    const caller = toCaller(row);
    if (kept.size >= MAX_KEPT) kept.clear();
    kept.set(name, { caller, until: asked + KEPT_MS, expiry });
    return caller;
  };
}

/** The token with this hash, or the one that replaced it. */
function findRow({ points }: Store, tokenHash: string) {
  return selectTokens(points)
    .where(({ eb }) => eb.or([eb('token_hash', '=', tokenHash), eb('previous_hash', '=', tokenHash)]))
    .executeTakeFirst();
}

/** When the token with this hash expires, in milliseconds since 1970. One that was replaced does so no later than its successor. */
function expiryOf(row: TokenTable, tokenHash: string): number {
  const times = [row.expires_at, row.token_hash === tokenHash ? null : row.previous_until];
  return Math.min(Infinity, ...times.flatMap((time) => (time === null ? [] : [Date.parse(time)])));
}

function toCaller(row: TokenTable & { supplier_name: string }): Caller {
  return {
    supplierId: row.supplier_id,
    supplierName: row.supplier_name,
    role: row.role,
    permissions: parsePermissions(row.permissions),
    actor: row.name,
    expiresAt: row.expires_at,
  };
}
