/** Bytes that arrive in chunks, kept in one block: many tiny chunks cost no more memory than a few large ones. */

/** The first block's length where more is to come, in bytes: a body whose length was declared is rarely moved. */
const FIRST_DECLARED = 1_048_576;
const FIRST = 16_384;
const nothing = Buffer.alloc(0);

export class GrowingBuffer {
  readonly #most: number;
  readonly #first: number;
  readonly #mayGrow: (bytes: number) => boolean;
  #block: Buffer = nothing;
  #length = 0;

  /** `declared` is the length that it has in the end; else it may have `most`. `mayGrow` is asked for all the memory that it takes. */
  constructor(declared: number | undefined, most: number, mayGrow: (bytes: number) => boolean) {
    this.#most = declared ?? most;
    this.#first = declared === undefined ? FIRST : FIRST_DECLARED;
    this.#mayGrow = mayGrow;
  }

  /** Keeps the chunk's bytes. False where it may not grow. */
  append(chunk: Buffer): boolean {
    // All that there will be came at once, in a block of its own: Node copies what it hands over.
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

  /** What is there so far: a view, good until the next chunk is appended. */
  bytes(): Buffer {
    return this.#block.subarray(0, this.#length);
  }
}
