/** Numbers to repeat something with. */

/** 1, 2, 3, ... up to the count. */
export function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}

/** 0, 1, 2, ... as many as the count. */
export function indices(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
