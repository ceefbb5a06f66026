/** Declares every table once, for both stores. Migrations create the tables, and a test compares the result with these declarations. */
import type { ChangeSource } from '../../domain/change.ts';
import type { Role } from '../../domain/caller.ts';
import type { Condition, Restriction } from '../../domain/sku.ts';
import type { CodeKind } from '../../domain/identifier.ts';
import { bigint, bytes, integer, orNull, text, type Columns, type RowOf } from './columns.ts';
import { feedColumns } from './feed-columns.ts';
import { webhookAttemptColumns, webhookEndpointColumns } from './webhook-columns.ts';

/** The primary key of `supplier`. Keys of suppliers' rows in other tables begin with it. */
export const supplierKey = { supplier_id: text() };

const supplier = {
  ...supplierKey,
  /** Position of this supplier's newest change; 0 before the first. */
  last_position: bigint(),
  created_at: text(),
  /** Sum of the bytes of its idempotency keys, as `bytesOfKey` counts them. */
  idempotency_bytes: bigint(),
  /** The supplier's present name, unique. `supplier_id` is the name at its creation, and never changes. */
  name: text(),
  /** When the supplier's deletion began, else null. Deletion removes its rows in several transactions (delete-supplier.ts). */
  deleted_at: orNull(text()),
  /** The horizon: the changes up to this position were pruned, but for those that are kept (db/history). 0: none was. */
  pruned_position: bigint(),
};

const token = {
  /** SHA-256 of the token, in hexadecimal. The token itself is not stored, so a stolen database gives no access. */
  token_hash: text(),
  ...supplierKey,
  name: text(),
  role: text<Role>(),
  /** Permissions, separated by one space. */
  permissions: text(),
  created_at: text(),
  expires_at: orNull(text()),
  revoked_at: orNull(text()),
  /** The hash that a rotation replaced, and until when that token is good too; null if it never was rotated. */
  previous_hash: orNull(text()),
  previous_until: orNull(text()),
  /** The last day of its use, in UTC; null: none since migration 0010. */
  last_used_on: orNull(text()),
};

/** A session of the board: a browser shows its secret in place of a token. */
const boardSession = {
  /** SHA-256 of the secret, in hexadecimal. */
  session_hash: text(),
  /** The token that it began with. The demo's token has no row in `token`. */
  token_hash: text(),
  ...supplierKey,
  created_at: text(),
  /** The last use that was written (board-sessions.ts). */
  used_at: text(),
};

/** The primary key of `sku`. */
export const skuKey = { ...supplierKey, sku_id: text() };

/** The columns of a SKU that only a catalog import sets. */
export const listingColumns = {
  item_id: orNull(text()),
  title: orNull(text()),
  condition: orNull(text<Condition>()),
  upca: orNull(text()),
  ean13: orNull(text()),
  gtin14: orNull(text()),
  isbn: orNull(text()),
};

/** The columns of a SKU that an update can set. */
export const stateColumns = {
  quantity_in_stock: integer(),
  quantity_on_backorder: integer(),
  restrictions: orNull(text<Restriction>()),
  backorder_date: orNull(text()),
};

/**
 * When the value of each state column was true, as ISO 8601 in UTC. Empty: nothing was ever said of it. Null: the row was last written
 * before migration 0007. `..._set_as_of` is of the last value that was set and not adjusted; null: it is the column's own time.
 */
export const asOfColumns = {
  quantity_in_stock_as_of: orNull(text()),
  quantity_in_stock_set_as_of: orNull(text()),
  quantity_on_backorder_as_of: orNull(text()),
  quantity_on_backorder_set_as_of: orNull(text()),
  restrictions_as_of: orNull(text()),
  backorder_date_as_of: orNull(text()),
};

const sku = {
  ...skuKey,
  ...listingColumns,
  ...stateColumns,
  /** The number of the SKU's changes. */
  version: integer(),
  updated_at: text(),
  /** Position of its newest change; null before the first. */
  last_change_position: orNull(bigint()),
  /** When the SKU was deleted, else null. Look-ups skip deleted rows. The row stays because the SKU's changes refer to it. */
  deleted_at: orNull(text()),
  ...asOfColumns,
};

/** The index of codes by which SKUs are found: each code as the supplier spells it, and as its canonical GTIN-14 (GS1). */
const skuCode = {
  ...supplierKey,
  code: text(),
  kind: text<CodeKind>(),
  sku_id: text(),
  /** 1 if the supplier spells the code so, else 0. */
  as_spelled: integer(),
  /** 1 if this is the code's canonical GTIN-14 and its check digit is right, else 0. */
  as_gtin: integer(),
};

/** The log of changes, append-only: one row for each applied update. */
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
  /** A URI, or `*` and a position: then the supplier's change at that position holds this row's reason and URI (shared-texts.ts). */
  reference_document_uri: orNull(text()),
  group_id: orNull(text()),
  /** Position of the SKU's previous change, or null for its first. */
  previous_position: orNull(bigint()),
  backorder_date_before: stateColumns.backorder_date,
  backorder_date: stateColumns.backorder_date,
  /** When the update's values were true, if its sender said so; else null. */
  as_of: orNull(text()),
};

/** How far a supplier's log had come at a time by the service clock: at most one row a day. Changes are as old as the rows behind them. */
const logAge = { ...supplierKey, made_at_ms: bigint(), position: bigint() };

/** The primary key of `idempotency_key`. */
export const idempotencyKeyKey = { ...supplierKey, operation: text(), key: text() };

/** The answer to a request with an idempotency key. */
const idempotencyKey = {
  ...idempotencyKeyKey,
  /** SHA-256 of the validated input, in hexadecimal. */
  fingerprint: text(),
  /** The answer, as kept-answer.ts encodes it. */
  answer: bytes(),
  /** The service clock when the key was stored, in milliseconds. */
  made_at_ms: bigint(),
};

/** An inventory file that was handed in or dropped, and what became of it. The file itself is in the spool. */
const feed = { ...supplierKey, ...feedColumns };

/** An endpoint that is told of changes, and its last attempts. */
const webhookEndpoint = { ...supplierKey, ...webhookEndpointColumns };
const webhookAttempt = { ...supplierKey, ...webhookAttemptColumns };

/** One row: the milliseconds for which gateways have served this store. Idempotency keys and changes age by it (service-clock.ts). */
const serviceClock = {
  /** Always 1. */
  id: integer(),
  elapsed_ms: bigint(),
  /** The random ID of the gateway that advances the clock. Empty before the first. */
  owner: text(),
};

/** A declared table. */
export interface Table<Row = unknown> {
  readonly columns: Columns<Row>;
  /** The columns of its primary key, in order. */
  readonly key: readonly (keyof Row & string)[];
}

/** All tables. Tables that others refer to come first, so that a copy in this order violates no foreign key. */
export const tables = {
  supplier: declare(supplier, ['supplier_id']),
  token: declare(token, ['token_hash']),
  sku: declare(sku, ['supplier_id', 'sku_id']),
  sku_code: declare(skuCode, ['supplier_id', 'code', 'kind', 'sku_id']),
  inventory_change: declare(inventoryChange, ['supplier_id', 'position']),
  idempotency_key: declare(idempotencyKey, ['supplier_id', 'operation', 'key']),
  log_age: declare(logAge, ['supplier_id', 'made_at_ms']),
  feed: declare(feed, ['supplier_id', 'feed_id']),
  board_session: declare(boardSession, ['session_hash']),
  webhook_endpoint: declare(webhookEndpoint, ['supplier_id', 'endpoint_id']),
  webhook_attempt: declare(webhookAttempt, ['supplier_id', 'endpoint_id', 'number']),
  service_clock: declare(serviceClock, ['id']),
};

function declare<C extends Columns<RowOf<C>>>(columns: C, key: readonly (keyof C & string)[]) {
  return { columns, key };
}

/** The row types of all tables, for Kysely. */
export type Tables = { [Name in keyof typeof tables]: RowOf<(typeof tables)[Name]['columns']> };

/** A row of `token`. */
export type TokenTable = Tables['token'];
/** A row of `sku`. */
export type SkuTable = Tables['sku'];
/** A row of `sku_code`. */
export type SkuCodeTable = Tables['sku_code'];
/** A row of `inventory_change`. */
export type InventoryChangeTable = Tables['inventory_change'];
/** A row of `feed`. */
export type FeedTable = Tables['feed'];
