/** The order in which both stores sort text. */

/** By the bytes of UTF-8, which is not the order of UTF-16 for characters beyond the first plane. */
export function compareText(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}
