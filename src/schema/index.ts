/** The schema: loads its parts, and builds it. */
import { lexicographicSortSchema, printSchema } from 'graphql';
import './adjust-sku-inventory.ts';
import { builder } from './builder.ts';
import './bulk-update-sku-inventory.ts';
import './inventory-changed.ts';
import './revert-inventory-changes.ts';
import './skus.ts';
import './update-sku-inventory.ts';

export const schema = builder.toSchema();

/** The schema in its own language, sorted: what `schema.graphql` holds. */
export function printedSchema(): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
