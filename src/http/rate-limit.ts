/** A token bucket for each caller: one that asks too much waits, and slows nobody else. */
import type { Caller, Inventory } from '../inventory.ts';

/** Seconds' worth of the rate that a caller may spend at once. */
const BURST_SECONDS = 10;

/** Which limit counts: a token's, by its supplier and name. */
type Who = Pick<Caller, 'supplierId' | 'actor'>;

export interface RateLimit {
  /** Takes one unit. Answers the seconds until the caller may come again; 0: it is let in. */
  take(who: Who): number;
  /** The same inventory, in which each row of an update but the first costs one unit more: paid afterwards, by waiting longer. */
  chargeRows(inventory: Inventory): Inventory;
}

interface Bucket {
  level: number;
  /** When it had that level, in milliseconds. */
  at: number;
}

/** `perSecond` units are let in a second; 0: no limit. */
export function createRateLimit(perSecond: number, now: () => number = () => performance.now()): RateLimit {
  if (perSecond === 0) return { take: () => 0, chargeRows: (inventory) => inventory };
  // As many as there are tokens in use, which the operator hands out.
  const buckets = new Map<string, Bucket>();
  const most = perSecond * BURST_SECONDS;
  const bucketOf = ({ supplierId, actor }: Who): Bucket => {
    const key = `${supplierId}\0${actor}`;
    const at = now();
    const bucket = buckets.get(key) ?? { level: most, at };
    bucket.level = Math.min(most, bucket.level + ((at - bucket.at) / 1_000) * perSecond);
    bucket.at = at;
    buckets.set(key, bucket);
    return bucket;
  };
  return {
    take(who) {
      const bucket = bucketOf(who);
      if (bucket.level < 1) return Math.ceil((1 - bucket.level) / perSecond);
      bucket.level -= 1;
      return 0;
    },
    chargeRows: (inventory) => ({
      ...inventory,
      update(request) {
        bucketOf(request).level -= Math.max(0, request.rows.length - 1);
        return inventory.update(request);
      },
    }),
  };
}
