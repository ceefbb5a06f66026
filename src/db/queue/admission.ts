/** Bounds what waits to be written. Past the bound a request is refused at once: its client would give up before its turn. */
import { UnavailableError } from '../../domain/unavailable.ts';

/** A number of requests, and of all their rows. */
export interface Load {
  readonly requests: number;
  readonly rows: number;
}

/** The most that may be in work or wait, of all suppliers: about a second of work. An idle queue takes a request of any size. */
const MAX_LOAD: Load = { requests: 4_000, rows: 40_000 };
/** The most of one supplier while no other writes. The rest stays free for the next supplier. */
const MAX_ALONE: Load = { requests: 3_000, rows: 30_000 };
/** The most of one supplier while others write too: about a quarter. 1,000 rows fit in beside the largest bulk call. */
const MAX_SHARED: Load = { requests: 1_000, rows: 11_000 };

/** Counts the work of all suppliers. */
export interface Admission {
  /** Runs the supplier's work. If too much is under way it throws UnavailableError (OVERLOADED) instead. */
  admit<T>(supplierId: string, rows: number, work: () => Promise<T>): Promise<T>;
  /** The work of all suppliers that runs or waits. */
  load(): Load;
}

/** Nothing is admitted yet. */
export function createAdmission(): Admission {
  const held = new Map<string, Load>();
  let all: Load = { requests: 0, rows: 0 };
  const isAdmitted = (supplierId: string, rows: number) => {
    if (all.requests === 0) return true;
    const own = add(held.get(supplierId), 1, rows);
    const others = held.size - (held.has(supplierId) ? 1 : 0);
    if (!fits(own, others > 0 ? MAX_SHARED : MAX_ALONE)) return false;
    // Each supplier gets an equal part of the queue, even if others fill it. All together may pass MAX_LOAD a little.
    const part = 1 / (others + 1);
    const share = { requests: MAX_LOAD.requests * part, rows: MAX_LOAD.rows * part };
    return fits(own, share) || fits(add(all, 1, rows), MAX_LOAD);
  };
  const count = (supplierId: string, requests: 1 | -1, rows: number) => {
    const own = add(held.get(supplierId), requests, rows);
    if (own.requests === 0) held.delete(supplierId);
    else held.set(supplierId, own);
    all = add(all, requests, rows);
  };
  return {
    async admit(supplierId, rows, work) {
      if (!isAdmitted(supplierId, rows)) throw new UnavailableError('OVERLOADED');
      count(supplierId, 1, rows);
      try {
        return await work();
      } finally {
        count(supplierId, -1, -rows);
      }
    },
    load: () => all,
  };
}

function add(load: Load = { requests: 0, rows: 0 }, requests: number, rows: number): Load {
  return { requests: load.requests + requests, rows: load.rows + rows };
}

function fits(load: Load, most: Load): boolean {
  return load.requests <= most.requests && load.rows <= most.rows;
}
