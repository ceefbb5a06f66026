/** Whether a supplier is alone: it may have more of what others do not want now. */

/** For how long a supplier counts as there after it was last seen, in milliseconds. */
const PRESENT_MS = 1_000;

export class Company {
  #last = '';
  /** Until when there are several, in milliseconds on the monotonic clock; 0 while there is one. */
  #until = 0;

  /** Notes that the supplier asks. It costs nothing while nobody else does. */
  note(supplierId: string): void {
    if (supplierId === this.#last) return;
    if (this.#last !== '') this.#until = performance.now() + PRESENT_MS;
    this.#last = supplierId;
  }

  /** Whether several suppliers were seen within the last second. */
  isShared(): boolean {
    if (this.#until !== 0 && performance.now() >= this.#until) this.#until = 0;
    return this.#until !== 0;
  }
}
