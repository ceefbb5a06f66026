/** The buckets of a rate limit, by name. Those of a gateway with several HTTP threads are in memory that the threads share. */
import { SharedTable } from './shared-table.ts';

export interface Bucket {
  level: number;
  /** When it had that level, in milliseconds on the clock of the rate limit. */
  at: number;
}

export interface Buckets {
  get(name: string): Bucket | undefined;
  /** Keeps a new bucket. The returned one is to be used in its place. */
  add(name: string, bucket: Bucket): Bucket;
  removeIf(test: (bucket: Bucket) => boolean): void;
}

/** Buckets of this thread alone. */
export function createBuckets(): Buckets {
  const buckets = new Map<string, Bucket>();
  return {
    get: (name) => buckets.get(name),
    add(name, bucket) {
      buckets.set(name, bucket);
      return bucket;
    },
    removeIf(test) {
      for (const [name, bucket] of buckets) if (test(bucket)) buckets.delete(name);
    },
  };
}

/** Buckets in a table that threads share. Use them only within `exclusively` of the table: another call moves them. */
export function shareBuckets(table: SharedTable): Buckets {
  const { values } = table;
  return {
    get(name) {
      const index = table.find(name);
      return index < 0 ? undefined : new SharedBucket(values, index);
    },
    add(name, bucket) {
      let index = table.findOrAdd(name);
      if (index < 0) {
        // More tokens than the table has names for have called within a minute. All begin with a full bucket.
        table.clear();
        index = table.findOrAdd(name);
      }
      values[index] = bucket.level;
      values[index + 1] = bucket.at;
      return new SharedBucket(values, index);
    },
    removeIf: (test) => table.removeIf((index) => test(new SharedBucket(values, index))),
  };
}

class SharedBucket implements Bucket {
  readonly #values: Float64Array;
  readonly #index: number;

  constructor(values: Float64Array, index: number) {
    this.#values = values;
    this.#index = index;
  }

  get level(): number {
    return this.#values[this.#index] ?? 0;
  }

  set level(level: number) {
    this.#values[this.#index] = level;
  }

  get at(): number {
    return this.#values[this.#index + 1] ?? 0;
  }

  set at(at: number) {
    this.#values[this.#index + 1] = at;
  }
}
