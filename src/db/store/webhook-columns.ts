/** The columns of the tables of webhooks, without their supplier's. */
import type { AttemptOutcome, DisabledReason } from '../../domain/webhook/endpoint.ts';
import { bigint, integer, orNull, text } from './columns.ts';

const endpointId = { endpoint_id: text() };

/** What was asked for, how far its messages have come, who sends them, and how that goes. */
export const webhookEndpointColumns = {
  ...endpointId,
  url: text(),
  /** JSON: a WebhookFilter. */
  filter: text(),
  /** Sealed (webhook/secret.ts): a stolen database signs no message. */
  secret: text(),
  /** The secret before the last rotation, which signs too until that time. */
  previous_secret: orNull(text()),
  previous_secret_until: orNull(text()),
  /** Each change up to here was accepted, or does not pass the filter. */
  position: bigint(),
  /** The last change of the message that is being sent. It is stored before the first attempt, so that retries have the same ID and body. */
  pending_until: orNull(bigint()),
  /** Greater after each replay and each new filter. */
  round: integer(),
  /** The random ID of whoever is sending; empty if nobody is. */
  lease: text(),
  lease_beats: integer(),
  /** The message ID of a ping that was asked for. */
  ping_id: orNull(text()),
  /** How many attempts there were. */
  attempts: bigint(),
  failures: integer(),
  failing_since: orNull(text()),
  next_attempt_at: orNull(text()),
  accepted_at: orNull(text()),
  disabled_at: orNull(text()),
  disabled_reason: orNull(text<DisabledReason>()),
  created_at: text(),
};

/** One of the last attempts of an endpoint. */
export const webhookAttemptColumns = {
  ...endpointId,
  /** Counts the endpoint's attempts. */
  number: bigint(),
  at: text(),
  message_id: text(),
  outcome: text<AttemptOutcome>(),
  status: orNull(integer()),
  /** The beginning of the answer, or what went wrong. */
  answer: text(),
  ms: integer(),
};
