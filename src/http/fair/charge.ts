/** Charges one request to its token's rate limit: known costs before the work, the rest as a debt after it. */
import type { RateLimit } from './rate-limit.ts';

/** One unit pays for this many bytes of a body, or of an answer. */
const BYTES_A_UNIT = 16_384;
/** One unit pays for this many rows that a scan examines. */
const SCANNED_A_UNIT = 1_000;
/** One unit pays for this many items that pages ask for. */
const ITEMS_A_UNIT = 10;

/** Costs that are known only after the body was read or the work was done. */
export interface Spent {
  readonly bodyBytes?: number;
  /** Rows that the request updated. */
  readonly rows?: number;
  /** Rows that its reads examined. */
  readonly scanned?: number;
  /** Items that its pages asked for, found or not. */
  readonly items?: number;
  readonly answerBytes?: number;
}

/** The costs of one request, in units of the rate limit. */
export class Charge {
  readonly #rateLimit: RateLimit;
  /** The token's name in the rate limit (`tokenOf`). */
  readonly #token: string;
  #cost = 0;
  #rows = 0;

  constructor(rateLimit: RateLimit, token: string) {
    this.#rateLimit = rateLimit;
    this.#token = token;
  }

  /** Units charged so far. */
  get cost(): number {
    return this.#cost;
  }

  /** Charges one unit for the request itself. Returns the seconds to wait before it may come again; 0 admits it. */
  enter(): number {
    return this.#take(1);
  }

  /**
   * Charges the rows that the request will update, or the root fields of its operation. The request's own unit pays for
   * the first one. Returns the seconds to wait before it may come again; 0 means paid.
   */
  before(rows: number): number {
    const more = Math.max(0, rows - 1 - this.#rows);
    if (more === 0) return 0;
    const wait = this.#take(more);
    if (wait === 0) this.#rows += more;
    return wait;
  }

  /** Charges what the request has spent, as a debt. Rows that were paid before the work are not charged again. */
  after({ rows = 0, scanned = 0, items = 0, bodyBytes = 0, answerBytes = 0 }: Spent): void {
    const more = Math.max(0, rows - 1 - this.#rows);
    this.#rows += more;
    const reads = unitsOf(scanned, SCANNED_A_UNIT) + unitsOf(items, ITEMS_A_UNIT);
    const bytes = unitsOf(bodyBytes, BYTES_A_UNIT) + unitsOf(answerBytes, BYTES_A_UNIT);
    this.#spend(more + reads + bytes);
  }

  #take(units: number): number {
    const wait = this.#rateLimit.take(this.#token, units);
    if (wait === 0) this.#cost += units;
    return wait;
  }

  #spend(units: number): void {
    if (units === 0) return;
    this.#rateLimit.spend(this.#token, units);
    this.#cost += units;
  }
}

/** Rounds down, so that small requests cost nothing beyond their own unit. */
function unitsOf(amount: number, aUnit: number): number {
  return Math.floor(amount / aUnit);
}
