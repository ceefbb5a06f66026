/** Webhooks in words: what they are told of, and how attempts ended. */
import type { Webhook, WebhookAttempt } from '../api/webhook-documents.ts';
import { sources } from '../state/sources.ts';

/** Values of a condition that are named; the others are counted. */
const MAX_NAMED = 5;

const outcomes = {
  ACCEPTED: 'Accepted',
  GONE: 'Refused for good',
  REFUSED: 'Refused',
  TIMED_OUT: 'No answer in time',
  FORBIDDEN_ADDRESS: 'Not sent: the address is not allowed',
  UNREACHABLE: 'Not reached',
} as const satisfies Record<WebhookAttempt['outcome'], string>;

export const disabledReasons = {
  BY_HAND: 'Somebody disabled it.',
  GONE: 'The receiver answered 410: it wants no more messages.',
  FAILING: 'Every attempt of 5 days failed.',
  CURSOR_AHEAD:
    'The store was restored, and lost changes that the receiver was told of. Let the receiver read the stock again, and then enable it.',
  CURSOR_EXPIRED:
    'Old changes were taken away that the receiver was not told of. Let it read the stock again, and then enable it.',
} as const satisfies Record<NonNullable<Webhook['disabledReason']>, string>;

/** How an attempt ended. */
export function describeEnd({ outcome, status }: WebhookAttempt): string {
  return `${outcomes[outcome]}${status === null ? '' : `, status ${status}`}`;
}

/** Which changes it is told of, as a sentence. */
export function describeFilter({ skuIds, sources: from, actors }: Webhook['filter']): string {
  const conditions = [
    skuIds && `of ${listed(skuIds)}`,
    from && `by way of ${listed(from.map((source) => sources[source]))}`,
    actors && `made by ${listed(actors)}`,
  ].filter((words) => words !== null);
  return conditions.length === 0 ? 'All changes.' : `Only changes ${conditions.join(', ')}.`;
}

function listed(values: readonly string[]): string {
  const named = values.slice(0, MAX_NAMED);
  const others = values.length - named.length;
  if (others > 0) return `${named.join(', ')} or ${others} more`;
  return named.length > 1 ? `${named.slice(0, -1).join(', ')} or ${named.at(-1)}` : (named[0] ?? 'nothing');
}

export function countChanges(count: number): string {
  return count === 1 ? '1 change' : `${count.toLocaleString()} changes`;
}
