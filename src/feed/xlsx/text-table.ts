/** Holds millions of texts in the fewest bytes: as strings they would take five times as many. */

/** A text is shorter than a page: MAX_CELL_LENGTH characters of three bytes at most. */
const PAGE_BITS = 20;
const PAGE_BYTES = 1 << PAGE_BITS;

/** Texts by their numbers, in UTF-8 on pages of a megabyte. */
export class TextTable {
  readonly #pages: Buffer[] = [];
  /** Where each text ends. It starts where the one before ends, or on a new page. */
  #ends = new Uint32Array(1_024);
  #count = 0;
  #end = 0;

  get count(): number {
    return this.#count;
  }

  /** Bytes that the texts take. */
  get bytes(): number {
    return this.#end;
  }

  add(text: string): void {
    const length = Buffer.byteLength(text);
    if (length > this.#pages.length * PAGE_BYTES - this.#end) {
      this.#end = this.#pages.length * PAGE_BYTES;
      this.#pages.push(Buffer.allocUnsafeSlow(PAGE_BYTES));
    }
    this.#pages.at(-1)?.write(text, this.#end & (PAGE_BYTES - 1));
    this.#end += length;
    if (this.#count === this.#ends.length) this.#grow();
    this.#ends[this.#count++] = this.#end;
  }

  #grow(): void {
    const ends = new Uint32Array(this.#ends.length * 2);
    ends.set(this.#ends);
    this.#ends = ends;
  }

  /** The text with this number; undefined where there is none. */
  get(index: number): string | undefined {
    if (!Number.isInteger(index) || index < 0 || index >= this.#count) return undefined;
    const end = this.#ends[index] ?? 0;
    const previous = index === 0 ? 0 : (this.#ends[index - 1] ?? 0);
    if (end === previous) return '';
    const page = (end - 1) >>> PAGE_BITS;
    const base = page * PAGE_BYTES;
    return this.#pages[page]?.toString('utf8', Math.max(previous, base) - base, end - base);
  }
}
