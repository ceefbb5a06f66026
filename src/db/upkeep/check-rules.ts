/** Queries that find rows which break the store's rules. Both stores run the same SQL. */
import { sql, type RawBuilder } from 'kysely';
import { namesOf } from '../store/columns.ts';
import { asOfColumns } from '../store/tables.ts';
import { bytesOfKey } from '../update/key-bytes.ts';
import { MAX_QUANTITY, restrictions } from '../../domain/sku.ts';
import { MAX_DATE, MIN_DATE } from '../../domain/text.ts';

/** SQL for a SKU's state as text, to compare and to print: `3 in stock, 0 on backorder, due 2026-12-01, tmpunavail`. */
function state(table: string, suffix = ''): RawBuilder<string> {
  const column = (name: string) => `${table}.${name}${suffix}`;
  return sql.raw(
    `concat(${column('quantity_in_stock')}, ' in stock, ', ${column('quantity_on_backorder')}, ' on backorder', ', due ' || ${column('backorder_date')}, ', ' || ${column('restrictions')})`,
  );
}

/** Rule: a SKU's state and version are those of its last change. A SKU without changes has version 0. */
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

/** Rule: a change begins with the state and version that the SKU's previous change left. That one may be pruned, if it is before the horizon. */
const links = sql`
  select
    case
      when change.previous_position is null then
        case when change.version <> 1 then 'A change is not a SKU''s first, and names none before it' end
      when previous.position is null and change.previous_position <= coalesce(supplier.pruned_position, 0) then null
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
  left join supplier on supplier.supplier_id = change.supplier_id
  left join inventory_change as previous
    on previous.supplier_id = change.supplier_id and previous.position = change.previous_position`;

/** Rule: a SKU has as many changes past the horizon as versions. Together with `links`, the changes are then one list without a branch. */
const counts = sql`
  select
    case
      when sku.sku_id is null then 'A change is of a SKU that does not exist'
      when sku.version <> log.changes + log.first_version - 1 then 'A SKU has more or fewer changes than versions'
    end as problem,
    log.supplier_id, log.sku_id,
    concat(log.changes, ' changes from version ', log.first_version, ', version ', sku.version) as what
  from (
    select change.supplier_id, change.sku_id, count(*) as changes,
      case when max(supplier.pruned_position) > 0 then min(change.version) else 1 end as first_version
    from inventory_change as change
    left join supplier on supplier.supplier_id = change.supplier_id
    where change.position > coalesce(supplier.pruned_position, 0)
    group by change.supplier_id, change.sku_id
  ) as log
  left join sku on sku.supplier_id = log.supplier_id and sku.sku_id = log.sku_id`;

/** Rule: positions follow one another from the horizon to the supplier's last. The primary key makes them distinct, so count and ends suffice. */
const positions = sql`
  select
    case when coalesce(log.changes, 0) <> supplier.last_position - supplier.pruned_position
        or (log.changes > 0 and (log.first_position <> supplier.pruned_position + 1 or log.last_position <> supplier.last_position))
      then 'A supplier''s positions have a gap' end as problem,
    supplier.supplier_id, null as sku_id,
    concat(coalesce(log.changes, 0), ' changes, from position ', log.first_position, ' to ', log.last_position,
      '; said to be from ', supplier.pruned_position + 1, ' to ', supplier.last_position) as what
  from supplier
  left join (
    select change.supplier_id, count(*) as changes, min(position) as first_position, max(position) as last_position
    from inventory_change as change
    inner join supplier on supplier.supplier_id = change.supplier_id and change.position > supplier.pruned_position
    group by change.supplier_id
  ) as log on log.supplier_id = supplier.supplier_id`;

/** SQL for the domain's `isDate`, except that every year has a 29th of February. Null if there is no date. */
const isDate = sql`(backorder_date between ${sql.lit(MIN_DATE)} and ${sql.lit(MAX_DATE)}
  and length(backorder_date) = 10 and substr(backorder_date, 5, 1) = '-' and substr(backorder_date, 8, 1) = '-'
  and substr(backorder_date, 6, 2) between '01' and '12' and substr(backorder_date, 9, 2) between '01' and
    case when substr(backorder_date, 6, 2) = '02' then '29'
      when substr(backorder_date, 6, 2) in ('04', '06', '09', '11') then '30' else '31' end)`;

/** Rule: values are in range. SQLite's integrity_check skips CHECK constraints if the file is opened read-only, so check them here. */
function values(table: string): RawBuilder<unknown> {
  return sql`
  select
    case when quantity_in_stock not between 0 and ${sql.lit(MAX_QUANTITY)}
        or quantity_on_backorder not between 0 and ${sql.lit(MAX_QUANTITY)}
        or restrictions not in (${sql.join(restrictions.map((restriction) => sql.lit(restriction)))})
        or not ${isDate}
      then ${sql.lit(`A ${table === 'sku' ? 'SKU' : 'change'} has a quantity, restriction or date that cannot be`)} end as problem,
    supplier_id, sku_id, ${state(table)} as what
  from ${sql.table(table)}`;
}

/** SQL that is true if the text has not the form of a time. It is null if there is none. Empty text stands for no time. */
const isNoTime = (name: string) => {
  const column = sql.ref(name);
  return sql`(${column} <> '' and (length(${column}) <> 24 or substr(${column}, 5, 1) <> '-' or substr(${column}, 8, 1) <> '-'
    or substr(${column}, 11, 1) <> 'T' or substr(${column}, 24, 1) <> 'Z'))`;
};

/** Rule: as-of times are ISO 8601 in UTC, because they are compared as text. */
function times(table: string, columns: readonly string[]): RawBuilder<unknown> {
  return sql`
  select
    case when ${sql.join(columns.map(isNoTime), sql` or `)}
      then ${sql.lit(`A ${table === 'sku' ? 'SKU' : 'change'} has a time that cannot be`)} end as problem,
    supplier_id, sku_id, concat(${sql.join(columns.map((name) => sql`${sql.ref(name)}, ' '`))}) as what
  from ${sql.table(table)}`;
}

/** Rule: a code belongs to a SKU that exists and is not deleted. */
const codes = sql`
  select
    case
      when sku.sku_id is null then 'A code is of a SKU that does not exist'
      when sku.deleted_at is not null then 'A code is of a SKU that is deleted'
    end as problem,
    sku_code.supplier_id, sku_code.sku_id, concat(sku_code.kind, ' ', sku_code.code) as what
  from sku_code
  left join sku on sku.supplier_id = sku_code.supplier_id and sku.sku_id = sku_code.sku_id`;

/** Rule: a change that another one refers to for its texts exists, is in the same group, and holds texts itself (shared-texts.ts). */
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

/** Rule: a supplier's count of key bytes is their sum. New keys are refused once this count reaches the quota. */
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

/** Rule, on PostgreSQL: what a supplier's keys take by days is what they take in all. It shrinks by what a day takes. */
export const keyDays = sql`
  select
    case when supplier.idempotency_bytes <> coalesce(days.bytes, 0)
      then 'A supplier''s idempotency keys take other room in all than by days' end as problem,
    supplier.supplier_id, null as sku_id,
    concat(coalesce(days.bytes, 0), ' bytes by days, ', supplier.idempotency_bytes, ' in all') as what
  from supplier
  left join (
    select supplier_id, sum(bytes) as bytes from key_day group by supplier_id
  ) as days on days.supplier_id = supplier.supplier_id`;

/** Rule: a feed is finished if its state says so, and has not done more rows than it read. */
const feeds = sql`
  select
    case
      when (state in ('DONE', 'REFUSED', 'FAILED')) <> (finished_at is not null)
        then 'A feed''s state does not fit its end'
      when rows_done > rows_read then 'A feed has done more rows than it read'
    end as problem,
    supplier_id, null as sku_id,
    concat('feed ', feed_id, ' is ', state, ', read ', rows_read, ', done ', rows_done) as what
  from feed`;

/** Rule: a webhook endpoint is not ahead of its supplier's changes. It would not be told of those that come next. */
const webhooks = sql`
  select
    case when coalesce(endpoint.pending_until, endpoint.position) > supplier.last_position
      then 'A webhook endpoint is ahead of its supplier''s changes' end as problem,
    endpoint.supplier_id, null as sku_id,
    concat('endpoint ', endpoint.endpoint_id, ' is at position ', endpoint.position, ' of ', supplier.last_position) as what
  from webhook_endpoint as endpoint
  inner join supplier on supplier.supplier_id = endpoint.supplier_id`;

/** All rules. Each query gives the columns `problem`, `supplier_id`, `sku_id` and `what`. A row with a null problem breaks no rule. */
export const findRules: readonly RawBuilder<unknown>[] = [
  values('sku'),
  values('inventory_change'),
  times('sku', namesOf(asOfColumns)),
  times('inventory_change', ['as_of']),
  skus,
  links,
  counts,
  positions,
  codes,
  texts,
  keyBytes,
  feeds,
  webhooks,
];
