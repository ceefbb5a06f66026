/** Lists of consecutive numbers, for loops in tests. */

/** The numbers from 1 to `count`. */
export function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}

/** The numbers from 0 to `count` - 1. */
export function indices(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
