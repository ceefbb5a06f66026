/** Pages of SQLite's file that hold nothing: whether there are many, and how they go back to the disk. */
import type Sqlite from 'better-sqlite3';

/** Pages that stay for what is written next: a file that shrinks today and grows tomorrow costs both for nothing. */
const KEPT_BYTES = 16 << 20;
/** The share of the file that stays too. */
const KEPT_SHARE = 1 / 8;
/** `pragma auto_vacuum` of a file that can give single pages back. */
const INCREMENTAL = 2;

export interface FreePages {
  /** Whether the file has more of them than it should keep, and can give them back. */
  isMuch(): boolean;
  /** Gives back so many at most. Call it in a transaction. The file gets shorter when the log goes into it. */
  giveBack(pages: number): void;
}

export function createFreePages(database: Sqlite.Database): FreePages {
  const read = (name: string) => database.prepare<[], number>(`pragma ${name}`).pluck();
  const [countFree, countAll] = [read('freelist_count'), read('page_count')];
  const canGiveBack = read('auto_vacuum').get() === INCREMENTAL;
  const keptPages = KEPT_BYTES / (read('page_size').get() ?? 1);
  return {
    isMuch: () =>
      canGiveBack && (countFree.get() ?? 0) > Math.max(keptPages, (countAll.get() ?? 0) * KEPT_SHARE),
    // A statement that is run once gives one page back: SQLite makes one step for each.
    giveBack: (pages) => void database.exec(`pragma incremental_vacuum(${pages})`),
  };
}
