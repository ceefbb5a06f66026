/** How many requests a client may begin at once: one that sends on thousands of connections waits for itself. */
import { Company } from './company.ts';

/** Requests of one client in an iteration of the event loop while it is alone. Each takes a tenth of a millisecond. */
const MOST_ALONE = 64;
/** Requests of one client in PACE_MS while others ask too: half of the loop's time stays free for them. A late loop begins fewer. */
const MOST_BESIDE_OTHERS = 3;
const PACE_MS = 1;
/** While it is alone its requests are counted so many at a time: asking for the next iteration costs something. */
const COUNTED_ALONE = 16;

export class IterationShares {
  readonly #begun = new Map<string, number>();
  readonly #waiting = new Map<string, (() => void)[]>();
  readonly #company = new Company();
  readonly #goOn = () => this.#next();
  #isScheduled = false;
  #alone = 0;

  /** Begins now, or a little later in the client's order. Strangers from one address are one client, and no company: probes are among them. */
  begin(supplierId: string | undefined, address: string | undefined, act: () => void): void {
    if (supplierId !== undefined) this.#company.note(supplierId);
    if (!this.#isScheduled) {
      if (!this.#company.isShared() && ++this.#alone < COUNTED_ALONE) return act();
      this.#isScheduled = true;
      this.#schedule();
    }
    const client = supplierId ?? `at ${address}`;
    const waiting = this.#waiting.get(client);
    const begun = this.#begun.get(client) ?? 0;
    if (waiting) waiting.push(act);
    else if (begun >= this.#most()) this.#waiting.set(client, [act]);
    else {
      this.#begun.set(client, begun + 1);
      act();
    }
  }

  #schedule(): void {
    if (this.#company.isShared()) setTimeout(this.#goOn, PACE_MS);
    else setImmediate(this.#goOn);
  }

  /** What begins here counts for the sockets that are read next. */
  #next(): void {
    this.#begun.clear();
    this.#alone = 0;
    this.#isScheduled = this.#waiting.size > 0;
    if (this.#isScheduled) this.#schedule();
    for (const [client, waiting] of this.#waiting) {
      const acts = waiting.splice(0, this.#most());
      if (waiting.length === 0) this.#waiting.delete(client);
      this.#begun.set(client, acts.length);
      for (const act of acts) act();
    }
  }

  #most(): number {
    return this.#company.isShared() ? MOST_BESIDE_OTHERS : MOST_ALONE;
  }
}
