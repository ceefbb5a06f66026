/** When the store cannot take part for now: nobody's mistake, and no bug. The doors answer 503, and say when to try again. */

/** Why, as programs read it. */
export type UnavailableCode = 'OVERLOADED' | 'STORE_UNAVAILABLE' | 'OUTCOME_UNKNOWN';

const messages: Record<UnavailableCode, string> = {
  OVERLOADED: 'More updates wait than can be written soon. Nothing was changed; try again later.',
  STORE_UNAVAILABLE:
    'The store takes no updates now: it cannot be reached, or its disk is full. Nothing was changed; try again later.',
  OUTCOME_UNKNOWN:
    'The store did not say whether this update was stored. Look at the SKU, or send the update again under the same idempotency key.',
};

/** Seconds after which a client may try again. */
export const RETRY_AFTER_SECONDS = 1;

export class UnavailableError extends Error {
  readonly code: UnavailableCode;

  constructor(code: UnavailableCode, cause?: unknown, message = messages[code]) {
    super(message, { cause });
    this.code = code;
  }
}
