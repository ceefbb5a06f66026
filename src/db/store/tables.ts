/** The tables as Kysely sees them; the same on both stores. Migrations make them. */
import type { ChangeSource } from '../../domain/change.ts';
import type { Role } from '../../domain/caller.ts';
import type { Condition, Restriction } from '../../domain/sku.ts';
import type { CodeKind } from '../../domain/identifier.ts';

export interface Tables {
  supplier: SupplierTable;
  token: TokenTable;
  sku: SkuTable;
  sku_code: SkuCodeTable;
  inventory_change: InventoryChangeTable;
  idempotency_key: IdempotencyKeyTable;
  service_clock: ServiceClockTable;
}

export interface SupplierTable {
  supplier_id: string;
  /** Position of this supplier's newest change; 0 before the first. */
  last_position: number;
  created_at: string;
  /** What its idempotency keys take together, each counted as `bytesOfKey` says. */
  idempotency_bytes: number;
}

export interface TokenTable {
  /** SHA-256 of the token, hexadecimal. The token itself is stored nowhere. */
  token_hash: string;
  supplier_id: string;
  name: string;
  role: Role;
  /** Permissions, separated by one space. */
  permissions: string;
  created_at: string;
  expires_at: string | null;
  revoked_at: string | null;
}

export interface SkuTable {
  supplier_id: string;
  sku_id: string;
  item_id: string | null;
  title: string | null;
  condition: Condition | null;
  upca: string | null;
  ean13: string | null;
  gtin14: string | null;
  isbn: string | null;
  quantity_in_stock: number;
  quantity_on_backorder: number;
  restrictions: Restriction | null;
  version: number;
  updated_at: string;
  /** Position of its newest change; null before the first. */
  last_change_position: number | null;
}

/** Under which codes a SKU is found: each code as the supplier spells it, and as its canonical GTIN-14. */
export interface SkuCodeTable {
  supplier_id: string;
  code: string;
  kind: CodeKind;
  sku_id: string;
  /** 1: the supplier spells the code so. */
  as_spelled: number;
  /** 1: it is the code's canonical GTIN-14, its check digit proved. */
  as_gtin: number;
}

/** Append-only: one row an applied update. */
export interface InventoryChangeTable {
  supplier_id: string;
  /** 1, 2, 3, ... within the supplier, in the order of commits, without a gap. */
  position: number;
  sku_id: string;
  /** The SKU's version after this change. */
  version: number;
  quantity_in_stock_before: number;
  quantity_in_stock: number;
  quantity_on_backorder_before: number;
  quantity_on_backorder: number;
  restrictions_before: Restriction | null;
  restrictions: Restriction | null;
  source: ChangeSource;
  actor: string;
  changed_at: string;
  reason: string | null;
  /** `*` and a position: both texts are those of the supplier's change there, of the same group (shared-texts.ts). */
  reference_document_uri: string | null;
  group_id: string | null;
  /** Position of the change that the SKU had before this one; null for its first. */
  previous_position: number | null;
}

/** What was answered to a request that carried an idempotency key. */
export interface IdempotencyKeyTable {
  supplier_id: string;
  operation: string;
  key: string;
  /** SHA-256 of the validated input, hexadecimal. */
  fingerprint: string;
  /** The answer, as kept-answer.ts writes and reads it. */
  answer: Buffer;
  /** What the service clock showed when the key was made, in milliseconds. */
  made_at_ms: number;
}

/** One row. For how long gateways have served this store: keys age by it, and no jump of a wall clock moves it. */
export interface ServiceClockTable {
  /** Always 1. */
  id: number;
  elapsed_ms: number;
  /** The random id of the gateway that moves it on; empty before the first. */
  owner: string;
}
