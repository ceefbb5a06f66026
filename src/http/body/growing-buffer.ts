/** Collects the chunks of a body in one block of memory, so that many tiny chunks need no more memory than a few large ones. */

/** Lengths of the first block, in bytes. A body with a declared length gets a larger one, so that it is rarely copied. */
const FIRST_DECLARED = 1_048_576;
const FIRST = 16_384;
const nothing = Buffer.alloc(0);

/** One body that is being received. */
export class GrowingBuffer {
  readonly #most: number;
  readonly #first: number;
  readonly #mayGrow: (bytes: number) => boolean;
  #block: Buffer = nothing;
  #length = 0;

  /**
   * `declared` is the final length in bytes, if it is known; otherwise the body may have up to `most` bytes. `mayGrow` is asked
   * before each allocation, with the bytes to add.
   */
  constructor(declared: number | undefined, most: number, mayGrow: (bytes: number) => boolean) {
    this.#most = declared ?? most;
    this.#first = declared === undefined ? FIRST : FIRST_DECLARED;
    this.#mayGrow = mayGrow;
  }

  /** Appends the chunk; false, without appending it, if `mayGrow` refused the memory. */
  append(chunk: Buffer): boolean {
    // The whole body came in one chunk. Node gives each chunk memory of its own, so it can be kept without a copy.
    if (this.#length === 0 && chunk.length === this.#most) {
      if (!this.#mayGrow(chunk.length)) return false;
      this.#block = chunk;
      this.#length = chunk.length;
      return true;
    }
    const needed = this.#length + chunk.length;
    if (needed > this.#block.length) {
      const doubled = Math.min(this.#most, Math.max(this.#first, 2 * this.#block.length));
      const capacity = Math.max(needed, doubled);
      if (!this.#mayGrow(capacity - this.#block.length)) return false;
      const larger = Buffer.allocUnsafe(capacity);
      this.#block.copy(larger, 0, 0, this.#length);
      this.#block = larger;
    }
    this.#block.set(chunk, this.#length);
    this.#length = needed;
    return true;
  }

  /** A view of the bytes so far. It is valid until the next chunk is appended. */
  bytes(): Buffer {
    return this.#block.subarray(0, this.#length);
  }
}
