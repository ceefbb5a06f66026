/** Limits how many requests a client begins in one event-loop iteration. A client with thousands of connections delays only itself. */
import { RecentSuppliers } from './recent-suppliers.ts';

/** Requests that one client begins in an event-loop iteration while it is alone. Each takes about 0.1 ms. */
const MOST_ALONE = 64;
/** Requests that one client begins in PACE_MS while other suppliers are present. About half of the loop's time stays free for the others. A late loop begins fewer. */
const MOST_BESIDE_OTHERS = 3;
const PACE_MS = 1;
/** Requests that a lone supplier begins uncounted. Only after them is the next iteration scheduled, because that has a cost. */
const UNCOUNTED_ALONE = 16;

/** Begins requests at once while their client is within its share, and queues the others. */
export class IterationShares {
  readonly #begun = new Map<string, number>();
  readonly #waiting = new Map<string, (() => void)[]>();
  readonly #suppliers = new RecentSuppliers();
  readonly #goOn = () => this.#next();
  #isScheduled = false;
  #alone = 0;

  /**
   * Calls `act` now, or in a later iteration in the order of the client's requests. A client is a supplier, or an address
   * while the supplier is unknown. Unknown clients do not count as another supplier, because health probes are among them.
   */
  begin(supplierId: string | undefined, address: string | undefined, act: () => void): void {
    if (supplierId !== undefined) this.#suppliers.note(supplierId);
    if (!this.#isScheduled) {
      if (!this.#suppliers.areSeveral() && ++this.#alone < UNCOUNTED_ALONE) return act();
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
    if (this.#suppliers.areSeveral()) setTimeout(this.#goOn, PACE_MS);
    else setImmediate(this.#goOn);
  }

  /** Begins the next share of each client. These requests count towards the iteration that reads the sockets next. */
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
    return this.#suppliers.areSeveral() ? MOST_BESIDE_OTHERS : MOST_ALONE;
  }
}
