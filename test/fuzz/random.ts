/** Reproducible random numbers: everything follows from a seed. */
export interface Random {
  /** An integer from 0 to `end` - 1. */
  below(end: number): number;
  /** True with a probability of 1 / `times`. */
  oneIn(times: number): boolean;
  pick<T>(choices: readonly T[]): T;
}

/** The numbers depend only on the seed and the index. So a single request can be repeated without the ones before it. */
export function createRandom(seed: number, index: number): Random {
  let state = scramble(seed ^ scramble(index + 1));
  const below = (end: number) => {
    state = (state + 0x6d2b79f5) | 0;
    return Math.floor((scramble(state) / 2 ** 32) * end);
  };
  return {
    below,
    oneIn: (times) => below(times) === 0,
    pick: (choices) => {
      const [choice] = choices.slice(below(choices.length));
      if (choice === undefined) throw new Error('There is nothing to choose from.');
      return choice;
    },
  };
}

/** The last step of mulberry32. It mixes 32 bits so that each output bit depends on all input bits. */
function scramble(bits: number): number {
  let mixed = Math.imul(bits ^ (bits >>> 15), bits | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return (mixed ^ (mixed >>> 14)) >>> 0;
}
