/** Limits the bytes of request bodies and answers that the process holds at once, in total and for each supplier. */

import { UnavailableError } from '../../domain/unavailable.ts';
import { createCounts, type Counts } from '../shared/counts.ts';

/** The largest part of the budget that one supplier may hold. */
const SHARE = 1 / 4;
/** Bodies and answers up to this size, in bytes, are not counted. Small updates are served while large calls are refused. */
export const SMALL_BYTES = 16_384;

/** The name of the bytes of all suppliers. No supplier's ID is empty. */
const ALL = '';

/** Counts the bytes in flight. It only counts: the caller asks for room first, and gives the bytes back. */
export class ByteBudget {
  readonly #most: number;
  readonly #counts: Counts;

  /** `most` is the budget of all suppliers together, in bytes. */
  constructor(most: number, counts: Counts = createCounts()) {
    this.#most = most;
    this.#counts = counts;
  }

  /** Bytes in flight, of all suppliers together. */
  get held(): number {
    return this.#counts.get(ALL);
  }

  /** Whether the budget and the supplier's part have room for that many more bytes. */
  hasRoom(supplierId: string, bytes = 0): boolean {
    const mine = this.#counts.get(supplierId);
    return this.held + bytes <= this.#most && mine + bytes <= this.#most * SHARE;
  }

  /** Counts bytes that already exist, even past the budget. Pass a negative number once they are gone. */
  add(supplierId: string, bytes: number): void {
    this.#counts.add(supplierId, bytes);
    this.#counts.add(ALL, bytes);
  }
}

/** The bytes in flight of one request, until the request is over. */
export class HeldBytes {
  readonly #budget: ByteBudget;
  readonly #supplierId: string;
  #bytes = 0;
  #isOver = false;

  constructor(budget: ByteBudget, supplierId: string) {
    this.#budget = budget;
    this.#supplierId = supplierId;
  }

  /** Reserves bytes for a body; false if the budget has no room. */
  take(bytes: number): boolean {
    if (bytes <= SMALL_BYTES) return true;
    if (!this.#budget.hasRoom(this.#supplierId, bytes)) return false;
    this.hold(bytes);
    return true;
  }

  /** Counts bytes that already exist, such as an answer. It never refuses. */
  hold(bytes: number): void {
    if (this.#isOver || bytes <= SMALL_BYTES) return;
    this.#bytes += bytes;
    this.#budget.add(this.#supplierId, bytes);
  }

  /** Gives all bytes back. Later calls of `hold` count nothing, so an answer that comes too late cannot leak. */
  release(): void {
    this.#isOver = true;
    if (this.#bytes === 0) return;
    this.#budget.add(this.#supplierId, -this.#bytes);
    this.#bytes = 0;
  }
}

/** The error for a request that the byte budget has no room for: OVERLOADED, answered with 503. */
export function noRoom(): UnavailableError {
  const message =
    'Too many bytes of requests and answers are in flight. Nothing was changed; try again later.';
  return new UnavailableError('OVERLOADED', undefined, message);
}
