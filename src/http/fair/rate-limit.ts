/** A token bucket for each caller: one that asks too much waits, and slows nobody else. */
import type { Caller } from '../../domain/caller.ts';

/** Seconds' worth of the rate that a caller may spend at once. */
const BURST_SECONDS = 10;
/** All tokens of a supplier together have so many times the rate of one. */
const SUPPLIER_TIMES = 4;
/** How often buckets of callers that are gone are looked for, in milliseconds. */
const FORGET_EVERY_MS = 60_000;

/** Which limit counts: a token's, by its supplier and name. */
export function tokenOf({ supplierId, actor }: Pick<Caller, 'supplierId' | 'actor'>): string {
  return `${supplierId}\0${actor}`;
}

export interface RateLimit {
  /**
   * Takes units that the work will cost. Answers the seconds until the caller may come again; 0: they are taken. What
   * costs more than half of all that a caller can save waits for half, and leaves the caller in debt.
   */
  take(token: string, units: number): number;
  /** Takes what the work has cost, however little there is: the caller waits until the debt is paid. */
  spend(token: string, units: number): void;
  /** The fields `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10); null without a limit. */
  describe(token: string): { readonly policy: string; readonly state: string } | null;
}

interface Bucket {
  level: number;
  /** When it had that level, in milliseconds. */
  at: number;
}

const unlimited: RateLimit = {
  take: () => 0,
  spend: () => undefined,
  describe: () => null,
};

/** `perSecond` units are let in a second; 0: no limit. */
export function createRateLimit(perSecond: number, now: () => number = () => performance.now()): RateLimit {
  if (perSecond === 0) return unlimited;
  const most = perSecond * BURST_SECONDS;
  const policy = `"token";q=${most};w=${BURST_SECONDS}`;
  const bucketOf = keepBuckets(perSecond, most, now);
  const bucketOfSupplier = keepBuckets(SUPPLIER_TIMES * perSecond, SUPPLIER_TIMES * most, now);
  const supplierOf = (token: string) => bucketOfSupplier(token.slice(0, token.indexOf('\0')));
  return {
    take(token, units) {
      const bucket = bucketOf(token);
      const supplier = supplierOf(token);
      const needed = Math.min(units, most / 2);
      const wait = Math.max(
        secondsUntil(needed, bucket, perSecond),
        secondsUntil(needed, supplier, SUPPLIER_TIMES * perSecond),
      );
      if (wait > 0) return wait;
      bucket.level -= units;
      supplier.level -= units;
      return 0;
    },
    spend(token, units) {
      if (units <= 0) return;
      bucketOf(token).level -= units;
      supplierOf(token).level -= units;
    },
    describe(token) {
      const { level } = bucketOf(token);
      const untilFull = Math.ceil((most - level) / perSecond);
      return { policy, state: `"token";r=${Math.max(0, Math.floor(level))};t=${untilFull}` };
    },
  };
}

/** 0 where the bucket holds as much. */
function secondsUntil(needed: number, { level }: Bucket, perSecond: number): number {
  return level >= Math.max(0, needed) ? 0 : Math.max(1, Math.ceil((needed - level) / perSecond));
}

/** A caller's bucket as it is now. A full bucket is like none, and forgotten. */
function keepBuckets(perSecond: number, most: number, now: () => number): (token: string) => Bucket {
  const buckets = new Map<string, Bucket>();
  let forgotAt = now();
  const fill = (bucket: Bucket, at: number): Bucket => {
    bucket.level = Math.min(most, bucket.level + ((at - bucket.at) / 1_000) * perSecond);
    bucket.at = at;
    return bucket;
  };
  return (token) => {
    const at = now();
    if (at - forgotAt >= FORGET_EVERY_MS) {
      forgotAt = at;
      for (const [key, bucket] of buckets) if (fill(bucket, at).level === most) buckets.delete(key);
    }
    const known = buckets.get(token);
    if (known) return fill(known, at);
    const bucket = { level: most, at };
    buckets.set(token, bucket);
    return bucket;
  };
}
