/** Ranks the SKUs of a whole catalog in memory, for orders without an index. Typed arrays hold them, outside the heap of the thread. */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Elements that are sorted between two turns of the event loop. That takes about a millisecond. */
const TURN = 32_768;
/** Values of a digit. The sort looks at one digit of each value in a pass. */
const BASE = 65_536;
/** UTF-8 bytes of a UTF-16 unit, at most. */
const MAX_UNIT_BYTES = 3;

/** SKUs that are to be ranked by a value, and by the order in which they were added. */
export interface Ranking {
  /** The value is an integer from 0 to 2^52. */
  add(skuId: string, value: number): void;
  size(): number;
  /** Bytes of all skuIds. */
  bytes(): number;
  /** The order: for each rank, the number of its SKU in the order in which they were added. */
  sorted(): Promise<Uint32Array>;
  /** The SKU that was added as this number, counted from 0. */
  at(number: number): { readonly skuId: string; readonly value: number };
}

export function createRanking(): Ranking {
  let values = new Float64Array(1_024);
  /** Where each skuId ends in `text`. */
  let ends = new Uint32Array(1_024);
  let text = Buffer.alloc(16_384);
  let size = 0;
  const endOf = (number: number) => (number < 0 ? 0 : (ends[number] ?? 0));
  return {
    add(skuId, value) {
      const start = endOf(size - 1);
      const needed = start + skuId.length * MAX_UNIT_BYTES;
      if (needed > text.length) {
        const larger = Buffer.alloc(Math.max(needed, text.length * 2));
        text.copy(larger);
        text = larger;
      }
      if (size === values.length) {
        const [moreValues, moreEnds] = [new Float64Array(size * 2), new Uint32Array(size * 2)];
        moreValues.set(values);
        moreEnds.set(ends);
        [values, ends] = [moreValues, moreEnds];
      }
      values[size] = value;
      ends[size] = start + text.write(skuId, start);
      size += 1;
    },
    size: () => size,
    bytes: () => endOf(size - 1),
    sorted: () => sortByValue(values.subarray(0, size)),
    at: (number) => ({
      skuId: text.toString('utf8', endOf(number - 1), endOf(number)),
      value: values[number] ?? 0,
    }),
  };
}

/** A radix sort, because it is stable, needs no comparisons and can pause anywhere. Returns the indices of the values in order. */
async function sortByValue(values: Float64Array): Promise<Uint32Array> {
  let order = new Uint32Array(values.length);
  let next = new Uint32Array(values.length);
  let [least, most] = [Infinity, -Infinity];
  await inTurns(values.length, (i) => {
    order[i] = i;
    least = Math.min(least, values[i] ?? 0);
    most = Math.max(most, values[i] ?? 0);
  });
  for (let unit = 1; unit <= most - least; unit *= BASE) {
    const digit = (i: number) => Math.floor(((values[i] ?? 0) - least) / unit) % BASE;
    const places = new Uint32Array(BASE);
    await inTurns(values.length, (i) => {
      places[digit(i)] = (places[digit(i)] ?? 0) + 1;
    });
    let place = 0;
    places.forEach((count, i) => {
      places[i] = place;
      place += count;
    });
    const [from, to] = [order, next];
    await inTurns(values.length, (i) => {
      const item = from[i] ?? 0;
      const at = places[digit(item)] ?? 0;
      to[at] = item;
      places[digit(item)] = at + 1;
    });
    [order, next] = [to, from];
  }
  return order;
}

/** Does something for each number below `count`, with turns of the event loop in between. */
async function inTurns(count: number, step: (i: number) => void): Promise<void> {
  for (let start = 0; start < count; start += TURN) {
    const end = Math.min(count, start + TURN);
    for (let i = start; i < end; i++) step(i);
    await nextTurn();
  }
}
