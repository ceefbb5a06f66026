/** The rate limit: a token bucket for each API token, and one for each supplier. A caller past its rate delays only itself. */
import type { Caller } from '../../domain/caller.ts';
import type { Bucket, Buckets } from '../shared/buckets.ts';
import { createRates, type Rates } from '../shared/shared-limits.ts';

/** A full bucket holds the units of this many seconds. A caller may spend them at once. */
const BURST_SECONDS = 10;
/** All tokens of a supplier together have this many times the rate of one token. */
const SUPPLIER_TIMES = 4;
/** How often full buckets are removed, in milliseconds. */
const FORGET_EVERY_MS = 60_000;

/** The name of a token in the rate limit: its supplier and its own name. Neither can hold a NUL character. */
export function tokenOf({ supplierId, actor }: Pick<Caller, 'supplierId' | 'actor'>): string {
  return `${supplierId}\0${actor}`;
}

/** Limits the units of work that a token may spend. `Charge` says what a unit is. */
export interface RateLimit {
  /**
   * Takes the units that the work will cost. Returns 0 if they were taken, and otherwise the seconds until the caller may
   * try again. Work that costs more than half a bucket needs only half a bucket, and leaves the caller in debt.
   */
  take(token: string, units: number): number;
  /** Takes what the work has cost, even below zero. The caller waits until the debt is paid. */
  spend(token: string, units: number): void;
  /**
   * Values of the headers `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10); null without a limit. The
   * state is that of the token's or the supplier's bucket, whichever holds less.
   */
  describe(token: string): { readonly policy: string; readonly state: string } | null;
}

const unlimited: RateLimit = {
  take: () => 0,
  spend: () => undefined,
  describe: () => null,
};

/** Creates a limit of `perSecond` units a second for each token; 0 means no limit. `rates` keeps the buckets. */
export function createRateLimit(perSecond: number, rates: Rates = createRates()): RateLimit {
  if (perSecond === 0) return unlimited;
  const limit = limitWith(perSecond, rates);
  const { exclusively } = rates;
  if (!exclusively) return limit;
  return {
    take: (token, units) => exclusively(() => limit.take(token, units)),
    spend: (token, units) => {
      if (units > 0) exclusively(() => limit.spend(token, units));
    },
    describe: (token) => exclusively(() => limit.describe(token)),
  };
}

function limitWith(perSecond: number, { tokens, suppliers, now }: Rates): RateLimit {
  const most = perSecond * BURST_SECONDS;
  const supplierRate = SUPPLIER_TIMES * perSecond;
  const supplierMost = SUPPLIER_TIMES * most;
  const policy = `"token";q=${most};w=${BURST_SECONDS}, "supplier";q=${supplierMost};w=${BURST_SECONDS}`;
  const bucketOf = fillBuckets(tokens, perSecond, most, now);
  const bucketOfSupplier = fillBuckets(suppliers, supplierRate, supplierMost, now);
  const supplierOf = (token: string) => bucketOfSupplier(token.slice(0, token.indexOf('\0')));
  return {
    take(token, units) {
      const bucket = bucketOf(token);
      const supplier = supplierOf(token);
      const needed = Math.min(units, most / 2);
      const wait = Math.max(
        secondsUntil(needed, bucket, perSecond),
        secondsUntil(needed, supplier, supplierRate),
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
      const own = bucketOf(token).level;
      const shared = supplierOf(token).level;
      const state =
        shared < own
          ? stateOf('supplier', shared, supplierMost, supplierRate)
          : stateOf('token', own, most, perSecond);
      return { policy, state };
    },
  };
}

/** What is left in a bucket, and the seconds until it is full, as a structured field. */
function stateOf(name: string, level: number, most: number, perSecond: number): string {
  return `"${name}";r=${Math.max(0, Math.floor(level))};t=${Math.ceil((most - level) / perSecond)}`;
}

/** Seconds until the bucket holds the units; 0 if it holds them now, otherwise at least 1. */
function secondsUntil(needed: number, { level }: Bucket, perSecond: number): number {
  return level >= Math.max(0, needed) ? 0 : Math.max(1, Math.ceil((needed - level) / perSecond));
}

/** Returns a function that gives a caller's bucket, filled up to now. Full buckets are removed, because a new bucket is full too. */
function fillBuckets(
  buckets: Buckets,
  perSecond: number,
  most: number,
  now: () => number,
): (token: string) => Bucket {
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
      buckets.removeIf((bucket) => fill(bucket, at).level === most);
    }
    const known = buckets.get(token);
    return known ? fill(known, at) : buckets.add(token, { level: most, at });
  };
}
