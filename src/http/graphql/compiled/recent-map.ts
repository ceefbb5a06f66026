/** A map that forgets the entry that was not used for longest. */

/** Moving an entry to the end of a Map at each use would cost more: the Map is copied again and again. */
export class RecentMap<Key, Value> {
  readonly #entries = new Map<Key, { readonly value: Value; usedAt: number }>();
  readonly #most: number;
  #uses = 0;

  /** It keeps `most` entries. */
  constructor(most: number) {
    this.#most = most;
  }

  get(key: Key): Value | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    entry.usedAt = ++this.#uses;
    return entry.value;
  }

  set(key: Key, value: Value): void {
    if (!this.#entries.has(key) && this.#entries.size >= this.#most) this.#forgetOne();
    this.#entries.set(key, { value, usedAt: ++this.#uses });
  }

  #forgetOne(): void {
    let oldest: Key | undefined;
    let least = Infinity;
    for (const [key, { usedAt }] of this.#entries) {
      if (usedAt >= least) continue;
      least = usedAt;
      oldest = key;
    }
    if (oldest !== undefined) this.#entries.delete(oldest);
  }
}
