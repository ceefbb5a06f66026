/** Finds up to where suppliers' changes may be pruned, and moves their horizons there. Rows are taken away after that (prune-changes.ts). */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql, type Kysely, type RawBuilder } from 'kysely';
import { isOfGroup } from '../change/change-conditions.ts';
import { DAY_MS } from './log-age.ts';
import { MAX_STEP_MS } from '../store/service-clock.ts';
import type { Store, StoreKind } from '../store/store.ts';
import type { Tables } from '../store/tables.ts';
import { inTransaction } from '../store/transaction.ts';

/** Changes are kept longer by this many milliseconds, as idempotency keys are (purge-keys.ts). */
const MARGIN_MS = 2 * MAX_STEP_MS;
/** Changes past a horizon whose groups are looked for before it. A group with a longer pause in it may be cut in two. */
const GROUP_ROWS = 20_000;
/** Rows that one statement looks at. */
const SLICE_ROWS = 1_000;
/** How often a horizon is lowered to before a group that it would cut. Groups that overlap without end are cut. */
const MAX_LOWERINGS = 100;

/** How far a supplier's log may be pruned. */
export interface Horizon {
  readonly supplierId: string;
  /** The changes up to this position may go. */
  readonly position: number;
}

/**
 * Finds how far each log may be pruned now, of suppliers whose horizon would move. Changes may go that are `historyMs` milliseconds old by
 * the service clock, and older than each idempotency key that is kept. An enabled webhook endpoint holds back what it has not accepted. A
 * group of changes goes as a whole, with the exceptions of GROUP_ROWS and MAX_LOWERINGS.
 */
export async function findHorizons(store: Store, historyMs: number): Promise<Horizon[]> {
  const oldestKey =
    store.kind === 'sqlite'
      ? sql`(select min(made_at_ms) from idempotency_key)`
      : sql`(select min(until_ms) from key_day) - ${sql.lit(DAY_MS)}`;
  const { rows } = await sql<{ now: number; oldest: number | null }>`
    select elapsed_ms as now, ${oldestKey} as oldest from service_clock`.execute(store.points);
  const { now = 0, oldest = null } = rows[0] ?? {};
  const before = Math.min(now - historyMs, oldest ?? now) - MARGIN_MS;
  const found = await sql<Horizon & { pruned: number }>`
    select supplier_id as "supplierId", pruned_position as pruned, position from (
      select supplier.supplier_id, supplier.pruned_position, ${heldBack(
        store.kind,
        sql`coalesce((select log_age.position from log_age
          where log_age.supplier_id = supplier.supplier_id and made_at_ms <= ${before}
          order by made_at_ms desc limit 1), 0)`,
      )} as position
      from supplier where supplier.deleted_at is null
    ) as aged where position > pruned_position`.execute(store.db);
  const horizons: Horizon[] = [];
  for (const { supplierId, pruned, position } of found.rows) {
    const whole = await beforeGroups(store, { supplierId, position }, pruned);
    if (whole > pruned) horizons.push({ supplierId, position: whole });
  }
  return horizons;
}

/** Moves the horizons. Resolves to whether one was moved. Webhook endpoints are asked again, as somebody may have enabled one. */
export async function moveHorizons(store: Store, horizons: readonly Horizon[]): Promise<boolean> {
  let isMoved = false;
  for (const { supplierId, position } of horizons) {
    const isNew = await inTransaction(store, (trx) => moveHorizon(store.kind, trx, supplierId, position));
    isMoved ||= isNew;
  }
  return isMoved;
}

async function moveHorizon(kind: StoreKind, trx: Kysely<Tables>, supplierId: string, position: number) {
  const target = heldBack(kind, sql`cast(${position} as bigint)`);
  const { numAffectedRows } = await sql`update supplier set pruned_position = ${target}
    where supplier_id = ${supplierId} and pruned_position < ${target}`.execute(trx);
  // Ages behind the horizon say nothing more.
  await sql`delete from log_age where supplier_id = ${supplierId} and position <=
    (select pruned_position from supplier where supplier_id = ${supplierId})`.execute(trx);
  return (numAffectedRows ?? 0n) > 0n;
}

/** SQL for the position, or an earlier one that the supplier's newest change or an enabled endpoint has. The position must not be null. */
function heldBack(kind: StoreKind, position: RawBuilder<unknown>): RawBuilder<number> {
  const least = sql.raw(kind === 'sqlite' ? 'min' : 'least');
  return sql`${least}(${position}, supplier.last_position, coalesce((
    select min(endpoint.position) from webhook_endpoint as endpoint
    where endpoint.supplier_id = supplier.supplier_id and endpoint.disabled_at is null), supplier.last_position))`;
}

/** The position, or an earlier one that cuts no group in two. */
async function beforeGroups(
  store: Store,
  { supplierId, position }: Horizon,
  pruned: number,
): Promise<number> {
  let whole = position;
  for (let lowered = 0; lowered <= MAX_LOWERINGS; lowered++) {
    const first = await firstOfCutGroups(store, supplierId, pruned, whole);
    if (first === null) return whole;
    whole = first - 1;
  }
  return position;
}

/** The first change of the groups with changes on both sides of the position. Null if there is no such group. */
async function firstOfCutGroups(
  store: Store,
  supplierId: string,
  pruned: number,
  position: number,
): Promise<number | null> {
  let first: number | null = null;
  const seen = new Set<string>();
  for (let start = position; start < position + GROUP_ROWS; start += SLICE_ROWS) {
    const { rows } = await sql<{ id: string }>`select distinct group_id as id from inventory_change
      where supplier_id = ${supplierId} and position > ${start} and position <= ${start + SLICE_ROWS}
        and group_id is not null`.execute(store.db);
    for (const { id } of rows) {
      if (seen.has(id)) continue;
      seen.add(id);
      const found = await store.db
        .selectFrom('inventory_change')
        .select('position')
        .where('supplier_id', '=', supplierId)
        .where(isOfGroup(store.kind, id))
        .where('position', '>', pruned)
        .where('position', '<=', first ?? position)
        .orderBy('position')
        .limit(1)
        .executeTakeFirst();
      first = found?.position ?? first;
    }
    await nextTurn();
  }
  return first;
}
