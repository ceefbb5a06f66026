/** Reads webhook endpoints: those that are due, a supplier's, their attempts, and how far they are behind. */
import { sql } from 'kysely';
import type {
  Deliveries,
  EndpointKey,
  SeenDelivery,
  WebhookAttempt,
  WebhookEndpoint,
} from '../../domain/webhook/endpoint.ts';
import { LONGEST_DELAY_MS } from '../../domain/webhook/retries.ts';
import type { Store } from '../store/store.ts';
import { shownColumns, toAttempt, toDelivery, toEndpoint } from './endpoint-row.ts';
import type { WriteWebhook } from './write-webhook.ts';

/** Endpoints that one look returns at most. */
const MAX_DUE = 1_000;

/** The contract of dispatchers. `clock` is the wall clock. */
export function createDeliveries(store: Store, write: WriteWebhook, clock: () => Date): Deliveries {
  return {
    due: (now) => findDue(store, now),
    async load({ supplierId, endpointId }) {
      const row = await store.points
        .selectFrom('webhook_endpoint')
        .selectAll()
        .where('supplier_id', '=', supplierId)
        .where('endpoint_id', '=', endpointId)
        .executeTakeFirst();
      return row ? toDelivery(row) : null;
    },
    take: (seen, taken) => write({ take: seenOf(seen), taken }),
    renew: (key, lease) => write({ renew: keyOf(key), lease }),
    release: (key, lease) => write({ release: keyOf(key), lease }),
    skip: (seen, position) => write({ skip: seenOf(seen), position }),
    disable: (seen, to) => write({ disable: seenOf(seen), to, now: clock().toISOString() }),
    settle: (key, held, settlement, attempt) =>
      write({ settle: keyOf(key), settled: { held, settlement, attempt, now: clock().toISOString() } }),
  };
}

/** Writes are sent to another thread: without what is not needed there. */
function keyOf({ supplierId, endpointId }: EndpointKey): EndpointKey {
  return { supplierId, endpointId };
}

function seenOf({ position, pendingUntil, round, lease, leaseBeats, ...key }: SeenDelivery): SeenDelivery {
  return { ...keyOf(key), position, pendingUntil, round, lease, leaseBeats };
}

/** Condition: as `isDue` of the domain. */
async function findDue({ points }: Store, now: Date): ReturnType<Deliveries['due']> {
  const latest = new Date(now.getTime() + LONGEST_DELAY_MS).toISOString();
  const rows = await points
    .selectFrom('webhook_endpoint as endpoint')
    .innerJoin('supplier', 'supplier.supplier_id', 'endpoint.supplier_id')
    .select(['endpoint.supplier_id', 'endpoint.endpoint_id', 'endpoint.lease', 'endpoint.lease_beats'])
    .where('supplier.deleted_at', 'is', null)
    .where((eb) =>
      eb.or([
        eb('endpoint.ping_id', 'is not', null),
        eb.and([
          eb('endpoint.disabled_at', 'is', null),
          // One that is ahead of a log that lost changes is due too, to be disabled.
          eb('endpoint.position', '!=', eb.ref('supplier.last_position')),
          eb.or([
            eb('endpoint.next_attempt_at', 'is', null),
            eb('endpoint.next_attempt_at', '<=', now.toISOString()),
            eb('endpoint.next_attempt_at', '>', latest),
          ]),
        ]),
      ]),
    )
    .limit(MAX_DUE)
    .execute();
  if (rows.length === 0) {
    const any = await points.selectFrom('webhook_endpoint').select('endpoint_id').limit(1).executeTakeFirst();
    if (!any) return null;
  }
  return rows.map((row) => ({
    supplierId: row.supplier_id,
    endpointId: row.endpoint_id,
    lease: row.lease,
    leaseBeats: row.lease_beats,
  }));
}

/** The supplier's endpoints, oldest first, and the position of its newest change. */
export async function listEndpoints(
  { points }: Store,
  supplierId: string,
): Promise<{ readonly endpoints: readonly WebhookEndpoint[]; readonly lastPosition: number }> {
  const rows = await points
    .selectFrom('webhook_endpoint')
    .select(shownColumns)
    .where('supplier_id', '=', supplierId)
    .orderBy('created_at')
    .orderBy('endpoint_id')
    .execute();
  // Read after the endpoints, so that none is ahead of it.
  const supplier = await points
    .selectFrom('supplier')
    .select('last_position')
    .where('supplier_id', '=', supplierId)
    .executeTakeFirst();
  return { endpoints: rows.map((row) => toEndpoint(row)), lastPosition: supplier?.last_position ?? 0 };
}

/** The endpoint of this ID, whoever's it is. Null if there is none. */
export async function findEndpoint({ points }: Store, endpointId: string): Promise<EndpointKey | null> {
  const row = await points
    .selectFrom('webhook_endpoint')
    .select('supplier_id')
    .where('endpoint_id', '=', endpointId)
    .executeTakeFirst();
  return row ? { supplierId: row.supplier_id, endpointId } : null;
}

/** Whether the store has no endpoint yet. Else their secrets are sealed with a key that is there, or is lost. */
export async function isFirstEndpoint({ points }: Store): Promise<boolean> {
  const any = await points.selectFrom('webhook_endpoint').select('endpoint_id').limit(1).executeTakeFirst();
  return any === undefined;
}

/** The last attempts, newest first. */
export async function listAttempts(
  { points }: Store,
  { supplierId, endpointId }: EndpointKey,
): Promise<WebhookAttempt[]> {
  const rows = await points
    .selectFrom('webhook_attempt')
    .selectAll()
    .where('supplier_id', '=', supplierId)
    .where('endpoint_id', '=', endpointId)
    .orderBy('number', 'desc')
    .execute();
  return rows.map((row) => toAttempt(row));
}

/** How the endpoints of all suppliers stand. */
export interface WebhookLag {
  readonly enabled: number;
  readonly disabled: number;
  /** Of enabled endpoints: the most changes that one is behind. */
  readonly changesBehind: number;
  /** The age of the oldest change that an enabled endpoint has not accepted, in seconds. */
  readonly secondsBehind: number;
}

export async function readWebhookLag({ points }: Store, now: Date): Promise<WebhookLag> {
  const { rows } = await sql<Omit<WebhookLag, 'secondsBehind'> & { oldest: string | null }>`select
      coalesce(sum(case when endpoint.disabled_at is null then 1 else 0 end), 0) as enabled,
      coalesce(sum(case when endpoint.disabled_at is null then 0 else 1 end), 0) as disabled,
      coalesce(max(case when endpoint.disabled_at is null then supplier.last_position - endpoint.position end), 0)
        as "changesBehind",
      min(case when endpoint.disabled_at is null then next.changed_at end) as oldest
    from webhook_endpoint as endpoint
    inner join supplier on supplier.supplier_id = endpoint.supplier_id and supplier.deleted_at is null
    left join inventory_change as next
      on next.supplier_id = endpoint.supplier_id and next.position = endpoint.position + 1`.execute(points);
  const [row] = rows;
  if (!row) throw new Error('A sum has no row.');
  const { oldest, ...counts } = row;
  const ageMs = oldest === null ? 0 : now.getTime() - Date.parse(oldest);
  return { ...counts, secondsBehind: Math.max(0, ageMs / 1_000) };
}
