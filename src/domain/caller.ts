/** Who calls: the supplier that a token speaks for, and what it may do. */

export const permissions = ['edit_items', 'view_items'] as const;
export type Permission = (typeof permissions)[number];
export const roles = ['supplier', 'retailer'] as const;
export type Role = (typeof roles)[number];

/** Who a token speaks for. */
export interface Caller {
  readonly supplierId: string;
  readonly role: Role;
  readonly permissions: readonly Permission[];
  /** The token's name; the change record keeps it. */
  readonly actor: string;
}
