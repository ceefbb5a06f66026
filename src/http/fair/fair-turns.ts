/** A bounded number of works at a time, taken from suppliers by turns: a supplier with many waits for itself. */
import { UnavailableError } from '../../domain/unavailable.ts';

export interface TurnLimits {
  /** Works under way at most. */
  readonly running: number;
  /** Works that wait at most. */
  readonly waiting: number;
}

/** One supplier's part of either bound while others want theirs; alone it may take all but such a part. */
const SHARE = 1 / 4;

interface Supplier {
  running: number;
  /** Each starts one of its works. */
  readonly waiting: Set<() => void>;
}

export class FairTurns {
  readonly #limits: TurnLimits;
  /** In the order of their turns: the one that was served last is last. */
  readonly #suppliers = new Map<string, Supplier>();
  #running = 0;
  #waiting = 0;

  constructor(limits: TurnLimits) {
    this.#limits = limits;
  }

  /**
   * Runs the work when its supplier's turn comes. Throws UnavailableError: OVERLOADED where too much waits already,
   * QUERY_TIMEOUT where the signal aborts before its turn.
   */
  async run<T>(supplierId: string, work: () => Promise<T>, ended: AbortSignal): Promise<T> {
    if (ended.aborted) throw new UnavailableError('QUERY_TIMEOUT');
    const supplier = this.#suppliers.get(supplierId) ?? { running: 0, waiting: new Set() };
    if (this.#refuses(supplier)) throw new UnavailableError('OVERLOADED');
    this.#suppliers.set(supplierId, supplier);
    try {
      await this.#untilTurn(supplier, ended);
      try {
        return await work();
      } finally {
        supplier.running -= 1;
        this.#running -= 1;
      }
    } finally {
      // One that leaves before its turn leaves nothing behind either.
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

  /** The first that has less than its share under way; where all have it, the one that has least. */
  #next(): [id: string, supplier: Supplier] | undefined {
    const most = this.#limits.running;
    const waiting = Array.from(this.#suppliers).filter(([, supplier]) => supplier.waiting.size > 0);
    const least = Math.min(...waiting.map(([, { running }]) => running));
    return waiting.find(([, { running }]) =>
      least < most * SHARE ? running < most * SHARE : running === least && running < most * (1 - SHARE),
    );
  }
}
