/** Counts the bytes of a page that some readers have not taken. All streams share one buffer, so the bytes count once. */
import type { ByteBudget } from '../fair/byte-budget.ts';
import type { LiveStream } from './live-stream.ts';

/** One page of a cohort. Its bytes are in flight from the first stream that does not take it until the last one has. */
export class UnreadPage {
  /** Whether the page fits in the supplier's part of the budget. If not, streams that do not take it are to be dropped. */
  readonly hasRoom: boolean;
  readonly #count: (bytes: number) => void;
  readonly #bytes: number;
  #streams = 0;

  /** `bytes` is the length of the page. */
  constructor(budget: ByteBudget, supplierId: string, bytes: number) {
    this.hasRoom = budget.hasRoom(supplierId, bytes);
    this.#count = (more) => budget.add(supplierId, more);
    this.#bytes = bytes;
  }

  /** Notes that the stream holds the page, until its reader has taken it or disconnects. */
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
