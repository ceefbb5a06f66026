/** Starts the dispatcher of webhooks of a gateway, with HTTP, the key and the store. */
import { setTimeout as pause } from 'node:timers/promises';
import type { OpenInventory } from '../../db/inventory.ts';
import type { Store } from '../../db/store/store.ts';
import { readKey, type KeyFile } from '../../db/webhook/key-file.ts';
import { createDeliveries } from '../../db/webhook/read-webhooks.ts';
import type { WebhookSettings } from '../../db/webhook/webhooks.ts';
import type { EndpointKey } from '../../domain/webhook/endpoint.ts';
import type { WebhookCounts } from '../../http/counted/webhook-metrics.ts';
import type { DeliveryListener } from '../../webhook/deliver.ts';
import { startDispatcher } from '../../webhook/dispatch.ts';
import { createAddresses } from '../../webhook/addresses.ts';
import { createResolve } from '../../webhook/http/resolve.ts';
import { createSend } from '../../webhook/http/send.ts';
import { openSecret } from '../../webhook/secret.ts';

/** How long attempts in hand may take when the gateway closes, in milliseconds. Their messages are sent again by the next one. */
const CLOSING_MS = 2_000;
/** How often the same trouble is told, in milliseconds. */
const TOLD_EVERY_MS = 60_000;
/** Different troubles that are remembered. */
const MAX_TOLD = 100;

/** The clock, and who is told what happens. */
export interface WebhookParts {
  readonly clock: () => Date;
  readonly logger: Readonly<Record<'warn' | 'error', (details: object, message: string) => void>>;
  readonly counts: WebhookCounts | undefined;
}

export interface RunningWebhooks {
  /** Begins no attempt more, and gives those in hand a moment. Call it before the inventory is closed. */
  close(): Promise<void>;
}

export function startWebhooks(
  store: Store,
  inventory: OpenInventory,
  { keyFile, allowed, userAgent }: WebhookSettings,
  { clock, logger, counts }: WebhookParts,
): RunningWebhooks {
  const stop = new AbortController();
  const stopNow = new AbortController();
  const monotonic = () => performance.now();
  const addresses = createAddresses(allowed);
  const dispatcher = startDispatcher({
    deliveries: createDeliveries(store, inventory.writeWebhook, clock),
    changesWindow: inventory.changesWindow,
    marksAt: inventory.marksAt,
    send: createSend(addresses, createResolve(addresses.hasExceptions), userAgent),
    openSecret: createOpenSecret(keyFile),
    ...{ clock, monotonic, random: Math.random },
    told: createListener(logger, counts, monotonic),
    stop: stop.signal,
    stopNow: stopNow.signal,
  });
  inventory.observe({
    committed: ({ positions }) => {
      if (positions.length > 0) dispatcher.wake();
    },
    failed: () => undefined,
  });
  return {
    async close() {
      stop.abort();
      const over = new AbortController();
      void pause(CLOSING_MS, undefined, { signal: over.signal }).then(
        () => stopNow.abort(),
        () => undefined,
      );
      await dispatcher.ended;
      over.abort();
    },
  };
}

/** Reads the key when it is first needed, and again after a secret could not be opened. */
function createOpenSecret(keyFile: KeyFile | null) {
  let key: Buffer | undefined;
  return (owner: EndpointKey, sealed: string): string => {
    key ??= readKey(keyFile);
    try {
      return openSecret(key, owner, sealed);
    } catch (error) {
      key = undefined;
      const { endpointId } = owner;
      throw new Error(
        `The secret of webhook endpoint ${endpointId} was sealed with another key than the one in ${keyFile?.path}. Give the right file with --webhook-key-file, or rotate the secret.`,
        { cause: error },
      );
    }
  };
}

function createListener(
  logger: WebhookParts['logger'],
  counts: WebhookCounts | undefined,
  monotonic: () => number,
): DeliveryListener {
  return {
    attempted: ({ outcome }) => counts?.webhookAttempted(outcome),
    disabled: ({ reason, ...endpoint }) => {
      counts?.webhookDisabled(reason);
      logger.warn({ ...endpoint, reason }, 'a webhook endpoint was disabled');
    },
    failing: (endpoint) =>
      logger.warn(endpoint, 'a webhook endpoint did not accept a message: it will be sent again'),
    failed: onceInAWhile((error) => logger.error({ err: error }, 'webhooks have trouble'), monotonic),
  };
}

/** Tells the same trouble once in a while: a dispatcher meets it again at each look. */
function onceInAWhile(tell: (error: unknown) => void, monotonic: () => number) {
  const told = new Map<string, number>();
  return (error: unknown): void => {
    const name = String(error);
    const last = told.get(name) ?? -Infinity;
    if (monotonic() - last < TOLD_EVERY_MS) return;
    if (told.size >= MAX_TOLD) told.clear();
    told.set(name, monotonic());
    tell(error);
  };
}
