/** A page of live streams that some of them have not taken: all of them hold the same bytes, so these count once. */
import type { ByteBudget } from '../fair/byte-budget.ts';
import type { LiveStream } from './live-stream.ts';

export class UnreadPage {
  /** Whether the supplier may leave it unread. */
  readonly hasRoom: boolean;
  readonly #count: (bytes: number) => void;
  readonly #bytes: number;
  #streams = 0;

  constructor(budget: ByteBudget, supplierId: string, bytes: number) {
    this.hasRoom = budget.hasRoom(supplierId, bytes);
    this.#count = (more) => budget.add(supplierId, more);
    this.#bytes = bytes;
  }

  /** The stream holds it, until its reader has taken it or leaves. */
  unread(stream: Pick<LiveStream, 'isOpen' | 'whenOver'>): void {
    if (!stream.isOpen) return;
    this.#streams += 1;
    if (this.#streams === 1) this.#count(this.#bytes);
    stream.whenOver(() => {
      this.#streams -= 1;
      if (this.#streams === 0) this.#count(-this.#bytes);
    });
  }
}
