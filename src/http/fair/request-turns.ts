/** Limits how many requests of one supplier are in progress. The others wait before their bodies are read, so that they cost little memory. */
import type { Socket } from 'node:net';
import { RecentSuppliers } from './recent-suppliers.ts';

export interface TurnLimits {
  /** Requests of one supplier in progress at most, while it is alone. */
  readonly running: number;
  /** The same while other suppliers are present. It is lower, because their new requests wait behind those in progress. */
  readonly runningBesideOthers: number;
  /** Requests of one supplier that wait, at most. */
  readonly waiting: number;
  /** The longest wait of a request, in milliseconds. */
  readonly waitMs: number;
}

/** The limits of a gateway. Tests use lower ones. */
export const defaultTurns: TurnLimits = {
  running: 128,
  runningBesideOthers: 16,
  waiting: 2_500,
  waitMs: 5_000,
};

/** While a supplier has no request in progress, this many of its paused connections are resumed each millisecond. */
const RESUMED_WHEN_IDLE = 16;

/** The part of a socket that is needed here; tests pass their own. */
type Connection = Pick<Socket, 'pause' | 'resume' | 'destroyed'>;

/** Called once, with true when the request may go on, or false when it is refused. */
type Proceed = (hasTurn: boolean) => void;

interface Waiting {
  readonly proceed: Proceed;
  /** When it began to wait, in milliseconds on the monotonic clock. */
  readonly since: number;
}

interface Supplier {
  running: number;
  /** In the order of arrival. */
  readonly waiting: Set<Waiting>;
  /** Connections that are paused. */
  readonly paused: Connection[];
}

/** Gives each supplier's requests their turns. */
export class RequestTurns {
  readonly #limits: TurnLimits;
  readonly #suppliers = new Map<string, Supplier>();
  readonly #recent = new RecentSuppliers();

  constructor(limits: TurnLimits) {
    this.#limits = limits;
  }

  /**
   * Calls `proceed` with true when the supplier has a free turn, or with false when the request must be refused. Call the
   * returned function when the request is over or its client has left; calling it again does nothing.
   */
  enter(supplierId: string, proceed: Proceed): () => void {
    const supplier = this.#supplierOf(supplierId);
    this.#recent.note(supplierId);
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
   * Call it after a request: pauses the connection while other requests of its supplier wait. What the client sends
   * meanwhile waits in the operating system's buffers, and costs no memory here.
   */
  pauseWhileOthersWait(supplierId: string, connection: Connection): void {
    const supplier = this.#suppliers.get(supplierId);
    if (!supplier || supplier.waiting.size === 0 || connection.destroyed) return;
    connection.pause();
    supplier.paused.push(connection);
  }

  /** Refuses requests that have waited longer than `waitMs`. Call it at intervals. */
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
    const supplier = { running: 0, waiting: new Set<Waiting>(), paused: [] };
    this.#suppliers.set(supplierId, supplier);
    return supplier;
  }

  #mostRunning(): number {
    return this.#recent.areSeveral() ? this.#limits.runningBesideOthers : this.#limits.running;
  }

  /** Ends a turn and starts the next request. If the supplier is alone again, several may start. */
  #leave(supplierId: string, supplier: Supplier): void {
    supplier.running -= 1;
    const most = this.#mostRunning();
    for (const next of supplier.waiting) {
      if (supplier.running >= most) break;
      supplier.waiting.delete(next);
      supplier.running += 1;
      next.proceed(true);
    }
    this.#resume(supplierId, supplier);
  }

  /** Resumes paused connections: one for each request that ends, and RESUMED_WHEN_IDLE each millisecond while none is in progress. */
  #resume(supplierId: string, supplier: Supplier): void {
    if (supplier.waiting.size > 0) return;
    const isIdle = supplier.running === 0;
    for (const connection of supplier.paused.splice(0, isIdle ? RESUMED_WHEN_IDLE : 1)) connection.resume();
    if (!isIdle) return;
    // A resumed connection may have nothing to send, and would then never resume the next one.
    if (supplier.paused.length > 0) setTimeout(() => this.#resume(supplierId, supplier), 1).unref();
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
