/** Every table, declared once and for both stores. Migrations make them; a test compares what they made with this. */
import type { ChangeSource } from '../../domain/change.ts';
import type { Role } from '../../domain/caller.ts';
import type { Condition, Restriction } from '../../domain/sku.ts';
import type { CodeKind } from '../../domain/identifier.ts';
import { bigint, bytes, integer, orNull, text, type Columns, type RowOf } from './columns.ts';

/** Key of a supplier's row, and the first column of every key below it. */
export const supplierKey = { supplier_id: text() };

const supplier = {
  ...supplierKey,
  /** Position of this supplier's newest change; 0 before the first. */
  last_position: bigint(),
  created_at: text(),
  /** What its idempotency keys take together, each counted as `bytesOfKey` says. */
  idempotency_bytes: bigint(),
  /** What people call it, unique. `supplier_id` is the name that it was created under, and never changes. */
  name: text(),
  /** When its deletion began, which removes its rows in parts (delete-supplier.ts); null for every other supplier. */
  deleted_at: orNull(text()),
};

const token = {
  /** SHA-256 of the token, hexadecimal. The token itself is stored nowhere. */
  token_hash: text(),
  ...supplierKey,
  name: text(),
  role: text<Role>(),
  /** Permissions, separated by one space. */
  permissions: text(),
  created_at: text(),
  expires_at: orNull(text()),
  revoked_at: orNull(text()),
};

export const skuKey = { ...supplierKey, sku_id: text() };

/** What a catalog lists of a SKU beside its inventory. */
export const listingColumns = {
  item_id: orNull(text()),
  title: orNull(text()),
  condition: orNull(text<Condition>()),
  upca: orNull(text()),
  ean13: orNull(text()),
  gtin14: orNull(text()),
  isbn: orNull(text()),
};

/** What an update can set. */
export const stateColumns = {
  quantity_in_stock: integer(),
  quantity_on_backorder: integer(),
  restrictions: orNull(text<Restriction>()),
};

const sku = {
  ...skuKey,
  ...listingColumns,
  ...stateColumns,
  version: integer(),
  updated_at: text(),
  /** Position of its newest change; null before the first. */
  last_change_position: orNull(bigint()),
  /** When it was deleted; null for every SKU that can be found. The row stays because the SKU's changes refer to it. */
  deleted_at: orNull(text()),
};

/** Under which codes a SKU is found: each code as the supplier spells it, and as its canonical GTIN-14. */
const skuCode = {
  ...supplierKey,
  code: text(),
  kind: text<CodeKind>(),
  sku_id: text(),
  /** 1: the supplier spells the code so. */
  as_spelled: integer(),
  /** 1: it is the code's canonical GTIN-14, its check digit proved. */
  as_gtin: integer(),
};

/** Append-only: one row an applied update. */
const inventoryChange = {
  ...supplierKey,
  /** 1, 2, 3, ... within the supplier, in the order of commits, without a gap. */
  position: bigint(),
  sku_id: text(),
  /** The SKU's version after this change. */
  version: integer(),
  quantity_in_stock_before: stateColumns.quantity_in_stock,
  quantity_in_stock: stateColumns.quantity_in_stock,
  quantity_on_backorder_before: stateColumns.quantity_on_backorder,
  quantity_on_backorder: stateColumns.quantity_on_backorder,
  restrictions_before: stateColumns.restrictions,
  restrictions: stateColumns.restrictions,
  source: text<ChangeSource>(),
  actor: text(),
  changed_at: text(),
  reason: orNull(text()),
  /** `*` and a position: both texts are those of the supplier's change there, of the same group (shared-texts.ts). */
  reference_document_uri: orNull(text()),
  group_id: orNull(text()),
  /** Position of the change that the SKU had before this one; null for its first. */
  previous_position: orNull(bigint()),
};

export const idempotencyKeyKey = { ...supplierKey, operation: text(), key: text() };

/** What was answered to a request that carried an idempotency key. */
const idempotencyKey = {
  ...idempotencyKeyKey,
  /** SHA-256 of the validated input, hexadecimal. */
  fingerprint: text(),
  /** The answer, as kept-answer.ts writes and reads it. */
  answer: bytes(),
  /** What the service clock showed when the key was made, in milliseconds. */
  made_at_ms: bigint(),
};

/** One row. For how long gateways have served this store: keys age by it, and no jump of a wall clock moves it. */
const serviceClock = {
  /** Always 1. */
  id: integer(),
  elapsed_ms: bigint(),
  /** The random id of the gateway that moves it on; empty before the first. */
  owner: text(),
};

export interface Table<Row = unknown> {
  readonly columns: Columns<Row>;
  /** Names of the columns of its primary key, in order. */
  readonly key: readonly (keyof Row & string)[];
}

/** In an order in which each row finds what it refers to. */
export const tables = {
  supplier: declare(supplier, ['supplier_id']),
  token: declare(token, ['token_hash']),
  sku: declare(sku, ['supplier_id', 'sku_id']),
  sku_code: declare(skuCode, ['supplier_id', 'code', 'kind', 'sku_id']),
  inventory_change: declare(inventoryChange, ['supplier_id', 'position']),
  idempotency_key: declare(idempotencyKey, ['supplier_id', 'operation', 'key']),
  service_clock: declare(serviceClock, ['id']),
};

function declare<C extends Columns<RowOf<C>>>(columns: C, key: readonly (keyof C & string)[]) {
  return { columns, key };
}

/** The tables as Kysely sees them. */
export type Tables = { [Name in keyof typeof tables]: RowOf<(typeof tables)[Name]['columns']> };

export type SupplierTable = Tables['supplier'];
export type TokenTable = Tables['token'];
export type SkuTable = Tables['sku'];
export type SkuCodeTable = Tables['sku_code'];
export type InventoryChangeTable = Tables['inventory_change'];
export type IdempotencyKeyTable = Tables['idempotency_key'];
