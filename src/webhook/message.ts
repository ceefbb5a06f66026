/** Webhook messages: their IDs, and their bodies. The same changes of an endpoint always make the same bytes, and the same ID. */
import { hash } from 'node:crypto';
import type { InventoryChange, LogPlace } from '../domain/change.ts';
import type { Delivery } from '../domain/webhook/endpoint.ts';
import { changesIdOf, type Span } from '../domain/webhook/message-id.ts';
import { toRecord } from './change-record.ts';

/** Longest body, in bytes, as the specification recommends it. A single change may be longer. */
const MAX_BODY_BYTES = 20_000;
/** Changes in a message at most. Their shortest records fill a body. */
export const MAX_CHANGES = 100;
/** Hexadecimal digits of the body's hash in a message's ID. */
const DIGEST_LENGTH = 12;

/** A message, whole. */
export interface WebhookMessage {
  readonly id: string;
  readonly body: Buffer;
}

/** A message of changes. */
export interface ChangesMessage extends WebhookMessage, Span {
  /** The place behind its last change. */
  readonly end: LogPlace;
}

/** The longest message that begins with the first of these changes. There must be one. */
export function composeMessage(endpoint: Delivery, changes: readonly InventoryChange[]): ChangesMessage {
  const records: string[] = [];
  let bytes = Buffer.byteLength(envelope([], changes));
  for (const change of changes) {
    const record = JSON.stringify(toRecord(change));
    bytes += Buffer.byteLength(record) + 1;
    if (records.length > 0 && bytes > MAX_BODY_BYTES) break;
    records.push(record);
  }
  return toMessage(endpoint, records, changes);
}

/** The message of exactly these changes, which `composeMessage` chose before. */
export function repeatMessage(endpoint: Delivery, changes: readonly InventoryChange[]): ChangesMessage {
  return toMessage(
    endpoint,
    changes.map((change) => JSON.stringify(toRecord(change))),
    changes,
  );
}

/** The message that a ping sends. It has no changes. */
export function pingMessage(id: string, now: Date): WebhookMessage {
  const timestamp = now.toISOString();
  return { id, body: Buffer.from(JSON.stringify({ type: 'webhook.ping', timestamp, data: {} })) };
}

function toMessage(
  endpoint: Delivery,
  records: readonly string[],
  changes: readonly InventoryChange[],
): ChangesMessage {
  const end = endOf(changes.slice(0, records.length));
  const span = { first: changes[0]?.position ?? 0, last: end.position };
  const body = envelope(records, changes.slice(0, records.length));
  // After a backup was restored, positions stand for other changes. A receiver must not take them for those that it knows.
  const digest = hash('sha256', body).slice(0, DIGEST_LENGTH);
  return { id: changesIdOf(endpoint, endpoint.round, span, digest), body: Buffer.from(body), ...span, end };
}

function envelope(records: readonly string[], changes: readonly InventoryChange[]): string {
  const end = endOf(changes);
  const timestamp = JSON.stringify(end.changedAt ?? '');
  const cursor = JSON.stringify(cursorOf(end));
  return `{"type":"inventory.changed","timestamp":${timestamp},"data":{"cursor":${cursor},"changes":[${records.join(',')}]}}`;
}

function endOf(changes: readonly InventoryChange[]): LogPlace {
  const last = changes.at(-1);
  return { position: last?.position ?? 0, changedAt: last?.changedAt ?? null };
}

/** The cursor that GraphQL's feed gives out for this place. */
function cursorOf({ position, changedAt }: LogPlace): string {
  const parts = changedAt === null ? [position] : [position, Date.parse(changedAt).toString(36)];
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}
