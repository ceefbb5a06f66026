/** One attempt to deliver a message: sends it while the lease is kept alive, and judges the answer. */
import { setTimeout as pause } from 'node:timers/promises';
import type { AttemptOutcome, WebhookAttempt } from '../domain/webhook/endpoint.ts';

/** How long an answer may take, in milliseconds. */
const TIMEOUT_MS = 20_000;
/** How often the holder of a lease shows that it is alive, in milliseconds. */
const BEAT_MS = 3_000;
/** A holder that could not show that it is alive for so long gives up, in milliseconds: another may take its lease soon. */
const ABANDON_MS = 8_000;

export interface WebhookRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Ends the request. */
  readonly signal: AbortSignal;
}

export interface WebhookAnswer {
  readonly status: number;
  /** Its first bytes. */
  readonly text: string;
}

/** Sends a request, and follows no redirect. Rejects with an AddressError if the host's address is forbidden. */
export type Send = (request: WebhookRequest) => Promise<WebhookAnswer>;

/** The host is at an address that the gateway does not send to. */
export class AddressError extends Error {}

export interface AttemptParts {
  readonly send: Send;
  /** Shows that the holder is alive. False: the lease is lost. */
  readonly renew: () => Promise<boolean>;
  readonly clock: () => Date;
  /** Milliseconds on a clock that never jumps. */
  readonly monotonic: () => number;
  /** Ends the attempt without a result. */
  readonly stop: AbortSignal;
  readonly timeoutMs?: number;
  readonly beatMs?: number;
}

/** Resolves to null if it was stopped, or if the lease was lost meanwhile: the message is then to be sent again. */
export async function attemptDelivery(
  messageId: string,
  request: Omit<WebhookRequest, 'signal'>,
  { send, renew, clock, monotonic, stop, timeoutMs = TIMEOUT_MS, beatMs = BEAT_MS }: AttemptParts,
): Promise<WebhookAttempt | null> {
  const [at, started] = [clock().toISOString(), monotonic()];
  const timeout = AbortSignal.timeout(timeoutMs);
  const lost = new AbortController();
  const over = new AbortController();
  const beating = keepAlive(renew, monotonic, beatMs, over.signal).then((isKept) => isKept || lost.abort());
  const signal = AbortSignal.any([timeout, stop, lost.signal]);
  const result = await send({ ...request, signal }).then(judge, (error: unknown) =>
    explain(error, timeout.aborted),
  );
  over.abort();
  await beating;
  if (lost.signal.aborted || (stop.aborted && result.status === null)) return null;
  return { at, messageId, ...result, ms: Math.round(monotonic() - started) };
}

type Result = Pick<WebhookAttempt, 'outcome' | 'status' | 'answer'>;

function judge({ status, text }: WebhookAnswer): Result {
  const isAccepted = status >= 200 && status < 300;
  const outcome: AttemptOutcome = isAccepted ? 'ACCEPTED' : status === 410 ? 'GONE' : 'REFUSED';
  return { outcome, status, answer: text };
}

function explain(error: unknown, isLate: boolean): Result {
  const outcome = error instanceof AddressError ? 'FORBIDDEN_ADDRESS' : isLate ? 'TIMED_OUT' : 'UNREACHABLE';
  const answer = isLate ? 'There was no answer in time.' : describe(error);
  return { outcome, status: null, answer };
}

/** Several addresses that were tried have an error each, and no message in all. */
function describe(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return describe(error.errors[0]);
  if (error instanceof Error && 'code' in error && error.code === 'EPROTO')
    return 'The server does not speak TLS at this address.';
  return error instanceof Error ? error.message : String(error);
}

/** Resolves once it is over: to whether the lease is still held. */
async function keepAlive(
  renew: () => Promise<boolean>,
  monotonic: () => number,
  beatMs: number,
  over: AbortSignal,
): Promise<boolean> {
  let shown = monotonic();
  for (;;) {
    await pause(beatMs, undefined, { signal: over }).catch(() => undefined);
    if (over.aborted) return true;
    const asked = monotonic();
    const isHeld = await renew().catch(() => null);
    if (isHeld === false) return false;
    if (isHeld) shown = asked;
    // The store is out of reach. Others may still reach it.
    else if (monotonic() - shown > ABANDON_MS) return false;
  }
}
