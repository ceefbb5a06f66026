/** What one request costs its token, in units: taken as soon as it is known, and what shows only afterwards as a debt. */
import type { RateLimit } from './rate-limit.ts';

/** Bytes of a body or an answer for a unit. */
const BYTES_A_UNIT = 16_384;
/** Rows that a scan looks at for a unit. */
const SCANNED_A_UNIT = 1_000;
/** Items that pages ask for, for a unit. */
const ITEMS_A_UNIT = 10;

/** What shows once there is a body, or an answer. */
export interface Spent {
  readonly bodyBytes?: number;
  /** Rows that it updated. */
  readonly rows?: number;
  /** Rows that its reads looked at. */
  readonly scanned?: number;
  /** Items that its pages asked for. */
  readonly items?: number;
  readonly answerBytes?: number;
}

export class Charge {
  readonly #rateLimit: RateLimit;
  /** As the rate limit names it. */
  readonly #token: string;
  #cost = 0;
  #rows = 0;

  constructor(rateLimit: RateLimit, token: string) {
    this.#rateLimit = rateLimit;
    this.#token = token;
  }

  /** Units so far. */
  get cost(): number {
    return this.#cost;
  }

  /** The request's own unit. Answers the seconds to wait; 0: it is let in. */
  enter(): number {
    return this.#take(1);
  }

  /**
   * Before the work: rows that it updates, or root fields of an operation, of which the first is in the request's own
   * unit. Answers the seconds to wait; 0: they are paid.
   */
  before(rows: number): number {
    const more = Math.max(0, rows - 1 - this.#rows);
    if (more === 0) return 0;
    const wait = this.#take(more);
    if (wait === 0) this.#rows += more;
    return wait;
  }

  /** What has been spent: rows count where they were not paid before. */
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

/** Parts of a unit are free. */
function unitsOf(amount: number, aUnit: number): number {
  return Math.floor(amount / aUnit);
}
