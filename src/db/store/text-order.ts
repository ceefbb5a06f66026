/** Compares texts in memory in the order in which both stores sort them. */

/** Compares the UTF-8 bytes of two texts, for `sort`. JavaScript's `<` compares UTF-16 units, which differs for characters above U+FFFF. */
export function compareText(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}
