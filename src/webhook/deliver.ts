/** Delivers to one endpoint: composes its next message, takes the endpoint, sends, and writes how it went. */
import { randomUUID } from 'node:crypto';
import type { LogPlace } from '../domain/change.ts';
import type {
  Deliveries,
  Delivery,
  DisabledReason,
  EndpointKey,
  Settlement,
  WebhookAttempt,
} from '../domain/webhook/endpoint.ts';
import { failAgain, isDue } from '../domain/webhook/retries.ts';
import { attemptDelivery, type AttemptParts } from './attempt.ts';
import { createComposer, type LogReads } from './compose.ts';
import type { LeaseWatch } from './lease-watch.ts';
import { pingMessage, type ChangesMessage, type WebhookMessage } from './message.ts';
import { signedHeaders } from './sign.ts';

/** How often the position of an endpoint is written whose filter lets nothing through, in milliseconds. */
const SKIP_EVERY_MS = 5_000;
/** Endpoints whose last writes are remembered. */
const MAX_REMEMBERED = 10_000;

export interface DeliveryOptions
  extends Pick<AttemptParts, 'send' | 'clock' | 'monotonic' | 'timeoutMs'>, LogReads {
  readonly deliveries: Deliveries;
  /** Opens a sealed secret. Throws if the key is not there. */
  readonly openSecret: (owner: EndpointKey, sealed: string) => string;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Begins nothing new. Attempts in hand get a moment. */
  readonly stop: AbortSignal;
  /** Ends attempts in hand. */
  readonly stopNow: AbortSignal;
  readonly told: DeliveryListener;
}

/** Is told what happens, for the log and the metrics. */
export interface DeliveryListener {
  attempted(attempt: WebhookAttempt): void;
  disabled(endpoint: WebhookDisabled): void;
  /** The first attempt after a success failed, and more attempts follow. */
  failing(endpoint: WebhookFailing): void;
  /** A fault of ours, or a key that is missing. */
  failed(error: unknown): void;
}

/** An endpoint whose message is to be sent again. */
export interface WebhookFailing
  extends EndpointKey, Pick<WebhookAttempt, 'outcome' | 'status'>, Pick<Delivery, 'nextAttemptAt'> {
  readonly url: string;
}

/** An endpoint that was disabled because of its receiver, or because the store has lost changes. */
export interface WebhookDisabled extends EndpointKey {
  readonly url: string;
  readonly reason: DisabledReason;
}

/** Delivers to one endpoint until it has nothing more, or an attempt failed. Resolves to whether the last attempt was a success. */
export function createDeliver(options: DeliveryOptions, leases: LeaseWatch) {
  const { deliveries, clock, stop } = options;
  const { compose, noteAccepted } = createComposer(options);
  const attempt = createAttempt(options, noteAccepted);
  const disable = createDisable(options);
  const skip = createSkip(options);

  return async (key: EndpointKey): Promise<boolean> => {
    for (let isGood = false; ;) {
      const endpoint = stop.aborted ? null : await deliveries.load(key);
      if (!endpoint || !leases.isFree(endpoint)) return isGood;
      if (endpoint.pingId !== null) {
        const { position, pendingUntil } = endpoint;
        isGood = await attempt(endpoint, pingMessage(endpoint.pingId, clock()), { position, pendingUntil });
        if (!isGood) return false;
        continue;
      }
      if (endpoint.disabledAt !== null || !isDue(endpoint.nextAttemptAt, clock())) return isGood;
      const composed = await compose(endpoint);
      if ('lost' in composed) {
        await disable(endpoint, composed.lost);
        return false;
      }
      if ('position' in composed) {
        await skip(endpoint, composed.position);
        return isGood;
      }
      const { message, isMore } = composed;
      isGood = await attempt(endpoint, message, { position: message.first - 1, pendingUntil: message.last });
      if (!isGood || !isMore) return isGood;
    }
  };
}

/** Disables an endpoint whose receiver knows of changes that the log has not, or missed some. Only its owner can say what becomes of them. */
function createDisable({ deliveries, told }: DeliveryOptions) {
  return async (endpoint: Delivery, to: Parameters<Deliveries['disable']>[1]): Promise<void> => {
    const { supplierId, endpointId, url } = endpoint;
    if (await deliveries.disable(endpoint, to))
      told.disabled({ supplierId, endpointId, url, reason: to.reason });
  };
}

/** Writes that an endpoint has nothing to do up to a position. Until then the same changes are looked at again after a restart. */
function createSkip({ deliveries, monotonic }: DeliveryOptions) {
  const written = new Map<string, number>();
  return async (endpoint: Delivery, position: number): Promise<void> => {
    const last = written.get(endpoint.endpointId) ?? -Infinity;
    if (position <= endpoint.position || monotonic() - last < SKIP_EVERY_MS) return;
    if (written.size >= MAX_REMEMBERED) written.clear();
    written.set(endpoint.endpointId, monotonic());
    await deliveries.skip(endpoint, position);
  };
}

type Taken = Parameters<Deliveries['take']>[1];

/** Takes the endpoint, sends the message and settles. Resolves to whether there is reason to go on with this endpoint. */
function createAttempt(options: DeliveryOptions, noteAccepted: (endpoint: Delivery, end: LogPlace) => void) {
  const { deliveries, openSecret, clock, random, told, stopNow } = options;

  return async (
    endpoint: Delivery,
    message: WebhookMessage & Partial<ChangesMessage>,
    taken: Omit<Taken, 'lease'>,
  ) => {
    // Before the lease: a key that is missing must not look like a failure of the receiver.
    const headers = signedHeaders(
      secretsOf(endpoint, openSecret, clock()),
      message.id,
      clock(),
      message.body,
    );
    const lease = randomUUID();
    if (!(await deliveries.take(endpoint, { ...taken, lease }))) return false;
    const renew = () => deliveries.renew(endpoint, lease);
    const request = { url: endpoint.url, headers, body: message.body };
    const attempt = await attemptDelivery(message.id, request, { ...options, renew, stop: stopNow });
    if (!attempt) {
      await deliveries.release(endpoint, lease);
      return false;
    }
    told.attempted(attempt);
    // Before it is written: a store that loses this write may lose the changes too.
    if (attempt.outcome === 'ACCEPTED' && message.end) noteAccepted(endpoint, message.end);
    const settlement = settle(endpoint, attempt, clock(), random());
    const isSettled = await deliveries.settle(
      endpoint,
      { lease, round: endpoint.round },
      settlement,
      attempt,
    );
    if (isSettled) tell(endpoint, attempt, settlement, told);
    return isSettled && settlement.kind !== 'FAILED';
  };
}

/** Tells of an endpoint that was well before. */
function tell(
  { supplierId, endpointId, url, failures }: Delivery,
  { outcome, status }: WebhookAttempt,
  settlement: Settlement,
  told: DeliveryListener,
): void {
  if (settlement.kind !== 'FAILED') return;
  const { disabled: reason, nextAttemptAt } = settlement;
  const endpoint = { supplierId, endpointId, url };
  if (reason) told.disabled({ ...endpoint, reason });
  else if (failures === 0) told.failing({ ...endpoint, outcome, status, nextAttemptAt });
}

/** The secrets that sign, the present one first. */
function secretsOf(
  endpoint: Delivery,
  openSecret: DeliveryOptions['openSecret'],
  now: Date,
): readonly string[] {
  const { secret, previousSecret, previousSecretUntil } = endpoint;
  const isRotating = previousSecretUntil !== null && now.toISOString() < previousSecretUntil;
  const present = openSecret(endpoint, secret);
  if (previousSecret === null || !isRotating) return [present];
  try {
    return [present, openSecret(endpoint, previousSecret)];
  } catch {
    // It was sealed with a key that is lost, which is why it was rotated.
    return [present];
  }
}

function settle(
  endpoint: Delivery,
  { outcome, messageId }: WebhookAttempt,
  now: Date,
  random: number,
): Settlement {
  if (messageId === endpoint.pingId) return { kind: 'PINGED' };
  if (outcome === 'ACCEPTED') return { kind: 'ACCEPTED' };
  const { isGivenUp, ...failing } = failAgain(endpoint, now, random);
  return {
    kind: 'FAILED',
    ...failing,
    disabled: outcome === 'GONE' ? 'GONE' : isGivenUp ? 'FAILING' : null,
  };
}
