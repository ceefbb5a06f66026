/** Reproducible random numbers from a seed (mulberry32). */

export interface Random {
  /** An integer from 0 to `end` - 1. */
  below(end: number): number;
  chance(probability: number): boolean;
}

/** Equal seeds give equal numbers. Other seeds give unrelated ones. */
export function createRandom(...seeds: readonly number[]): Random {
  let state = seeds.reduce((mixed, seed) => Math.imul(mixed ^ seed, 0x9e3779b1) ^ (mixed >>> 15), 0x5eed);
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
  return { below: (end) => Math.floor(next() * end), chance: (probability) => next() < probability };
}
