/** How many requests of one supplier are in work at once: the others wait their turn before their bodies are read. */
import type { Socket } from 'node:net';
import { Company } from './company.ts';

export interface TurnLimits {
  /** Requests of one supplier in work at once while it is alone. */
  readonly running: number;
  /** And while others ask too: what is in work is answered before theirs. */
  readonly runningBesideOthers: number;
  /** Requests of one supplier that wait, at most. */
  readonly waiting: number;
  /** For how long a request waits at most, in milliseconds. */
  readonly waitMs: number;
}

export const defaultTurns: TurnLimits = {
  running: 128,
  runningBesideOthers: 16,
  waiting: 2_500,
  waitMs: 5_000,
};

/** Resting connections of a supplier that has nothing in work that are read again in a millisecond. */
const WOKEN_IDLE = 16;

/** What is needed of a connection here: a socket. */
type Connection = Pick<Socket, 'pause' | 'resume' | 'destroyed'>;

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
  /** Connections that are not read. */
  readonly resting: Connection[];
}

export class RequestTurns {
  readonly #limits: TurnLimits;
  readonly #suppliers = new Map<string, Supplier>();
  readonly #company = new Company();

  constructor(limits: TurnLimits) {
    this.#limits = limits;
  }

  /** Calls `proceed` when the supplier has a turn free. Call the function that it returns once the request is over, or has left. */
  enter(supplierId: string, proceed: Proceed): () => void {
    const supplier = this.#supplierOf(supplierId);
    this.#company.note(supplierId);
    if (supplier.running < this.#mostRunning()) {
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

  /**
   * After a request: keeps its connection from being read while others of its supplier wait. What a client sends meanwhile
   * waits with the operating system, and costs nothing.
   */
  rest(supplierId: string, connection: Connection): void {
    const supplier = this.#suppliers.get(supplierId);
    if (!supplier || supplier.waiting.size === 0 || connection.destroyed) return;
    connection.pause();
    supplier.resting.push(connection);
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
    const supplier = { running: 0, waiting: new Set<Waiting>(), resting: [] };
    this.#suppliers.set(supplierId, supplier);
    return supplier;
  }

  #mostRunning(): number {
    return this.#company.isShared() ? this.#limits.runningBesideOthers : this.#limits.running;
  }

  /** Passes the turn on to the next in line; to several where the supplier is alone again. */
  #leave(supplierId: string, supplier: Supplier): void {
    supplier.running -= 1;
    const most = this.#mostRunning();
    for (const next of supplier.waiting) {
      if (supplier.running >= most) break;
      supplier.waiting.delete(next);
      supplier.running += 1;
      next.proceed(true);
    }
    this.#wake(supplierId, supplier);
  }

  /** Has resting connections read again: one for each request that is over, and while none is in work some in each millisecond. */
  #wake(supplierId: string, supplier: Supplier): void {
    if (supplier.waiting.size > 0) return;
    const isIdle = supplier.running === 0;
    for (const connection of supplier.resting.splice(0, isIdle ? WOKEN_IDLE : 1)) connection.resume();
    if (!isIdle) return;
    // Those that were woken may have nothing to send.
    if (supplier.resting.length > 0) setTimeout(() => this.#wake(supplierId, supplier), 1).unref();
    else if (this.#suppliers.get(supplierId) === supplier) this.#suppliers.delete(supplierId);
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
