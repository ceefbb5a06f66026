/** Sees to it that whatever was committed to SQLite's log has room in the database file, also on a full disk. */
import { statSync } from 'node:fs';
import type Sqlite from 'better-sqlite3';
import { createDiskReserve, type DiskReserve } from './disk-reserve.ts';
import { diskFull } from './store-error.ts';

/** The share of the reserve's base that is never lent. */
const KEPT_SHARE = 1 / 4;

/**
 * A transaction commits only once the reserve holds what the database file grows by when the log goes into it. On a full disk the reserve
 * is lent to the log: what needs no new pages, such as a deletion, is still stored, for the log gives its room back once it is copied.
 *
 * | state  | the reserve holds                   | a commit that needs more room                | ends with                           |
 * | ------ | ----------------------------------- | -------------------------------------------- | ----------------------------------- |
 * | normal | growth + base / 2 to base           | enlarges the reserve; a full disk refuses it | `lend`, when the log cannot grow    |
 * | tight  | growth + base / 4; the rest is lent | is refused                                   | `takeBack`, when room is free again |
 *
 * In both states, `release` empties the reserve if the log finds no room on its way into the file, and `restore` fills it again
 * when the whole log is there. Growth is then 0.
 */
export class LogRoom {
  readonly #path: string;
  readonly #reserve: DiskReserve;
  readonly #countPages: Sqlite.Statement<[], number>;
  readonly #pageBytes: number;
  #isTight = false;

  constructor(database: Sqlite.Database, path: string) {
    this.#path = path;
    this.#reserve = createDiskReserve(path);
    this.#countPages = database.prepare<[], number>('pragma page_count').pluck();
    this.#pageBytes = Number(database.pragma('page_size', { simple: true }));
  }

  /** Whether the reserve is lent to the log. */
  get isTight(): boolean {
    return this.#isTight;
  }

  /** Before a transaction commits, and in it. Throws UnavailableError where its new pages would have no room in the database file. */
  reserve(): void {
    const growth = this.#growth();
    if (growth === 0) return;
    const { base } = this.#reserve;
    // Half of the base is for what comes unforeseen, and spares each transaction a write to the reserve.
    const least = growth + base * (this.#isTight ? KEPT_SHARE : 1 / 2);
    if (this.#reserve.size() >= least) return;
    if (!this.#isTight && this.#reserve.grow(growth + base)) return;
    if (this.#reserve.size() < least) throw diskFull();
  }

  /** Fills the reserve again. The whole log is in the file, so nothing of it is used. In the tight state a quarter of its base suffices. */
  restore(): void {
    const { base } = this.#reserve;
    this.#reserve.shrink(base);
    this.#reserve.grow(this.#isTight ? base * KEPT_SHARE : base);
  }

  /** Empties the reserve, so that the database file can grow on a full disk. */
  release(): void {
    this.#reserve.shrink(0);
  }

  /** Lends the reserve to a log that cannot grow otherwise: the state is then tight. False if there is nothing to lend. */
  lend(): boolean {
    // The rest is for opening the database again, should another program take what is free.
    const kept = this.#growth() + this.#reserve.base * KEPT_SHARE;
    // Another process that writes may have filled it up again.
    if (this.#isTight && this.#reserve.size() <= kept) return false;
    this.#isTight = true;
    this.#reserve.shrink(kept);
    return true;
  }

  /** Ends the tight state once the disk has room for the log and the reserve. */
  takeBack(): void {
    if (!this.#isTight) return;
    const { base } = this.#reserve;
    if (this.#reserve.free() + this.#reserve.size() < 2 * base) return;
    this.#isTight = !this.#reserve.grow(this.#growth() + base);
  }

  /** By how much the database file grows when the log goes into it, in bytes. */
  #growth(): number {
    const pages = this.#countPages.get() ?? 0;
    return Math.max(0, pages * this.#pageBytes - statSync(this.#path).size);
  }
}
