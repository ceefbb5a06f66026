/** A lock in memory that threads share. Who waits for it sleeps, so hold it for microseconds only. */

/** Bytes of memory that a lock needs. */
export const LOCK_BYTES = 4;
/** A thread that ends while it holds the lock never releases it. Others then take it after so long, in milliseconds. */
const LOST_MS = 1_000;
/** Attempts to take the lock before the thread sleeps. */
const SPINS = 100;

const FREE = 0;
const TAKEN = 1;
/** Taken, and others sleep until it is free. */
const AWAITED = 2;

export class SharedLock {
  readonly #state: Int32Array;

  /** `memory` begins with the lock, and is zero at first. */
  constructor(memory: SharedArrayBuffer) {
    this.#state = new Int32Array(memory, 0, 1);
  }

  /** Runs `act` while no other thread runs one under this lock. It does not nest. */
  exclusively<T>(act: () => T): T {
    this.#take();
    try {
      return act();
    } finally {
      if (Atomics.exchange(this.#state, 0, FREE) === AWAITED) Atomics.notify(this.#state, 0, 1);
    }
  }

  #take(): void {
    for (let i = 0; i < SPINS; i++) if (Atomics.compareExchange(this.#state, 0, FREE, TAKEN) === FREE) return;
    while (Atomics.exchange(this.#state, 0, AWAITED) !== FREE)
      if (Atomics.wait(this.#state, 0, AWAITED, LOST_MS) === 'timed-out') return;
  }
}
