/** Places that each supplier has a number of. */
export class Places {
  readonly #most: number;
  readonly #taken = new Map<string, number>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Takes a place. Returns the function that gives it back; null if the supplier has none left. */
  enter(supplierId: string): (() => void) | null {
    const taken = this.#taken.get(supplierId) ?? 0;
    if (taken >= this.#most) return null;
    this.#taken.set(supplierId, taken + 1);
    return () => {
      const left = (this.#taken.get(supplierId) ?? 1) - 1;
      if (left === 0) this.#taken.delete(supplierId);
      else this.#taken.set(supplierId, left);
    };
  }
}
