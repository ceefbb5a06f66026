/** Bytes of bodies and answers that the process holds at once: bounded in all, and for each supplier. */

import { UnavailableError } from '../../domain/unavailable.ts';

/** One supplier's part at most. */
const SHARE = 1 / 4;
/** What is not larger is not counted: small updates go on while large calls are refused. In bytes. */
export const SMALL_BYTES = 16_384;

export class ByteBudget {
  readonly #most: number;
  readonly #bySupplier = new Map<string, number>();
  #held = 0;

  /** `most` in bytes. */
  constructor(most: number) {
    this.#most = most;
  }

  get held(): number {
    return this.#held;
  }

  /** Whether so many bytes more may be held for the supplier. */
  hasRoom(supplierId: string, bytes = 0): boolean {
    const mine = this.#bySupplier.get(supplierId) ?? 0;
    return this.#held + bytes <= this.#most && mine + bytes <= this.#most * SHARE;
  }

  /** Counts bytes that are there, be there room or not; negative ones when they are gone. */
  add(supplierId: string, bytes: number): void {
    const mine = (this.#bySupplier.get(supplierId) ?? 0) + bytes;
    if (mine === 0) this.#bySupplier.delete(supplierId);
    else this.#bySupplier.set(supplierId, mine);
    this.#held += bytes;
  }
}

/** What one request holds of the budget, until it is over. */
export class HeldBytes {
  readonly #budget: ByteBudget;
  readonly #supplierId: string;
  #bytes = 0;
  #isOver = false;

  constructor(budget: ByteBudget, supplierId: string) {
    this.#budget = budget;
    this.#supplierId = supplierId;
  }

  /** Sets bytes aside for a body; false where there is no room for them. */
  take(bytes: number): boolean {
    if (bytes <= SMALL_BYTES) return true;
    if (!this.#budget.hasRoom(this.#supplierId, bytes)) return false;
    this.hold(bytes);
    return true;
  }

  /** Counts what exists already, such as an answer. */
  hold(bytes: number): void {
    if (this.#isOver || bytes <= SMALL_BYTES) return;
    this.#bytes += bytes;
    this.#budget.add(this.#supplierId, bytes);
  }

  release(): void {
    this.#isOver = true;
    if (this.#bytes === 0) return;
    this.#budget.add(this.#supplierId, -this.#bytes);
    this.#bytes = 0;
  }
}

/** For requests past the budget. */
export function noRoom(): UnavailableError {
  const message =
    'Too many bytes of requests and answers are in flight. Nothing was changed; try again later.';
  return new UnavailableError('OVERLOADED', undefined, message);
}
