/** Whether a supplier is alone: it may have more of what others do not want now. */

/** For how long a supplier counts as there after it was last seen, in milliseconds. */
const PRESENT_MS = 1_000;

export class Company {
  #last = '';
  #lastSeenAt = -Infinity;
  /** When one other than the last was last seen. */
  #otherSeenAt = -Infinity;

  note(supplierId: string): void {
    if (supplierId !== this.#last) {
      this.#otherSeenAt = this.#lastSeenAt;
      this.#last = supplierId;
    }
    this.#lastSeenAt = performance.now();
  }

  /** Whether another supplier was seen within the last second. */
  has(supplierId: string): boolean {
    const seenAt = supplierId === this.#last ? this.#otherSeenAt : this.#lastSeenAt;
    return performance.now() - seenAt < PRESENT_MS;
  }
}
