/** What one client may begin in one iteration of the event loop: one that sends on thousands of connections at once waits for itself. */

import { Company } from './company.ts';

/** Requests of one client in one iteration, a tenth of a millisecond each: while it is alone, and while others ask too. */
const MOST_ALONE = 64;
const MOST_BESIDE_OTHERS = 2;

export class IterationShares {
  readonly #begun = new Map<string, number>();
  readonly #waiting = new Map<string, (() => void)[]>();
  readonly #company = new Company();
  #isScheduled = false;

  /** Begins now, or in one of the next iterations. */
  begin(client: string, act: () => void): void {
    if (!this.#isScheduled) {
      this.#isScheduled = true;
      setImmediate(() => this.#goOn());
    }
    this.#company.note(client);
    const waiting = this.#waiting.get(client);
    const begun = this.#begun.get(client) ?? 0;
    if (waiting) waiting.push(act);
    else if (begun >= this.#most(client)) this.#waiting.set(client, [act]);
    else {
      this.#begun.set(client, begun + 1);
      act();
    }
  }

  /** Once in each iteration. What begins here counts for the sockets that are read next. */
  #goOn(): void {
    this.#begun.clear();
    this.#isScheduled = this.#waiting.size > 0;
    if (this.#isScheduled) setImmediate(() => this.#goOn());
    for (const [client, waiting] of this.#waiting) {
      const acts = waiting.splice(0, this.#most(client));
      if (waiting.length === 0) this.#waiting.delete(client);
      this.#begun.set(client, acts.length);
      for (const act of acts) act();
    }
  }

  #most(client: string): number {
    return this.#company.has(client) ? MOST_BESIDE_OTHERS : MOST_ALONE;
  }
}
