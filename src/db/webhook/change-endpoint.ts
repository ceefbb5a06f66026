/** Writes what people ask of webhook endpoints: new ones, changes, rotations, replays, deletions. */
import type { Kysely } from 'kysely';
import {
  MAX_ENDPOINTS,
  ROTATION_MS,
  type EndpointChange,
  type EndpointKey,
  type WebhookFilter,
} from '../../domain/webhook/endpoint.ts';
import type { Store, StoreKind } from '../store/store.ts';
import type { Tables } from '../store/tables.ts';
import { isWritten, keepSupplier, updateOf } from './endpoint-row.ts';

/** A new endpoint. It begins behind the newest change. */
export interface NewEndpoint extends EndpointKey {
  readonly url: string;
  readonly filter: WebhookFilter;
  /** Sealed. */
  readonly secret: string;
}

/** False: the supplier is gone, or has as many endpoints as it may. */
export async function createEndpoint(
  { kind }: Store,
  trx: Kysely<Tables>,
  { supplierId, endpointId, url, filter, secret }: NewEndpoint,
  now: string,
): Promise<boolean> {
  const supplier = trx
    .selectFrom('supplier')
    .select('last_position')
    .where('supplier_id', '=', supplierId)
    .where('deleted_at', 'is', null);
  // The lock keeps the supplier, and makes others wait who count its endpoints. SQLite has one writer.
  const found = await (kind === 'postgres' ? supplier.forNoKeyUpdate() : supplier).executeTakeFirst();
  if (!found) return false;
  const { count } = await trx
    .selectFrom('webhook_endpoint')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('supplier_id', '=', supplierId)
    .executeTakeFirstOrThrow();
  if (count >= MAX_ENDPOINTS) return false;
  await trx
    .insertInto('webhook_endpoint')
    .values({
      ...{ ...unused, supplier_id: supplierId, endpoint_id: endpointId, url, secret },
      filter: JSON.stringify(filter),
      position: found.last_position,
      created_at: now,
    })
    .execute();
  return true;
}

/** What makes a dispatcher try again at once. */
const atOnce = { failures: 0, failing_since: null, next_attempt_at: null } as const;

/** The columns of an endpoint to which nothing was sent yet. */
const unused = {
  previous_secret: null,
  previous_secret_until: null,
  pending_until: null,
  round: 0,
  lease: '',
  lease_beats: 0,
  ping_id: null,
  attempts: 0,
  ...atOnce,
  accepted_at: null,
  disabled_at: null,
  disabled_reason: null,
} as const;

/** A new filter begins a new round: the message that is being sent would have other changes under the same ID. */
export function changeEndpoint(
  db: Kysely<Tables>,
  key: EndpointKey,
  { url, filter, isEnabled }: EndpointChange,
  now: string,
): Promise<boolean> {
  return isWritten(
    updateOf(db, key).set((eb) => ({
      ...(url !== undefined && { url, ...atOnce }),
      ...(filter && { filter: JSON.stringify(filter), pending_until: null, round: eb('round', '+', 1) }),
      ...(isEnabled === true && { disabled_at: null, disabled_reason: null, ...atOnce }),
      ...(isEnabled === false && { disabled_at: now, disabled_reason: 'BY_HAND' as const }),
    })),
  );
}

/** The secret before this one signs too for a day. A second rotation within the day ends the oldest. */
export function rotateSecret(
  db: Kysely<Tables>,
  key: EndpointKey,
  secret: string,
  now: string,
): Promise<boolean> {
  return isWritten(
    updateOf(db, key).set((eb) => ({
      secret,
      previous_secret: eb.ref('secret'),
      previous_secret_until: new Date(Date.parse(now) + ROTATION_MS).toISOString(),
    })),
  );
}

/**
 * Begins a new round behind the position, or behind the supplier's horizon if that is later. Whoever is sending ends first, and changes nothing by it. False: there is no such endpoint, or it
 * has not got so far, and would skip what it was not sent yet.
 */
export function replayChanges(db: Kysely<Tables>, key: EndpointKey, position: number): Promise<boolean> {
  return isWritten(
    updateOf(db, key)
      .where('position', '>=', position)
      .set((eb) => ({
        // What was pruned cannot be sent again. SQLite and PostgreSQL name the greater of two values differently.
        position: eb
          .selectFrom('supplier')
          .select((of) =>
            of
              .case()
              .when('pruned_position', '>', position)
              .then(of.ref('pruned_position'))
              .else(position)
              .end()
              .as('behind'),
          )
          .where('supplier_id', '=', key.supplierId),
        pending_until: null,
        round: eb('round', '+', 1),
        ...atOnce,
      })),
  );
}

/** Removes the endpoint with its attempts. */
export async function removeEndpoint(
  kind: StoreKind,
  trx: Kysely<Tables>,
  { supplierId, endpointId }: EndpointKey,
): Promise<boolean> {
  await keepSupplier(kind, trx, supplierId);
  // Takes the lock of the endpoint's row first, as those do who note an attempt.
  if (!(await isWritten(updateOf(trx, { supplierId, endpointId }).set({ lease: '' })))) return false;
  for (const table of ['webhook_attempt', 'webhook_endpoint'] as const)
    await trx
      .deleteFrom(table)
      .where('supplier_id', '=', supplierId)
      .where('endpoint_id', '=', endpointId)
      .execute();
  return true;
}

/** Removes all endpoints of the supplier. Resolves to how many there were. */
export async function removeEndpoints(
  kind: StoreKind,
  trx: Kysely<Tables>,
  supplierId: string,
): Promise<number> {
  const rows = await trx
    .selectFrom('webhook_endpoint')
    .select('endpoint_id')
    .where('supplier_id', '=', supplierId)
    .orderBy('endpoint_id')
    .execute();
  for (const { endpoint_id: endpointId } of rows) await removeEndpoint(kind, trx, { supplierId, endpointId });
  return rows.length;
}
