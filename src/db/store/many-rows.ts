/** Statements of SQLite that take many rows at once. Starting a statement costs about as much as a row does. */
import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** The most rows that one statement takes. More gain nothing: the values of the rows then cost most. */
const MAX_ROWS = 32;

/**
 * Runs `work` for parts of the items, in order. A part's size is a power of two, so that all numbers of items need six statements.
 */
export function inParts<Item>(
  items: readonly Item[],
  work: (part: readonly Item[], size: number) => void,
): void {
  for (let start = 0; start < items.length;) {
    const left = items.length - start;
    const size = left >= MAX_ROWS ? MAX_ROWS : 2 ** (31 - Math.clz32(left));
    work(size === items.length ? items : items.slice(start, start + size), size);
    start += size;
  }
}

/** Makes a statement's text for each number of rows once. */
export function textsBySize(make: (rows: number) => string): (rows: number) => string {
  const texts: string[] = [];
  return (rows) => (texts[rows] ??= make(rows));
}

/** Runs `work` while `db` holds SQLite's only connection, so that its statements are in the transaction of `db`. */
export function onConnection<T>(db: Kysely<Tables>, work: () => T): Promise<T> {
  return db.getExecutor().provideConnection(() => Promise.resolve(work()));
}
