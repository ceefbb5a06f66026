/** What the HTTP threads of a process share so that a limit holds for all of them together. */
import { hrtime } from 'node:process';
import { createBuckets, shareBuckets, type Buckets } from './buckets.ts';
import { createCounts, shareCounts, type Counts } from './counts.ts';
import { allocateTable, SharedTable } from './shared-table.ts';

/** Memory of the limits. Threads may be given it. */
export interface LimitsMemory {
  readonly counts: SharedArrayBuffer;
  readonly tokens: SharedArrayBuffer;
  readonly suppliers: SharedArrayBuffer;
}

/** Where a server keeps what its limits count. */
export interface Limits {
  /** Counts with names of their own. */
  countsOf(scope: string): Counts;
  readonly rates: Rates;
  /** Servers that count here, each in a thread of its own. */
  readonly servers: number;
}

/** Where a rate limit keeps its buckets. */
export interface Rates {
  readonly tokens: Buckets;
  readonly suppliers: Buckets;
  /** Milliseconds on a monotonic clock that all who share the buckets have. */
  readonly now: () => number;
  /** Runs `act` while nobody else uses the buckets. Undefined where nobody else does. */
  readonly exclusively?: <T>(act: () => T) => T;
}

/** Limits of one server alone. */
export function createLimits(): Limits {
  return { countsOf: createCounts, rates: createRates(), servers: 1 };
}

export function createRates(now: () => number = () => performance.now()): Rates {
  return { tokens: createBuckets(), suppliers: createBuckets(), now };
}

export function allocateLimits(): LimitsMemory {
  return { counts: allocateTable(), tokens: allocateTable(), suppliers: allocateTable() };
}

/** Limits that this thread shares with others. `servers` is the number of all. */
export function shareLimits(memory: LimitsMemory, servers: number): Limits {
  const counts = new SharedTable(memory.counts);
  const tokens = new SharedTable(memory.tokens);
  return {
    countsOf: (scope) => shareCounts(counts, scope),
    rates: {
      tokens: shareBuckets(tokens),
      // The lock of the tokens' table guards both.
      suppliers: shareBuckets(new SharedTable(memory.suppliers)),
      // `performance.now` begins at 0 in each thread. This clock is the same in all.
      now: () => Number(hrtime.bigint()) / 1e6,
      exclusively: (act) => tokens.exclusively(act),
    },
    servers,
  };
}
