/** Knows whether several suppliers send requests at the moment. A supplier that is alone may use more of the gateway. */

/** For how long a supplier counts as present after its last request, in milliseconds. */
const PRESENT_MS = 1_000;

export class RecentSuppliers {
  #last = '';
  /** Until when several suppliers count as present, in milliseconds on the monotonic clock; 0 while there is one. */
  #severalUntil = 0;

  /** Notes a request of the supplier. Only a change of supplier reads the clock, so that a lone supplier pays nothing. */
  note(supplierId: string): void {
    if (supplierId === this.#last) return;
    if (this.#last !== '') this.#severalUntil = performance.now() + PRESENT_MS;
    this.#last = supplierId;
  }

  /** Whether requests of several suppliers were noted within the last second. */
  areSeveral(): boolean {
    if (this.#severalUntil !== 0 && performance.now() >= this.#severalUntil) this.#severalUntil = 0;
    return this.#severalUntil !== 0;
  }
}
