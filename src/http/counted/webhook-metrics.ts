/** Counts webhooks for Prometheus. */
import { Counter, Gauge, type Registry } from '@prometheus-io/client';
import {
  attemptOutcomes,
  disabledReasons,
  type AttemptOutcome,
  type DisabledReason,
} from '../../domain/webhook/endpoint.ts';

/** How the endpoints stand. */
export interface GaugedWebhooks {
  readonly enabled: number;
  readonly disabled: number;
  /** Of enabled endpoints: the most changes that one is behind. */
  readonly changesBehind: number;
  /** The age of the oldest change that an enabled endpoint has not accepted. */
  readonly secondsBehind: number;
}

export interface WebhookCounts {
  webhookAttempted(outcome: AttemptOutcome): void;
  webhookDisabled(reason: DisabledReason): void;
}

/** All series start at zero. An endpoint is no label: suppliers would add series. */
export function countWebhooks(registers: Registry[], read: () => Promise<GaugedWebhooks>): WebhookCounts {
  addGauges(registers, read);
  const attempts = new Counter({
    name: 'stockgate_webhook_attempts_total',
    help: 'Attempts to deliver a webhook message, by outcome.',
    labelNames: ['outcome'],
    registers,
  });
  const disabled = new Counter({
    name: 'stockgate_webhook_endpoints_disabled_total',
    help: 'Webhook endpoints that this gateway disabled, by reason.',
    labelNames: ['reason'],
    registers,
  });
  for (const outcome of attemptOutcomes) attempts.inc({ outcome: outcome.toLowerCase() }, 0);
  for (const reason of disabledReasons)
    if (reason !== 'BY_HAND') disabled.inc({ reason: reason.toLowerCase() }, 0);
  return {
    webhookAttempted: (outcome) => attempts.inc({ outcome: outcome.toLowerCase() }),
    webhookDisabled: (reason) => disabled.inc({ reason: reason.toLowerCase() }),
  };
}

function addGauges(registers: Registry[], read: () => Promise<GaugedWebhooks>): void {
  const gauge = (name: string, help: string, valueOf: (webhooks: GaugedWebhooks) => number) =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        this.set(valueOf(await read()));
      },
    });
  gauge('stockgate_webhook_endpoints_enabled', 'Webhook endpoints that are enabled.', (all) => all.enabled);
  gauge(
    'stockgate_webhook_endpoints_disabled',
    'Webhook endpoints that are disabled.',
    (all) => all.disabled,
  );
  gauge(
    'stockgate_webhook_lag_changes',
    'The most changes that an enabled webhook endpoint has not accepted yet.',
    (all) => all.changesBehind,
  );
  gauge(
    'stockgate_webhook_lag_seconds',
    'Age of the oldest change that an enabled webhook endpoint has not accepted yet.',
    (all) => all.secondsBehind,
  );
}
