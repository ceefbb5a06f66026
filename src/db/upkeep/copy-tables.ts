/** What there is to copy: every table and column of a store, for the compiler misses none, and how a table is ordered. */
import { changeColumns } from '../change/change-row.ts';
import type { ColumnType } from '../store/set-statement.ts';
import type { Tables } from '../store/tables.ts';

export interface TableShape<Row> {
  /** The primary key. */
  readonly key: readonly (keyof Row & string)[];
  readonly columns: Readonly<Record<keyof Row & string, ColumnType>>;
  /** A column whose values may be megabytes. */
  readonly large?: keyof Row & string;
}

/** In an order in which each row finds what it refers to. */
export const tableShapes: { readonly [T in keyof Tables]: TableShape<Tables[T]> } = {
  supplier: {
    key: ['supplier_id'],
    columns: {
      supplier_id: 'text',
      last_position: 'bigint',
      created_at: 'text',
      idempotency_bytes: 'bigint',
    },
  },
  token: {
    key: ['token_hash'],
    columns: {
      token_hash: 'text',
      supplier_id: 'text',
      name: 'text',
      role: 'text',
      permissions: 'text',
      created_at: 'text',
      expires_at: 'text',
      revoked_at: 'text',
    },
  },
  sku: {
    key: ['supplier_id', 'sku_id'],
    columns: {
      supplier_id: 'text',
      sku_id: 'text',
      item_id: 'text',
      title: 'text',
      condition: 'text',
      upca: 'text',
      ean13: 'text',
      gtin14: 'text',
      isbn: 'text',
      quantity_in_stock: 'integer',
      quantity_on_backorder: 'integer',
      restrictions: 'text',
      version: 'integer',
      updated_at: 'text',
      last_change_position: 'bigint',
    },
  },
  sku_code: {
    key: ['supplier_id', 'code', 'kind', 'sku_id'],
    columns: {
      supplier_id: 'text',
      code: 'text',
      kind: 'text',
      sku_id: 'text',
      as_spelled: 'integer',
      as_gtin: 'integer',
    },
  },
  inventory_change: { key: ['supplier_id', 'position'], columns: changeColumns },
  idempotency_key: {
    key: ['supplier_id', 'operation', 'key'],
    columns: {
      supplier_id: 'text',
      operation: 'text',
      key: 'text',
      fingerprint: 'text',
      answer: 'bytes',
      made_at_ms: 'bigint',
    },
    large: 'answer',
  },
  service_clock: { key: ['id'], columns: { id: 'integer', elapsed_ms: 'bigint', owner: 'text' } },
};
