/** What one request costs its token, in units: taken as soon as it is known, and what shows only afterwards as a debt. */
import type { Services } from '../schema/context.ts';
import { countRows } from './count-rows.ts';
import type { RateLimit, Who } from './rate-limit.ts';

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
  readonly #who: Who;
  #cost = 0;
  #rows = 0;
  #wrote = 0;

  constructor(rateLimit: RateLimit, who: Who) {
    this.#rateLimit = rateLimit;
    this.#who = who;
  }

  /** Units so far. */
  get cost(): number {
    return this.#cost;
  }

  /** Services for the request's work on this thread: `settle` charges the rows that it updates. */
  count(services: Services): Services {
    return countRows(services, (rows) => (this.#wrote += rows));
  }

  /** The request's own unit. Answers the seconds to wait; 0: it is let in. */
  enter(): number {
    return this.#take(1);
  }

  /**
   * Before the work: rows that it updates, or root fields of a mutation, of which the first is in the request's own
   * unit. Answers the seconds to wait; 0: they are paid.
   */
  before(rows: number): number {
    const more = Math.max(0, rows - 1 - this.#rows);
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

  /** Charges the rows that were counted. */
  settle(): void {
    this.after({ rows: this.#wrote });
  }

  #take(units: number): number {
    const wait = this.#rateLimit.take(this.#who, units);
    if (wait === 0) this.#cost += units;
    return wait;
  }

  #spend(units: number): void {
    this.#rateLimit.spend(this.#who, units);
    this.#cost += units;
  }
}

/** Parts of a unit are free. */
function unitsOf(amount: number, aUnit: number): number {
  return Math.floor(amount / aUnit);
}
