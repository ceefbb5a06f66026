/** What `stockgate webhook list` prints of endpoints and of attempts. */
import type { WebhookAttempt, WebhookEndpoint } from '../domain/webhook/endpoint.ts';
import { plural } from '../feed/counts.ts';

/** One line. `lastPosition`: of the supplier's newest change. */
export function describeEndpoint(endpoint: WebhookEndpoint, lastPosition: number): string {
  const { endpointId, url, disabledAt, disabledReason, failures, nextAttemptAt, acceptedAt } = endpoint;
  const state =
    disabledAt !== null
      ? `disabled ${disabledAt} (${disabledReason?.toLowerCase().replace('_', ' ')})`
      : failures > 0
        ? `failing, ${plural(failures, 'failure')}, next attempt ${nextAttemptAt}`
        : 'enabled';
  const cells = [
    endpointId,
    url,
    state,
    `${plural(Math.max(0, lastPosition - endpoint.position), 'change')} behind`,
    `created ${endpoint.createdAt}`,
    `accepted ${acceptedAt ?? 'never'}`,
  ];
  return `${cells.join('\t')}\n`;
}

/** One line, begun by a tab. The answer is printed as JSON, because a receiver could write control characters to the terminal. */
export function describeAttempt({ at, outcome, status, ms, messageId, answer }: WebhookAttempt): string {
  const cells = ['', at, outcome.toLowerCase(), status ?? '-', `${ms} ms`, messageId, JSON.stringify(answer)];
  return `${cells.join('\t')}\n`;
}
