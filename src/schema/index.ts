/** The schema: loads its parts, and builds it. */
import { lexicographicSortSchema, printSchema } from 'graphql';
import { builder } from './builder.ts';
import './sku.ts';
import './update-sku-inventory.ts';

export const schema = builder.toSchema();

/** The schema in its own language, sorted: what `schema.graphql` holds. */
export function printedSchema(): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
