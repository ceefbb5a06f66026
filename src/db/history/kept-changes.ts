/** Which changes before a horizon are kept, in SQL. The replacement of partitions follows the same rule (partition/build-kept.ts). */
import { sql, type RawBuilder, type SqlBool } from 'kysely';
import type { StoreKind } from '../store/store.ts';

/** The most changes of one transaction, which may share their texts (shared-texts.ts). */
const MAX_TRANSACTION_ROWS = 10_000;

/**
 * Condition on a row `change` of `inventory_change`: it is its SKU's newest change, or it holds the texts of one that is. The changes that
 * share texts follow in the same transaction and group, up to the group's next change with texts of its own.
 */
export function isKept(kind: StoreKind): RawBuilder<SqlBool> {
  const ofGroup = (name: string) => {
    const same = sql`${sql.ref(`${name}.group_id`)} = change.group_id`;
    return sql`${sql.ref(`${name}.supplier_id`)} = change.supplier_id
      and ${kind === 'sqlite' ? sql`likelihood(${same}, 0.0001)` : same}
      and ${sql.ref(`${name}.position`)} > change.position`;
  };
  const end = sql`change.position + ${sql.lit(MAX_TRANSACTION_ROWS)}`;
  return sql`(
    exists (select 1 from sku where sku.supplier_id = change.supplier_id and sku.sku_id = change.sku_id
      and sku.last_change_position = change.position)
    or (change.group_id is not null and (change.reason is not null or change.reference_document_uri is not null)
      and coalesce(change.reference_document_uri, '') not like '*%'
      and exists (select 1 from inventory_change as sharer
        inner join sku on sku.supplier_id = sharer.supplier_id and sku.sku_id = sharer.sku_id
          and sku.last_change_position = sharer.position
        where ${ofGroup('sharer')}
          and sharer.position < coalesce((select next.position from inventory_change as next
            where ${ofGroup('next')} and next.position < ${end}
              and coalesce(next.reference_document_uri, '') not like '*%'
            order by next.position limit 1), ${end})
          and sharer.reference_document_uri = '*' || change.position)))`;
}
