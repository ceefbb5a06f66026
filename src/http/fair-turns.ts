/** A bounded number of works at a time, taken from suppliers by turns: a supplier with many waits for itself. */
import { UnavailableError } from '../unavailable.ts';

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
    await this.#untilTurn(supplier, ended);
    try {
      return await work();
    } finally {
      supplier.running -= 1;
      this.#running -= 1;
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

  #mayRun({ running, waiting }: Supplier): boolean {
    const most = this.#limits.running;
    const othersWait = this.#waiting > waiting.size;
    return this.#running < most && running < most * (othersWait ? SHARE : 1 - SHARE);
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
    for (const [id, supplier] of this.#suppliers) {
      const [start] = supplier.waiting;
      if (start === undefined || !this.#mayRun(supplier)) continue;
      this.#suppliers.delete(id);
      this.#suppliers.set(id, supplier);
      start();
      // The turns have changed: look again from the first.
      this.#startNext();
      return;
    }
  }
}
