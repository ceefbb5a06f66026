/** Tokens: who may call, for which supplier. Only their SHA-256 is stored. */
import { hash } from 'node:crypto';
import { permissions, type Authenticate, type Caller, type Permission, type Role } from '../domain/caller.ts';
import type { Store } from './store/store.ts';
import type { TokenTable } from './store/tables.ts';

/** For how long a token's answer is kept, in milliseconds: a revocation takes effect within this time. */
const KEPT_MS = 2_000;
/** Tokens kept at most. */
const MAX_KEPT = 10_000;
/** Hexadecimal digits of its hash by which a token is named in listings. */
const ID_LENGTH = 12;

export interface NewToken {
  readonly supplierId: string;
  readonly name: string;
  readonly role: Role;
  readonly permissions: readonly Permission[];
  /** ISO 8601; null: never. */
  readonly expiresAt: string | null;
}

export interface TokenListing extends NewToken {
  readonly supplierName: string;
  /** The first digits of the token's hash. */
  readonly id: string;
  readonly createdAt: string;
  readonly revokedAt: string | null;
}

/**
 * Remembers good tokens for a moment, so that a busy client costs no query a request. An expiry is a moment of the wall `clock`. The
 * moment for which a token is kept is measured on the monotonic clock (milliseconds), so that a clock set back prolongs it for nobody.
 */
export function createAuthenticate(
  store: Store,
  clock: () => Date,
  monotonic: () => number = () => performance.now(),
): Authenticate {
  return createLookUp(store, clock, monotonic, hashToken);
}

/** As `createAuthenticate`, for tokens that are named by their SHA-256, as sessions name them. */
export function createFindCaller(
  store: Store,
  clock: () => Date,
  monotonic: () => number = () => performance.now(),
): (tokenHash: string) => Promise<Caller | null> {
  return createLookUp(store, clock, monotonic, (tokenHash) => tokenHash);
}

function createLookUp(
  store: Store,
  clock: () => Date,
  monotonic: () => number,
  hashOf: (name: string) => string,
) {
  const kept = new Map<string, { caller: Caller; until: number; expiry: number }>();
  return async (name: string): Promise<Caller | null> => {
    // Before the question: what is learned later is at least as new.
    const asked = monotonic();
    const known = kept.get(name);
    if (known && asked < known.until && clock().getTime() < known.expiry) return known.caller;
    kept.delete(name);
    const row = await store.points
      .selectFrom('token')
      .innerJoin('supplier', 'supplier.supplier_id', 'token.supplier_id')
      .selectAll('token')
      .select('supplier.name as supplier_name')
      .where('token_hash', '=', hashOf(name))
      .executeTakeFirst();
    const expiry = row?.expires_at ? Date.parse(row.expires_at) : Infinity;
    if (!row || row.revoked_at !== null || expiry <= clock().getTime()) return null;
    const caller = toCaller(row);
    if (kept.size >= MAX_KEPT) kept.clear();
    kept.set(name, { caller, until: asked + KEPT_MS, expiry });
    return caller;
  };
}

/** Stores a token of a known supplier. False: the supplier has a token of that name, or this very token is known. */
export async function saveToken(store: Store, token: string, details: NewToken, now: Date): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await store.db
    .insertInto('token')
    .values({
      token_hash: hashToken(token),
      supplier_id: details.supplierId,
      name: details.name,
      role: details.role,
      permissions: details.permissions.join(' '),
      created_at: now.toISOString(),
      expires_at: details.expiresAt,
      revoked_at: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** All tokens, by the names of suppliers and tokens. */
export async function listTokens(store: Store): Promise<TokenListing[]> {
  const rows = await store.db
    .selectFrom('token')
    .innerJoin('supplier', 'supplier.supplier_id', 'token.supplier_id')
    .selectAll('token')
    .select('supplier.name as supplier_name')
    .orderBy('supplier.name')
    .orderBy('token.name')
    .execute();
  return rows.map((row) => ({
    id: row.token_hash.slice(0, ID_LENGTH),
    supplierId: row.supplier_id,
    supplierName: row.supplier_name,
    name: row.name,
    role: row.role,
    permissions: parsePermissions(row.permissions),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
  }));
}

/** Revokes the token with this listing id, for good. False: there is none, or it is revoked already. */
export async function revokeToken(store: Store, id: string, now: Date): Promise<boolean> {
  if (!/^[0-9a-f]{12}$/.test(id)) return false;
  const { numUpdatedRows } = await store.db
    .updateTable('token')
    .set({ revoked_at: now.toISOString() })
    .where('token_hash', '>=', id)
    .where('token_hash', '<', `${id}g`)
    .where('revoked_at', 'is', null)
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

/** SHA-256 in hexadecimal: the form in which secrets are stored. */
export function hashToken(token: string): string {
  return hash('sha256', token, 'hex');
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

function parsePermissions(text: string): Permission[] {
  const named = new Set(text.split(' '));
  return permissions.filter((permission) => named.has(permission));
}
