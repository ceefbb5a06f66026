/** Loads the parts of the schema, and builds it. */
import { lexicographicSortSchema, printSchema } from 'graphql';
import './update/adjust-sku-inventory.ts';
import { builder } from './builder/builder.ts';
import './update/bulk-update-sku-inventory.ts';
import './change/change-groups.ts';
import './change/inventory-changed.ts';
import './change/inventory-changes.ts';
import './feed/feed-of-group.ts';
import './feed/inventory-feeds.ts';
import './update/revert-inventory-changes.ts';
import './sku/skus.ts';
import './update/update-sku-inventory.ts';
import './webhook/manage-webhooks.ts';
import './webhook/resend-webhooks.ts';
import './viewer.ts';

/** The executable schema. */
export const schema = builder.toSchema();

/** The schema in GraphQL's schema language, sorted by name: the content of `schema.graphql`. */
export function printedSchema(): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
