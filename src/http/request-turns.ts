/** How many requests of one supplier are in work at once: the others wait their turn before their bodies are read. */

export interface TurnLimits {
  /** Requests of one supplier in work at once. */
  readonly running: number;
  /** Requests of one supplier that wait, at most. */
  readonly waiting: number;
  /** For how long a request waits at most, in milliseconds. */
  readonly waitMs: number;
}

export const defaultTurns: TurnLimits = { running: 128, waiting: 2_500, waitMs: 5_000 };

/** Told whether the request may go on; called once. */
type Proceed = (hasTurn: boolean) => void;

interface Waiting {
  readonly proceed: Proceed;
  /** On the monotonic clock, in milliseconds. */
  readonly since: number;
}

interface Supplier {
  running: number;
  /** In the order in which they came. */
  readonly waiting: Set<Waiting>;
}

export class RequestTurns {
  readonly #limits: TurnLimits;
  readonly #suppliers = new Map<string, Supplier>();

  constructor(limits: TurnLimits) {
    this.#limits = limits;
  }

  /** Calls `proceed` when the supplier has a turn free. Call the function that it returns once the request is over, or has left. */
  enter(supplierId: string, proceed: Proceed): () => void {
    const supplier = this.#supplierOf(supplierId);
    if (supplier.running < this.#limits.running) {
      supplier.running += 1;
      proceed(true);
      return once(() => this.#leave(supplierId, supplier));
    }
    if (supplier.waiting.size >= this.#limits.waiting) {
      proceed(false);
      return () => undefined;
    }
    let hasTurn = false;
    const waiting = {
      since: performance.now(),
      proceed: (mayGoOn: boolean) => {
        hasTurn = mayGoOn;
        proceed(mayGoOn);
      },
    };
    supplier.waiting.add(waiting);
    return once(() => (hasTurn ? this.#leave(supplierId, supplier) : supplier.waiting.delete(waiting)));
  }

  /** Refuses those that have waited for too long. Call it now and then. */
  sweep(): void {
    const tooLong = performance.now() - this.#limits.waitMs;
    for (const { waiting } of this.#suppliers.values()) {
      for (const one of waiting) {
        if (one.since > tooLong) break;
        waiting.delete(one);
        one.proceed(false);
      }
    }
  }

  #supplierOf(supplierId: string): Supplier {
    const known = this.#suppliers.get(supplierId);
    if (known) return known;
    const supplier = { running: 0, waiting: new Set<Waiting>() };
    this.#suppliers.set(supplierId, supplier);
    return supplier;
  }

  /** Passes the turn on to the next in line. */
  #leave(supplierId: string, supplier: Supplier): void {
    const [next] = supplier.waiting;
    if (next) {
      supplier.waiting.delete(next);
      next.proceed(true);
      return;
    }
    supplier.running -= 1;
    if (supplier.running === 0) this.#suppliers.delete(supplierId);
  }
}

function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    act();
  };
}
