/** Paces a gateway's transactions where others update the same suppliers, so that fewer and larger ones take turns. */

/**
 * A supplier's transactions follow one another, whatever gateway they come from (lock-suppliers.ts). Each gateway that begins the next
 * one at once only queues up for the lock, with what little has arrived. So it rests for this share of what its last transaction took,
 * the wait for the lock and the commit included. Then slower commits and more gateways make larger batches. Measured with 1/3, 1/2, 3/4
 * and 1 (docs/scaling.md).
 */
const REST_SHARE = 0.5;
/** A commit can wait for a standby for seconds. In milliseconds. */
const MAX_REST_MS = 50;
/**
 * How close our commits and those of others must be, in milliseconds, to count as in each other's way; and for how long they then do. They
 * must share suppliers with most of our changes: of a thousand suppliers a few are always written by two gateways, and nobody waits.
 */
const RECENT_MS = 250;

/** A transaction that is on disk. */
interface Committed {
  /** How long it took, with its fsync, in milliseconds. */
  readonly ms: number;
  /** How far it moved the logs of suppliers: their last positions before, and after it. */
  readonly steps: readonly {
    readonly supplierId: string;
    readonly before: number;
    readonly position: number;
  }[];
}

export interface Pace {
  committed(commit: Committed): void;
  /** A transaction failed, or its outcome is unknown. */
  failed(): void;
  /** How long to rest before the next transaction, in milliseconds. 0: nobody else updates the same suppliers now. */
  restMs(): number;
}

/** `now` returns milliseconds on a monotonic clock. Tests pass their own. */
export function createPace(now = () => performance.now()): Pace {
  const known = new Map<string, { readonly position: number; readonly at: number }>();
  let lastMs = 0;
  let sharedUntil = -Infinity;
  return {
    committed({ ms, steps }) {
      const at = now();
      let [changes, shared] = [0, 0];
      for (const { supplierId, before, position } of steps) {
        const last = known.get(supplierId);
        changes += position - before;
        if (last && before > last.position && at - last.at < RECENT_MS) shared += position - before;
        known.set(supplierId, { position, at });
      }
      if (shared > changes / 2) sharedUntil = at + RECENT_MS;
      lastMs = ms;
    },
    failed: () => void (sharedUntil = -Infinity),
    restMs: () => (now() < sharedUntil ? Math.min(lastMs * REST_SHARE, MAX_REST_MS) : 0),
  };
}
