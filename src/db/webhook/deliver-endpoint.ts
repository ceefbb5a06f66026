/** Writes what a dispatcher does with webhook endpoints. A dispatcher whose lease is lost changes nothing. */
import type { Kysely } from 'kysely';
import {
  KEPT_ATTEMPTS,
  type Deliveries,
  type EndpointKey,
  type SeenDelivery,
  type Settlement,
  type WebhookAttempt,
} from '../../domain/webhook/endpoint.ts';
import type { StoreKind } from '../store/store.ts';
import type { Tables } from '../store/tables.ts';
import { isWritten, keepSupplier, updateOf, type EndpointUpdate } from './endpoint-row.ts';

/** Who sends, and what. */
export type Taken = Parameters<Deliveries['take']>[1];
/** Why, and where it goes on. */
export type Disabling = Parameters<Deliveries['disable']>[1];
/** Who has sent, and in which round. */
export type Held = Parameters<Deliveries['settle']>[1];

/** Only if the endpoint is still as it was when its message was composed. */
function updateAsSeen(
  db: Kysely<Tables>,
  { position, pendingUntil, round, lease, leaseBeats, ...key }: SeenDelivery,
): EndpointUpdate {
  return updateOf(db, key)
    .where('position', '=', position)
    .where('pending_until', 'is not distinct from', pendingUntil)
    .where('round', '=', round)
    .where('lease', '=', lease)
    .where('lease_beats', '=', leaseBeats);
}

export function takeEndpoint(
  db: Kysely<Tables>,
  seen: SeenDelivery,
  { lease, position, pendingUntil }: Taken,
): Promise<boolean> {
  return isWritten(
    updateAsSeen(db, seen).set({ lease, lease_beats: 0, position, pending_until: pendingUntil }),
  );
}

export function renewLease(db: Kysely<Tables>, key: EndpointKey, lease: string): Promise<boolean> {
  return isWritten(
    updateOf(db, key)
      .set((eb) => ({ lease_beats: eb('lease_beats', '+', 1) }))
      .where('lease', '=', lease),
  );
}

export function releaseEndpoint(db: Kysely<Tables>, key: EndpointKey, lease: string): Promise<boolean> {
  return isWritten(updateOf(db, key).set({ lease: '' }).where('lease', '=', lease));
}

export function skipChanges(db: Kysely<Tables>, seen: SeenDelivery, position: number): Promise<boolean> {
  return isWritten(updateAsSeen(db, seen).set({ position, pending_until: null }));
}

/** A message that goes past the end of the log cannot be sent any more. */
export function disableEndpoint(
  db: Kysely<Tables>,
  seen: SeenDelivery,
  { reason, position }: Disabling,
  now: string,
): Promise<boolean> {
  return isWritten(
    updateAsSeen(db, seen).set((eb) => ({
      ...{ disabled_at: now, disabled_reason: reason, position, pending_until: null },
      round: eb('round', '+', 1),
    })),
  );
}

/** What `settleAttempt` writes. */
export interface Settled {
  readonly held: Held;
  readonly settlement: Settlement;
  readonly attempt: WebhookAttempt;
  /** The time of the wall clock (ISO 8601). */
  readonly now: string;
}

export async function settleAttempt(
  kind: StoreKind,
  trx: Kysely<Tables>,
  key: EndpointKey,
  { held: { lease, round }, settlement, attempt, now }: Settled,
): Promise<boolean> {
  await keepSupplier(kind, trx, key.supplierId);
  const update = updateOf(trx, key)
    .set((eb) => ({ lease: '', attempts: eb('attempts', '+', 1) }))
    .where('lease', '=', lease)
    .where('round', '=', round);
  const settled = await settle(update, settlement, now).returning('attempts').executeTakeFirst();
  if (!settled) {
    // In another round the message is not what is due any more.
    await releaseEndpoint(trx, key, lease);
    return false;
  }
  await noteAttempt(trx, key, settled.attempts, attempt);
  return true;
}

function settle(update: EndpointUpdate, settlement: Settlement, now: string): EndpointUpdate {
  if (settlement.kind === 'PINGED') return update.set({ ping_id: null });
  if (settlement.kind === 'ACCEPTED')
    return update.where('pending_until', 'is not', null).set((eb) => ({
      position: eb.fn.coalesce('pending_until', 'position'),
      pending_until: null,
      failures: 0,
      failing_since: null,
      next_attempt_at: null,
      accepted_at: now,
    }));
  const { failures, failingSince, nextAttemptAt, disabled } = settlement;
  return update.set({
    failures,
    failing_since: failingSince,
    next_attempt_at: nextAttemptAt,
    ...(disabled && { disabled_at: now, disabled_reason: disabled }),
  });
}

/** Keeps the last attempts alone. */
async function noteAttempt(
  trx: Kysely<Tables>,
  { supplierId, endpointId }: EndpointKey,
  number: number,
  { at, messageId, outcome, status, answer, ms }: WebhookAttempt,
): Promise<void> {
  const key = { supplier_id: supplierId, endpoint_id: endpointId, number };
  await trx
    .insertInto('webhook_attempt')
    .values({ ...key, at, message_id: messageId, outcome, status, answer, ms })
    .execute();
  await trx
    .deleteFrom('webhook_attempt')
    .where('supplier_id', '=', supplierId)
    .where('endpoint_id', '=', endpointId)
    .where('number', '<=', number - KEPT_ATTEMPTS)
    .execute();
}
