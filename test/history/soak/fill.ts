/** Fills a store with years of one supplier's changes, as updates would have left them. SQL writes them, as millions of updates take hours. */
import { sql, type Kysely } from 'kysely';
import { DAY_MS } from '../../../src/db/history/log-age.ts';
import { keepAhead } from '../../../src/db/partition/make-ahead.ts';
import { openStore } from '../../../src/db/store/open-store.ts';
import type { Store } from '../../../src/db/store/store.ts';
import type { Tables } from '../../../src/db/store/tables.ts';
import { saveSupplier } from '../../../src/db/suppliers.ts';
import { saveToken } from '../../../src/db/tokens.ts';

export const SUPPLIER = 'acme';
export const TOKEN = 'soak-token';
/** Rows that one statement inserts. */
const PART_ROWS = 100_000;
/** The first tenth of each so many changes is bulk calls of a hundred changes. */
const GROUP_EVERY = 1_000;

export interface Filled {
  readonly changes: number;
  /** SKUs are changed in turn. A tenth of them was changed once alone, at the beginning. */
  readonly skus: number;
  /** The log grows by so many a day. */
  readonly changesPerDay: number;
}

export const skuIdOf = (number: number) => `SKU-${number}`;

export async function fill(url: string, { changes, skus, changesPerDay }: Filled): Promise<void> {
  const store = await openStore(url);
  await saveSupplier(store, SUPPLIER, new Date());
  const details = { supplierId: SUPPLIER, name: 'soak', role: 'supplier', expiresAt: null } as const;
  await saveToken(store, TOKEN, { ...details, permissions: ['edit_items', 'view_items'] }, new Date());
  await store.writes.transaction().execute((trx) => addSkus(store, trx, skus));
  for (let first = 1; first <= changes; first += PART_ROWS) {
    const last = Math.min(changes, first + PART_ROWS - 1);
    await store.writes.transaction().execute((trx) => addChanges(store, trx, first, last, skus));
    await store.writes.updateTable('supplier').set({ last_position: last }).execute();
    // As gateways do once a minute.
    if (store.kind === 'postgres') await keepAhead(store.writes);
  }
  await store.writes.transaction().execute((trx) => finish(trx, { changes, skus, changesPerDay }));
  await sql`analyze`.execute(store.db);
  await store.close();
}

/** Numbers from first to last, as the table `n`. */
function numbers(store: Store, from: number, to: number) {
  // SQLite would take parameters for floating-point numbers.
  const [first, last] = [sql.lit(from), sql.lit(to)];
  return store.kind === 'sqlite'
    ? sql`(with recursive n(i) as (values (${first}) union all select i + 1 from n where i < ${last}) select i from n) as n`
    : sql`generate_series(cast(${first} as bigint), ${last}) as n(i)`;
}

async function addSkus(store: Store, trx: Kysely<Tables>, skus: number): Promise<void> {
  await sql`insert into sku (supplier_id, sku_id, quantity_in_stock, quantity_on_backorder, version, updated_at)
    select ${SUPPLIER}, concat('SKU-', i), 0, 0, 0, '2020-01-01T00:00:00.000Z' from ${numbers(store, 0, skus - 1)}`.execute(
    trx,
  );
}

/**
 * The change at position i is of SKU i mod skus, and of the first tenth of SKUs only in the first round: they keep one old change. Its stock
 * is the version.
 */
async function addChanges(store: Store, trx: Kysely<Tables>, first: number, last: number, skus: number) {
  const quiet = sql.lit(Math.floor(skus / 10));
  const all = sql.lit(skus);
  const busy = sql.lit(skus - Math.floor(skus / 10));
  // After the first round the others take turns.
  const late = sql`(i - 1 - ${all})`;
  const number = sql`case when i <= ${all} then i - 1 else ${quiet} + ${late} % ${busy} end`;
  const version = sql`case when i <= ${all} then 1 else 2 + ${late} / ${busy} end`;
  const previous = sql`case when i > ${all} then i - ${busy} end`;
  await sql`insert into inventory_change (supplier_id, position, sku_id, version, quantity_in_stock_before,
      quantity_in_stock, quantity_on_backorder_before, quantity_on_backorder, source, actor, changed_at,
      group_id, previous_position)
    select ${SUPPLIER}, i, concat('SKU-', ${number}), cast(${version} as integer), cast(${version} - 1 as integer),
      cast(${version} as integer), 0, 0, 'GRAPHQL', 'soak', '2024-01-01T00:00:00.000Z',
      case when (i - 1) % ${sql.lit(GROUP_EVERY)} < 100 then concat('group-', (i - 1) / 100) end, ${previous}
    from ${numbers(store, first, last)}`.execute(trx);
}

async function finish(trx: Kysely<Tables>, { changes, skus, changesPerDay }: Filled): Promise<void> {
  await sql`update supplier set last_position = ${changes} where supplier_id = ${SUPPLIER}`.execute(trx);
  await sql`update sku set version = log.version, quantity_in_stock = log.version, last_change_position = log.position
    from (select supplier_id, sku_id, max(version) as version, max(position) as position from inventory_change
      where position > ${changes} - 2 * cast(${skus} as bigint) or position <= ${skus} group by supplier_id, sku_id) as log
    where log.supplier_id = sku.supplier_id and log.sku_id = sku.sku_id`.execute(trx);
  const days = Math.floor(changes / changesPerDay);
  for (let day = 1; day <= days; day++)
    await sql`insert into log_age values (${SUPPLIER},
      (select elapsed_ms from service_clock) - cast(${(days - day) * DAY_MS} as bigint), ${day * changesPerDay})`.execute(
      trx,
    );
}
