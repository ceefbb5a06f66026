/** Which line of a file named a SKU, for a million SKUs in some 25 MiB. A Map of their IDs takes four times as much. */

const FIRST_SLOTS = 4_096;

/**
 * An open-addressing hash table of 64-bit hashes. It keeps no IDs, so two SKUs of one file could be taken for one: of a million SKUs with
 * a probability of 3 in 100,000,000. The hash is seeded, so that no file can be made for it.
 */
export class SkuLines {
  readonly #seeds = [randomWord(), randomWord()] as const;
  #count = 0;
  #first = new Uint32Array(FIRST_SLOTS);
  #second = new Uint32Array(FIRST_SLOTS);
  /** 0 where the slot is free. */
  #lines = new Uint32Array(FIRST_SLOTS);

  /** The SKU's line; undefined if no line named it. */
  get(skuId: string): number | undefined {
    const [first, second] = this.#hash(skuId);
    const line = this.#lines[this.#find(first, second)];
    return line === 0 ? undefined : line;
  }

  has(skuId: string): boolean {
    return this.get(skuId) !== undefined;
  }

  /** `line` counts from 1. */
  set(skuId: string, line: number): void {
    if (this.#count * 2 >= this.#lines.length) this.#grow();
    const [first, second] = this.#hash(skuId);
    this.#put(first, second, line);
  }

  #put(first: number, second: number, line: number): void {
    const slot = this.#find(first, second);
    if (this.#lines[slot] === 0) this.#count += 1;
    this.#first[slot] = first;
    this.#second[slot] = second;
    this.#lines[slot] = line;
  }

  /** The slot with this hash, or the free one where it belongs. */
  #find(first: number, second: number): number {
    const mask = this.#lines.length - 1;
    let slot = first & mask;
    while (this.#lines[slot] !== 0 && (this.#first[slot] !== first || this.#second[slot] !== second))
      slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const [first, second, lines] = [this.#first, this.#second, this.#lines];
    const slots = lines.length * 2;
    this.#first = new Uint32Array(slots);
    this.#second = new Uint32Array(slots);
    this.#lines = new Uint32Array(slots);
    this.#count = 0;
    lines.forEach((line, slot) => {
      if (line !== 0) this.#put(first[slot] ?? 0, second[slot] ?? 0, line);
    });
  }

  /** Two words that depend on every character, as cyrb53 makes them (public domain, bryc). */
  #hash(text: string): readonly [number, number] {
    let [first, second]: [number, number] = [this.#seeds[0] ^ text.length, this.#seeds[1]];
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      first = Math.imul(first ^ unit, 2_654_435_761);
      second = Math.imul(second ^ unit, 1_597_334_677);
    }
    first =
      Math.imul(first ^ (first >>> 16), 2_246_822_507) ^ Math.imul(second ^ (second >>> 13), 3_266_489_909);
    second =
      Math.imul(second ^ (second >>> 16), 2_246_822_507) ^ Math.imul(first ^ (first >>> 13), 3_266_489_909);
    return [first >>> 0, second >>> 0];
  }
}

function randomWord(): number {
  return Math.floor(Math.random() * 2 ** 32) | 0;
}
