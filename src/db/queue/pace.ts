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

/** A transaction that is on disk. */
interface Committed {
  /** How long it took, with its fsync, in milliseconds. */
  readonly ms: number;
  /** The newest position of each supplier with new changes. */
  readonly positions: readonly (readonly [supplierId: string, position: number])[];
  /** The positions that these suppliers had before, in the same order. */
  readonly before: readonly number[];
}

export interface Pace {
  committed(commit: Committed): void;
  /** A transaction failed, or its outcome is unknown. */
  failed(): void;
  /** How long to rest before the next transaction, in milliseconds. 0: nobody else updates the same suppliers. */
  restMs(): number;
}

export function createPace(): Pace {
  const known = new Map<string, number>();
  let restMs = 0;
  return {
    committed({ ms, positions, before }) {
      // Others have taken positions since this process last did.
      const isShared = positions.some(
        ([supplierId], i) => (before[i] ?? 0) > (known.get(supplierId) ?? Infinity),
      );
      restMs = isShared ? Math.min(ms * REST_SHARE, MAX_REST_MS) : 0;
      for (const [supplierId, position] of positions) known.set(supplierId, position);
    },
    failed: () => void (restMs = 0),
    restMs: () => restMs,
  };
}
