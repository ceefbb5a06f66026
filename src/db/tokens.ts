/** Stores tokens: who may call, for which supplier. Only their SHA-256 is stored. */
import { hash } from 'node:crypto';
import type { ExpressionBuilder, Kysely } from 'kysely';
import { permissions, type Permission, type Role } from '../domain/caller.ts';
import type { Store } from './store/store.ts';
import type { Tables, TokenTable } from './store/tables.ts';

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
  /** The listing id of the token that it replaced last; null if it never was rotated. */
  readonly previousId: string | null;
  /** Until when the token that it replaced is good too; null if it never was rotated. */
  readonly previousUntil: string | null;
  /** The last day of its use, in UTC; null: none is known. */
  readonly lastUsedOn: string | null;
}

/** Stores a token of a known supplier. False: the supplier has a token of that name, or this very token is known. */
export async function saveToken(store: Store, token: string, details: NewToken, now: Date): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await store.writes
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
      previous_hash: null,
      previous_until: null,
      last_used_on: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** All tokens, by the names of suppliers and tokens. */
export async function listTokens({ db }: Store): Promise<TokenListing[]> {
  const rows = await selectTokens(db).orderBy('supplier.name').orderBy('token.name').execute();
  return rows.map(toListing);
}

/** Tokens in force that expire between these times, the first ones first. */
export async function expiringTokens(
  { points }: Store,
  from: Date,
  until: Date,
  limit: number,
): Promise<TokenListing[]> {
  const rows = await selectTokens(points)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', from.toISOString())
    .where('expires_at', '<=', until.toISOString())
    .orderBy('expires_at')
    .limit(limit)
    .execute();
  return rows.map(toListing);
}

/** Tokens with their suppliers' names. */
export function selectTokens(db: Kysely<Tables>) {
  return db
    .selectFrom('token')
    .innerJoin('supplier', 'supplier.supplier_id', 'token.supplier_id')
    .selectAll('token')
    .select('supplier.name as supplier_name');
}

function toListing(row: TokenTable & { supplier_name: string }): TokenListing {
  return {
    id: row.token_hash.slice(0, ID_LENGTH),
    supplierId: row.supplier_id,
    supplierName: row.supplier_name,
    name: row.name,
    role: row.role,
    permissions: parsePermissions(row.permissions),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    previousId: row.previous_hash?.slice(0, ID_LENGTH) ?? null,
    previousUntil: row.previous_until,
    lastUsedOn: row.last_used_on,
  };
}

/** Revokes the token with this listing id, for good, and with it the one that it replaced. False: there is none, or it is revoked already. */
export async function revokeToken({ writes: db }: Store, id: string, now: Date): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('token')
    .set({ revoked_at: now.toISOString() })
    .where(isInForce(id))
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

/** What a rotation sets. */
export interface Rotation {
  /** The new token. */
  readonly token: string;
  /** Until when the old one is good, unless it expires before: ISO 8601, as below. */
  readonly previousUntil: string;
  /** Undefined: as before. */
  readonly expiresAt?: string | undefined;
}

/**
 * Replaces the token with this listing id: name, role and permissions stay. One that was replaced before ends at once. False: there is no
 * such token, or it is revoked.
 */
export async function rotateToken({ writes: db }: Store, id: string, rotation: Rotation): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('token')
    .set(({ ref }) => ({
      token_hash: hashToken(rotation.token),
      previous_hash: ref('token_hash'),
      previous_until: rotation.previousUntil,
      ...(rotation.expiresAt !== undefined && { expires_at: rotation.expiresAt }),
    }))
    .where(isInForce(id))
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

/** Whether it is the token with this listing id, and not revoked. */
function isInForce(id: string) {
  return ({ eb, lit }: ExpressionBuilder<Tables, 'token'>) => {
    if (!/^[0-9a-f]{12}$/.test(id)) return lit(false);
    return eb.and([
      eb('token_hash', '>=', id),
      eb('token_hash', '<', `${id}g`),
      eb('revoked_at', 'is', null),
    ]);
  };
}

/** SHA-256 in hexadecimal: the form in which secrets are stored. */
export function hashToken(token: string): string {
  return hash('sha256', token, 'hex');
}

export function parsePermissions(text: string): Permission[] {
  const named = new Set(text.split(' '));
  return permissions.filter((permission) => named.has(permission));
}
