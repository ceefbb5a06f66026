/** Webhook endpoints: addresses that are told of a supplier's changes, in order, until they have accepted each one. */
import type { ChangeFilter } from '../change.ts';

/** Endpoints of one supplier at most. */
export const MAX_ENDPOINTS = 16;
/** Attempts of an endpoint that are kept. */
export const KEPT_ATTEMPTS = 20;
/** Bytes of an answer that are read and kept. */
export const MAX_KEPT_ANSWER = 1_024;
/** Longest URL of an endpoint, in UTF-16 units. */
export const MAX_URL_LENGTH = 2_000;
/** How long both secrets sign after a rotation, in milliseconds: 24 hours. */
export const ROTATION_MS = 86_400_000;

/** Which changes an endpoint is told of; all that is given must hold. */
export type WebhookFilter = Pick<ChangeFilter, 'skuIds' | 'sources' | 'actors'>;

/**
 * Who or what disabled an endpoint: a person, the receiver by the status 410, 5 days of failures, a store that has lost changes which the
 * endpoint was told of, or one that has pruned changes which it was not told of.
 */
export const disabledReasons = ['BY_HAND', 'GONE', 'FAILING', 'CURSOR_AHEAD', 'CURSOR_EXPIRED'] as const;
export type DisabledReason = (typeof disabledReasons)[number];

/**
 * How an attempt ended. ACCEPTED: a 2xx. GONE: 410. REFUSED: another status. TIMED_OUT: no answer in time. FORBIDDEN_ADDRESS: the host is
 * at an address that the gateway does not send to. UNREACHABLE: all else, such as an unknown host or a broken connection.
 */
export const attemptOutcomes = [
  'ACCEPTED',
  'GONE',
  'REFUSED',
  'TIMED_OUT',
  'FORBIDDEN_ADDRESS',
  'UNREACHABLE',
] as const;
export type AttemptOutcome = (typeof attemptOutcomes)[number];

/** An attempt to deliver a message. */
export interface WebhookAttempt {
  /** ISO 8601, UTC, milliseconds. */
  readonly at: string;
  /** The message's `webhook-id`. */
  readonly messageId: string;
  readonly outcome: AttemptOutcome;
  /** The status of the answer; null if there was none. */
  readonly status: number | null;
  /** The first MAX_KEPT_ANSWER bytes of the answer, or what went wrong. */
  readonly answer: string;
  /** How long it took, in milliseconds. */
  readonly ms: number;
}

/** Names an endpoint. */
export interface EndpointKey {
  readonly supplierId: string;
  /** A UUID. */
  readonly endpointId: string;
}

/** An endpoint as people see it. */
export interface WebhookEndpoint extends EndpointKey {
  readonly url: string;
  readonly filter: WebhookFilter;
  /** Each change up to this position was accepted, or does not pass the filter. */
  readonly position: number;
  readonly createdAt: string;
  /** Null while it is enabled. */
  readonly disabledAt: string | null;
  readonly disabledReason: DisabledReason | null;
  /** Failed attempts since a message was last accepted. */
  readonly failures: number;
  readonly failingSince: string | null;
  /** When a message that failed is sent again. */
  readonly nextAttemptAt: string | null;
  /** Attempts that were made, those that are not kept any more too. */
  readonly attempts: number;
  /** When a message was last accepted. */
  readonly acceptedAt: string | null;
  /** Until when the secret before the last rotation signs too. */
  readonly previousSecretUntil: string | null;
}

/** What a person can change. What is left out stays as it is. */
export interface EndpointChange {
  readonly url?: string | undefined;
  readonly filter?: WebhookFilter | undefined;
  readonly isEnabled?: boolean | undefined;
}

/** An endpoint as the dispatcher needs it. */
export interface Delivery extends WebhookEndpoint {
  /** The message that is being sent ends with the change at this position; null: none is. It begins behind `position`. */
  readonly pendingUntil: number | null;
  /** Greater after each replay and each new filter. Message IDs contain it, because messages may then have other changes. */
  readonly round: number;
  /** The random ID of whoever is sending; empty if nobody is. */
  readonly lease: string;
  /** Its holder counts this up while it is alive. */
  readonly leaseBeats: number;
  /** The message ID of a ping that was asked for. */
  readonly pingId: string | null;
  /** Sealed, as in secret.ts. */
  readonly secret: string;
  readonly previousSecret: string | null;
}

/** What a dispatcher looks at to find endpoints that have something to send. */
export interface DueEndpoint extends EndpointKey {
  readonly lease: string;
  readonly leaseBeats: number;
}

/** What must be as it was when a message was composed. */
export type SeenDelivery = Pick<
  Delivery,
  keyof EndpointKey | 'position' | 'pendingUntil' | 'round' | 'lease' | 'leaseBeats'
>;

/** What an attempt makes of its endpoint. */
export type Settlement =
  /** The changes of the message are done. */
  | { readonly kind: 'ACCEPTED' }
  | {
      readonly kind: 'FAILED';
      readonly failures: number;
      readonly failingSince: string;
      readonly nextAttemptAt: string;
      readonly disabled: DisabledReason | null;
    }
  /** A ping changes nothing else. */
  | { readonly kind: 'PINGED' };

/** The contract by which a dispatcher reads and writes endpoints. Each write changes nothing, and is false, where another was quicker. */
export interface Deliveries {
  /** Endpoints with something to send now, also those that somebody sends to. Null: the store has no endpoint at all. */
  due(now: Date): Promise<readonly DueEndpoint[] | null>;
  load(key: EndpointKey): Promise<Delivery | null>;
  /** Takes the endpoint, and notes which message is sent: the changes behind `position` up to `pendingUntil`. */
  take(
    seen: SeenDelivery,
    taken: { readonly lease: string; readonly position: number; readonly pendingUntil: number | null },
  ): Promise<boolean>;
  /** Shows that the holder is alive. */
  renew(key: EndpointKey, lease: string): Promise<boolean>;
  /** Gives the endpoint back, with the outcome of the attempt. */
  settle(
    key: EndpointKey,
    held: { readonly lease: string; readonly round: number },
    settlement: Settlement,
    attempt: WebhookAttempt,
  ): Promise<boolean>;
  /** Gives the endpoint back as if nothing had been sent. */
  release(key: EndpointKey, lease: string): Promise<boolean>;
  /** Disables it and begins a new round, behind this position, while nobody sends. */
  disable(
    seen: SeenDelivery,
    to: { readonly reason: DisabledReason; readonly position: number },
  ): Promise<boolean>;
  /** Moves on behind changes that do not pass the filter, while nobody sends. */
  skip(seen: SeenDelivery, position: number): Promise<boolean>;
}
