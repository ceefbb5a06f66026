/** The webhooks, read again and again while the page can be seen: for the page Webhooks, and for the mark of those that stopped. */
import { computed, signal } from '@preact/signals';
import { byItself, send } from '../api/graphql.ts';
import {
  webhookAttemptsQuery,
  webhooksQuery,
  type Webhook,
  type WebhookAttempt,
} from '../api/webhook-documents.ts';
import { inTurn } from './newest.ts';
import { untilReachable } from './reachable.ts';
import { page } from './route.ts';

/** Pauses between two readings, in milliseconds: on the page Webhooks, and elsewhere. */
const PAGE_MS = 2_000;
const ELSEWHERE_MS = 30_000;

/** Oldest first; null until the first answer. */
export const webhooks = signal<readonly Webhook[] | null>(null);
/** Why they could not be read. */
export const webhooksFault = signal<string | null>(null);
/** Those that a gateway disabled. One that a person disabled is no surprise. */
export const stoppedWebhooks = computed(() =>
  (webhooks.value ?? []).filter(({ disabledReason: reason }) => reason !== null && reason !== 'BY_HAND'),
);

const takeTurn = inTurn();

/** Reads them now and from now on. Returns the function that ends it, and forgets them. */
export function followWebhooks(): () => void {
  const stop = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isLooking = false;
  const look = async () => {
    // When the page is seen again, it looks at once.
    if (isLooking || document.hidden || stop.signal.aborted) return;
    clearTimeout(timer);
    isLooking = true;
    await readWebhooks(stop.signal);
    isLooking = false;
    timer = setTimeout(lookNow, page.peek() === 'webhooks' ? PAGE_MS : ELSEWHERE_MS);
  };
  const lookNow = () => void look();
  document.addEventListener('visibilitychange', lookNow);
  const forgetPage = page.subscribe(lookNow);
  stop.signal.addEventListener('abort', () => {
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', lookNow);
    forgetPage();
    webhooks.value = null;
  });
  return () => stop.abort();
}

/** Reads them once. The user has been told if it fails. */
export async function readWebhooks(stop?: AbortSignal): Promise<void> {
  const isTurn = takeTurn();
  try {
    const read = await untilReachable(() => send(webhooksQuery, {}, stop, byItself), stop);
    if (!isTurn()) return;
    webhooksFault.value = null;
    webhooks.value = read.webhookEndpoints;
  } catch (error) {
    if (!stop?.aborted) webhooksFault.value = error instanceof Error ? error.message : String(error);
  }
}

/** The last attempts, newest first. Throws if the gateway refuses it. */
export async function readAttempts(
  endpointId: string,
  stop: AbortSignal,
): Promise<readonly WebhookAttempt[]> {
  const read = await untilReachable(() => send(webhookAttemptsQuery, { endpointId }, stop, byItself), stop);
  return read.webhookEndpoint?.attempts ?? [];
}
