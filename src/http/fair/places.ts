/** Places that each supplier has a number of. */
import type { Counts } from '../shared/counts.ts';

export class Places {
  readonly #most: number;
  readonly #taken: Counts;

  constructor(most: number, taken: Counts) {
    this.#most = most;
    this.#taken = taken;
  }

  /** Takes a place. Returns the function that gives it back; null if the supplier has none left. */
  enter(supplierId: string): (() => void) | null {
    const leave = () => void this.#taken.add(supplierId, -1);
    // Add first, then look: of two threads that do so at the same time, one sees the other's place.
    if (this.#taken.add(supplierId, 1) <= this.#most) return leave;
    leave();
    return null;
  }
}
