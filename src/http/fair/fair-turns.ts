/** Runs a bounded number of tasks at a time and takes them from the suppliers in turn. A supplier with many tasks delays only itself. */
import { UnavailableError } from '../../domain/unavailable.ts';

export interface TurnLimits {
  /** Tasks that run at the same time, at most. */
  readonly running: number;
  /** Tasks that wait, at most. */
  readonly waiting: number;
}

/** One supplier's part of either bound while others wait. A supplier that is alone may take all but this part, so that a newcomer finds room. */
const SHARE = 1 / 4;

interface Supplier {
  running: number;
  /** Each function starts one waiting task. */
  readonly waiting: Set<() => void>;
}

/** The queue of one lane, for all suppliers. */
export class FairTurns {
  readonly #limits: TurnLimits;
  /** In the order of their turns: the supplier that was served last is last. */
  readonly #suppliers = new Map<string, Supplier>();
  #running = 0;
  #waiting = 0;

  constructor(limits: TurnLimits) {
    this.#limits = limits;
  }

  /**
   * Runs the task when its supplier's turn comes. Throws UnavailableError: OVERLOADED if too many tasks wait already,
   * QUERY_TIMEOUT if the signal aborts before the turn. Errors of the task pass through.
   */
  async run<T>(supplierId: string, task: () => Promise<T>, ended: AbortSignal): Promise<T> {
    if (ended.aborted) throw new UnavailableError('QUERY_TIMEOUT');
    const supplier = this.#suppliers.get(supplierId) ?? { running: 0, waiting: new Set() };
    if (this.#refuses(supplier)) throw new UnavailableError('OVERLOADED');
    this.#suppliers.set(supplierId, supplier);
    try {
      await this.#untilTurn(supplier, ended);
      try {
        return await task();
      } finally {
        supplier.running -= 1;
        this.#running -= 1;
      }
    } finally {
      // This also runs for a task that left before its turn.
      if (supplier.running + supplier.waiting.size === 0) this.#suppliers.delete(supplierId);
      this.#startNext();
    }
  }

  #refuses({ waiting: { size: mine } }: Supplier): boolean {
    const most = this.#limits.waiting;
    if (mine < most * SHARE) return false;
    const othersWait = this.#waiting > mine;
    return othersWait || mine >= most * (1 - SHARE);
  }

  #untilTurn(supplier: Supplier, ended: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        supplier.waiting.delete(start);
        this.#waiting -= 1;
        reject(new UnavailableError('QUERY_TIMEOUT'));
      };
      const start = () => {
        ended.removeEventListener('abort', leave);
        supplier.waiting.delete(start);
        supplier.running += 1;
        this.#waiting -= 1;
        this.#running += 1;
        resolve();
      };
      ended.addEventListener('abort', leave, { once: true });
      supplier.waiting.add(start);
      this.#waiting += 1;
      this.#startNext();
    });
  }

  #startNext(): void {
    while (this.#running < this.#limits.running) {
      const next = this.#next();
      if (!next) return;
      const [id, supplier] = next;
      this.#suppliers.delete(id);
      this.#suppliers.set(id, supplier);
      const [start] = supplier.waiting;
      start?.();
    }
  }

  /** The first supplier that runs less than its share. If all run their share, the supplier that runs least. */
  #next(): [id: string, supplier: Supplier] | undefined {
    const most = this.#limits.running;
    const waiting = Array.from(this.#suppliers).filter(([, supplier]) => supplier.waiting.size > 0);
    const least = Math.min(...waiting.map(([, { running }]) => running));
    return waiting.find(([, { running }]) =>
      least < most * SHARE ? running < most * SHARE : running === least && running < most * (1 - SHARE),
    );
  }
}
