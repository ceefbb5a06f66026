/** Counts by name. Those of a gateway with several HTTP threads are in memory that the threads share. */
import { SharedTable } from './shared-table.ts';

export interface Counts {
  /** 0 if nothing was counted under this name. */
  get(name: string): number;
  /** Adds the amount, which may be negative, and returns the new count. */
  add(name: string, amount: number): number;
}

/** Counts of this thread alone. */
export function createCounts(): Counts {
  const counts = new Map<string, number>();
  return {
    get: (name) => counts.get(name) ?? 0,
    add(name, amount) {
      const count = (counts.get(name) ?? 0) + amount;
      if (count === 0) counts.delete(name);
      else counts.set(name, count);
      return count;
    },
  };
}

/** Counts in a table that threads share. Each scope has names of its own. */
export function shareCounts(table: SharedTable, scope: string): Counts {
  const read = (index: number) => (index < 0 ? 0 : (table.values[index] ?? 0));
  return {
    get: (name) => table.exclusively(() => read(table.find(`${scope}\0${name}`))),
    add: (name, amount) =>
      table.exclusively(() => {
        const key = `${scope}\0${name}`;
        // What is counted has a connection each, and there are fewer connections than places in the table.
        const index = amount > 0 ? table.findOrAdd(key) : table.find(key);
        if (index < 0) return 0;
        const count = read(index) + amount;
        if (count === 0) table.remove(index);
        else table.values[index] = count;
        return count;
      }),
  };
}
