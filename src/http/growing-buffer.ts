/** Bytes that arrive in chunks, kept in one block: many tiny chunks cost no more memory than a few large ones. */

const FIRST_CAPACITY = 65_536;
const nothing = Buffer.alloc(0);

export class GrowingBuffer {
  readonly #most: number;
  #block = nothing;
  #length = 0;

  /** `most`: the length that it has in the end, or may have. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Copies the chunk: Node may reuse its memory. */
  append(chunk: Uint8Array): void {
    const needed = this.#length + chunk.length;
    if (needed > this.#block.length) {
      const doubled = Math.min(this.#most, Math.max(FIRST_CAPACITY, 2 * this.#block.length));
      const larger = Buffer.allocUnsafe(Math.max(needed, doubled));
      this.#block.copy(larger, 0, 0, this.#length);
      this.#block = larger;
    }
    this.#block.set(chunk, this.#length);
    this.#length = needed;
  }

  /** What is there so far: a view, good until the next chunk is appended. */
  bytes(): Buffer {
    return this.#block.subarray(0, this.#length);
  }
}
