/** Callers: the supplier that a token speaks for, and what the token permits. */

export const permissions = ['edit_items', 'view_items', 'manage_webhooks'] as const;
export type Permission = (typeof permissions)[number];
export const roles = ['supplier', 'retailer'] as const;
export type Role = (typeof roles)[number];

/** A caller, as its token describes it. */
export interface Caller {
  /** The supplier's key in the store. It stays when the supplier is renamed. */
  readonly supplierId: string;
  /** What people call the supplier, for people alone: logs, and what a page shows. */
  readonly supplierName: string;
  readonly role: Role;
  readonly permissions: readonly Permission[];
  /** The token's name; the change record keeps it. */
  readonly actor: string;
  /** When the token expires, in ISO 8601; null: never. */
  readonly expiresAt: string | null;
}

/** Resolves to the caller of a token; null if the token is unknown, revoked or expired. */
export type Authenticate = (token: string) => Promise<Caller | null>;

/**
 * Sessions: a browser signs in with a token once, and then shows a secret in its place. A session ends with its token, when it is
 * ended, and after 12 hours without use.
 */
export interface Sessions {
  /** Begins a session of this good token, and ends those with the secrets `replaced`. Resolves to its secret; null if the supplier is gone. */
  begin(token: string, caller: Caller, replaced: readonly string[]): Promise<string | null>;
  /** The caller of the session with this secret; null if there is none, or it has ended. This counts as a use. */
  use(secret: string): Promise<Caller | null>;
  /** As `use`, but the session does not last longer for it. */
  check(secret: string): Promise<Caller | null>;
  /** Ends sessions. In other processes this takes effect within two seconds. */
  end(secrets: readonly string[]): Promise<void>;
}
