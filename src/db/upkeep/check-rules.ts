/** The rules that all stored SKUs, changes and codes keep, as queries that find what breaks them; one text for both stores. */
import { sql, type RawBuilder } from 'kysely';
import { bytesOfKey } from '../update/key-bytes.ts';
import { MAX_QUANTITY, restrictions } from '../../domain/sku.ts';

/** A SKU's state as text, which two rows have in common or not: `3 in stock, 0 on backorder, tmpunavail`. */
function state(table: string, suffix = ''): RawBuilder<string> {
  const column = (name: string) => `${table}.${name}${suffix}`;
  return sql.raw(
    `concat(${column('quantity_in_stock')}, ' in stock, ', ${column('quantity_on_backorder')}, ' on backorder', ', ' || ${column('restrictions')})`,
  );
}

/** A SKU is as its last change left it; a new one has version 0 and no change. */
const skus = sql`
  select
    case
      when sku.last_change_position is null then
        case when sku.version <> 0 then 'A SKU has a version, and no last change' end
      when last.position is null or last.sku_id <> sku.sku_id then 'A SKU''s last change is missing'
      when sku.version <> last.version then 'A SKU has another version than its last change'
      when ${state('sku')} <> ${state('last')} then 'A SKU is not as its last change left it'
    end as problem,
    sku.supplier_id, sku.sku_id,
    concat('is ', ${state('sku')}, ' at version ', sku.version, '; its last change, ',
      coalesce(cast(sku.last_change_position as text), 'none'), ', left ', ${state('last')}, ' at version ', last.version) as what
  from sku
  left join inventory_change as last
    on last.supplier_id = sku.supplier_id and last.position = sku.last_change_position`;

/** A change goes on where the one before it ended. */
const links = sql`
  select
    case
      when change.previous_position is null then
        case when change.version <> 1 then 'A change is not a SKU''s first, and names none before it' end
      when previous.position is null or previous.sku_id <> change.sku_id or previous.position >= change.position
        then 'A change names one before it that is missing'
      when change.version <> previous.version + 1 then 'A change''s version does not follow the one before it'
      when ${state('change', '_before')} <> ${state('previous')}
        then 'A change does not begin where the one before it ended'
    end as problem,
    change.supplier_id, change.sku_id,
    concat('change ', change.position, ' makes version ', change.version, ' out of ', ${state('change', '_before')}, '; before it ',
      coalesce(cast(change.previous_position as text), 'none'), ' made version ', previous.version, ', ', ${state('previous')}) as what
  from inventory_change as change
  left join inventory_change as previous
    on previous.supplier_id = change.supplier_id and previous.position = change.previous_position`;

/** With the links: as many changes as versions are one list, without a branch. */
const counts = sql`
  select
    case
      when sku.sku_id is null then 'A change is of a SKU that does not exist'
      when sku.version <> log.changes then 'A SKU has more or fewer changes than versions'
    end as problem,
    log.supplier_id, log.sku_id, concat(log.changes, ' changes, version ', sku.version) as what
  from (
    select supplier_id, sku_id, count(*) as changes from inventory_change group by supplier_id, sku_id
  ) as log
  left join sku on sku.supplier_id = log.supplier_id and sku.sku_id = log.sku_id`;

/** Positions are 1, 2, 3, ... up to the supplier's last: they are distinct, being the key. */
const positions = sql`
  select
    case when coalesce(log.changes, 0) <> supplier.last_position
        or (log.changes > 0 and (log.first_position <> 1 or log.last_position <> supplier.last_position))
      then 'A supplier''s positions have a gap' end as problem,
    supplier.supplier_id, null as sku_id,
    concat(coalesce(log.changes, 0), ' changes, from position ', log.first_position, ' to ', log.last_position,
      '; the last is said to be ', supplier.last_position) as what
  from supplier
  left join (
    select supplier_id, count(*) as changes, min(position) as first_position, max(position) as last_position
    from inventory_change group by supplier_id
  ) as log on log.supplier_id = supplier.supplier_id`;

/** SQLite's integrity_check leaves CHECK constraints out where the file is opened to be read only. */
function values(table: string): RawBuilder<unknown> {
  return sql`
  select
    case when quantity_in_stock not between 0 and ${sql.lit(MAX_QUANTITY)}
        or quantity_on_backorder not between 0 and ${sql.lit(MAX_QUANTITY)}
        or restrictions not in (${sql.join(restrictions.map((restriction) => sql.lit(restriction)))})
      then ${sql.lit(`A ${table === 'sku' ? 'SKU' : 'change'} has a quantity or restriction that cannot be`)} end as problem,
    supplier_id, sku_id, ${state(table)} as what
  from ${sql.table(table)}`;
}

const codes = sql`
  select
    case
      when sku.sku_id is null then 'A code is of a SKU that does not exist'
      when sku.deleted_at is not null then 'A code is of a SKU that is deleted'
    end as problem,
    sku_code.supplier_id, sku_code.sku_id, concat(sku_code.kind, ' ', sku_code.code) as what
  from sku_code
  left join sku on sku.supplier_id = sku_code.supplier_id and sku.sku_id = sku_code.sku_id`;

/** A change that names another for its texts finds them there (shared-texts.ts). */
const texts = sql`
  select
    case when first.position is null or coalesce(first.group_id, '') <> coalesce(change.group_id, '')
        or first.reference_document_uri like '*%'
      then 'A change''s texts are missing' end as problem,
    change.supplier_id, change.sku_id,
    concat('change ', change.position, ' refers to ', change.reference_document_uri) as what
  from inventory_change as change
  left join inventory_change as first on first.supplier_id = change.supplier_id and first.position =
    case when change.reference_document_uri like '*%' then cast(substr(change.reference_document_uri, 2) as bigint) end
  where change.reference_document_uri like '*%'`;

/** A supplier is refused new keys by this number. */
const keyBytes = sql`
  select
    case when supplier.idempotency_bytes <> coalesce(kept.bytes, 0)
      then 'A supplier''s idempotency keys take other room than it is said to use' end as problem,
    supplier.supplier_id, null as sku_id,
    concat(coalesce(kept.bytes, 0), ' bytes, said to be ', supplier.idempotency_bytes) as what
  from supplier
  left join (
    select supplier_id, sum(${bytesOfKey}) as bytes from idempotency_key group by supplier_id
  ) as kept on kept.supplier_id = supplier.supplier_id`;

export const findRules: readonly RawBuilder<unknown>[] = [
  values('sku'),
  values('inventory_change'),
  skus,
  links,
  counts,
  positions,
  codes,
  texts,
  keyBytes,
];
