/** Chance that can be had again: everything follows from a seed. */
export interface Random {
  /** 0 to `end` - 1. */
  below(end: number): number;
  /** True once in so many times. */
  oneIn(times: number): boolean;
  pick<T>(choices: readonly T[]): T;
}

/** Of a seed and an index: request 7 of seed 1 is the same whatever was asked before it. */
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

/** Mulberry32's finish: 32 bits in, 32 bits out, every one depending on every one. */
function scramble(bits: number): number {
  let mixed = Math.imul(bits ^ (bits >>> 15), bits | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return (mixed ^ (mixed >>> 14)) >>> 0;
}
