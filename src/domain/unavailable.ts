/** When a request cannot be served for now: nobody's mistake, and no bug. The doors answer with the status, and say when to try again. */

/** Why, as programs read it. */
export const unavailableCodes = [
  'OVERLOADED',
  'STORE_UNAVAILABLE',
  'OUTCOME_UNKNOWN',
  'QUERY_TIMEOUT',
  'IDEMPOTENCY_STORE_FULL',
] as const;
export type UnavailableCode = (typeof unavailableCodes)[number];

/** The HTTP status at both doors. */
export const unavailableStatus: Record<UnavailableCode, number> = {
  OVERLOADED: 503,
  STORE_UNAVAILABLE: 503,
  OUTCOME_UNKNOWN: 503,
  QUERY_TIMEOUT: 504,
  IDEMPOTENCY_STORE_FULL: 429,
};

/** Seconds after which a client may try again. */
export const retryAfterSeconds: Record<UnavailableCode, number> = {
  OVERLOADED: 1,
  STORE_UNAVAILABLE: 1,
  OUTCOME_UNKNOWN: 1,
  QUERY_TIMEOUT: 1,
  IDEMPOTENCY_STORE_FULL: 60,
};

/**
 * How long a live stream waits for a store that cannot be read, in milliseconds. A standby takes over within this time: Patroni needs some 20 s
 * with its defaults. A reader that is not told for longer is better off with another gateway.
 */
export const OUTAGE_MS = 30_000;

const messages: Record<UnavailableCode, string> = {
  OVERLOADED: 'More updates wait than can be written soon. Nothing was changed; try again later.',
  STORE_UNAVAILABLE:
    'The store takes no updates now: it cannot be reached, or its disk is full. Nothing was changed; try again later.',
  OUTCOME_UNKNOWN:
    'The store did not say whether this update was stored. Look at the SKU, or send the update again under the same idempotency key.',
  QUERY_TIMEOUT: 'The query took too long and was stopped. Ask for less: a filter by skuIds, a smaller page.',
  IDEMPOTENCY_STORE_FULL:
    'Your supplier keeps as many idempotency keys as it may. Nothing was changed; wait until old keys expire, or send the update without a key.',
};

export class UnavailableError extends Error {
  readonly code: UnavailableCode;

  constructor(code: UnavailableCode, cause?: unknown, message = messages[code]) {
    super(message, { cause });
    this.code = code;
  }
}
