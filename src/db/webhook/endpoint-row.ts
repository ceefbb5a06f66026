/** Rows of `webhook_endpoint` and `webhook_attempt`: how one is named, and what they stand for. */
import type { Kysely, UpdateQueryBuilder, UpdateResult } from 'kysely';
import type {
  Delivery,
  EndpointKey,
  WebhookAttempt,
  WebhookEndpoint,
  WebhookFilter,
} from '../../domain/webhook/endpoint.ts';
import type { StoreKind } from '../store/store.ts';
import type { Tables } from '../store/tables.ts';

type EndpointRow = Tables['webhook_endpoint'];

export type EndpointUpdate = UpdateQueryBuilder<Tables, 'webhook_endpoint', 'webhook_endpoint', UpdateResult>;

/** An update of this endpoint. */
export function updateOf(db: Kysely<Tables>, { supplierId, endpointId }: EndpointKey): EndpointUpdate {
  return db
    .updateTable('webhook_endpoint')
    .where('supplier_id', '=', supplierId)
    .where('endpoint_id', '=', endpointId);
}

/** Runs the update. False: there is no such endpoint, or it is not as the update wants it. */
export async function isWritten(update: EndpointUpdate): Promise<boolean> {
  return (await update.executeTakeFirstOrThrow()).numUpdatedRows > 0n;
}

/** Keeps the supplier until the end of the transaction. Its deletion takes this lock before the rows of its endpoints. SQLite has one writer. */
export async function keepSupplier(kind: StoreKind, trx: Kysely<Tables>, supplierId: string): Promise<void> {
  if (kind === 'sqlite') return;
  await trx
    .selectFrom('supplier')
    .select('supplier_id')
    .where('supplier_id', '=', supplierId)
    .forKeyShare()
    .execute();
}

/** The columns that `toEndpoint` reads. A list of endpoints has no secrets. */
export const shownColumns = [
  'supplier_id',
  'endpoint_id',
  'url',
  'filter',
  'position',
  'created_at',
  'disabled_at',
  'disabled_reason',
  'failures',
  'failing_since',
  'next_attempt_at',
  'attempts',
  'accepted_at',
  'previous_secret_until',
] as const satisfies (keyof EndpointRow)[];

export function toEndpoint(row: Pick<EndpointRow, (typeof shownColumns)[number]>): WebhookEndpoint {
  return {
    supplierId: row.supplier_id,
    endpointId: row.endpoint_id,
    url: row.url,
    // The column holds what was written as a filter.
    filter: JSON.parse(row.filter) as WebhookFilter,
    position: row.position,
    createdAt: row.created_at,
    disabledAt: row.disabled_at,
    disabledReason: row.disabled_reason,
    failures: row.failures,
    failingSince: row.failing_since,
    nextAttemptAt: row.next_attempt_at,
    attempts: row.attempts,
    acceptedAt: row.accepted_at,
    previousSecretUntil: row.previous_secret_until,
  };
}

export function toDelivery(row: EndpointRow): Delivery {
  return {
    ...toEndpoint(row),
    pendingUntil: row.pending_until,
    round: row.round,
    lease: row.lease,
    leaseBeats: row.lease_beats,
    pingId: row.ping_id,
    secret: row.secret,
    previousSecret: row.previous_secret,
  };
}

export function toAttempt(row: Tables['webhook_attempt']): WebhookAttempt {
  return {
    at: row.at,
    messageId: row.message_id,
    outcome: row.outcome,
    status: row.status,
    answer: row.answer,
    ms: row.ms,
  };
}
