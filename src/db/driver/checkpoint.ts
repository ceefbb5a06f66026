/** Takes SQLite's log (the -wal file) into the database file, in short steps, and lets it begin anew. */
import type Sqlite from 'better-sqlite3';
import type { LogRoom } from './log-room.ts';
import { fromSqlite, isDiskFull } from './store-error.ts';

/**
 * Pages that may wait in the log while transactions follow one another (32 MiB of ours): steps of 1,000 and 4,000 pages cost a tenth
 * of the throughput. A step that takes longer than `MAX_STEP_MS` halves their number for the next, down to the least; a quick one doubles it.
 */
const MAX_STEP_PAGES = 16_000;
const MIN_STEP_PAGES = 1_000;
const MAX_STEP_MS = 60;
/** Pages that may wait while several suppliers write: all of them wait for a step, so it is to be short. */
const SHORT_STEP_PAGES = 500;
/** A log that readers kept from beginning anew, in pages, from which on they are waited for. */
const LONG_LOG_PAGES = 2 * MAX_STEP_PAGES;
/** How long they are waited for: their slices take a few milliseconds. And how often at most. */
const READERS_MS = 20;
const READERS_INTERVAL_MS = 1_000;
/** SQLite's file format, 4.1: a page's header in the log, in bytes. */
const FRAME_HEADER_BYTES = 24;

/** What better-sqlite3 gives for `pragma wal_checkpoint`. */
interface LogState {
  /** Pages in the log, and those of them that are in the database file. */
  readonly log: number;
  readonly checkpointed: number;
}

/** Every method but the getters throws UnavailableError where the disk is full or fails. None may be called in a transaction. */
export class Checkpoint {
  readonly #database: Sqlite.Database;
  readonly #room: LogRoom;
  readonly #frameBytes: number;
  readonly #maxStepPages: number;
  readonly #readState: Sqlite.Statement<[], LogState>;
  #state: LogState = { log: 0, checkpointed: 0 };
  #stepPages: number;
  #askReadersAt = -Infinity;

  /** A step never waits for more than half of `limitBytes`. */
  constructor(database: Sqlite.Database, room: LogRoom, limitBytes: number) {
    this.#database = database;
    this.#room = room;
    this.#frameBytes = Number(database.pragma('page_size', { simple: true })) + FRAME_HEADER_BYTES;
    this.#maxStepPages = Math.min(MAX_STEP_PAGES, Math.floor(limitBytes / 2 / this.#frameBytes));
    this.#stepPages = this.#maxStepPages;
    this.#readState = database.prepare<[], LogState>('pragma wal_checkpoint(NOOP)');
  }

  /** Whether pages wait in the log that are not in the database file. */
  get isWaiting(): boolean {
    return this.#state.log > this.#state.checkpointed;
  }

  /** Whether so many do that a step is due. Short ones cost more in all, as hot pages are written more often. */
  isDue(isShort: boolean): boolean {
    const pages = isShort ? Math.min(SHORT_STEP_PAGES, this.#stepPages) : this.#stepPages;
    return this.#state.log - this.#state.checkpointed >= pages;
  }

  /** The length of the log, in bytes. */
  get logBytes(): number {
    return this.#state.log * this.#frameBytes;
  }

  /** Looks how long the log is. */
  look(): void {
    // The statement's only row, which SQLite does not give while another process begins the log anew.
    this.#state = this.#readState.get() ?? this.#state;
  }

  /** Takes into the file what no reader of an older state keeps in the log. */
  step(): void {
    const started = performance.now();
    const pages = this.#state.log - this.#state.checkpointed;
    this.#copy();
    const ms = performance.now() - started;
    if (ms > MAX_STEP_MS) this.#stepPages = Math.max(MIN_STEP_PAGES, Math.floor(this.#stepPages / 2));
    else if (ms < MAX_STEP_MS / 2 && pages >= this.#stepPages)
      this.#stepPages = Math.min(this.#maxStepPages, this.#stepPages * 2);
    if (this.isWaiting) return;
    this.#room.restore();
    if (this.#state.log > LONG_LOG_PAGES && started > this.#askReadersAt) {
      this.#askReadersAt = started + READERS_INTERVAL_MS;
      this.#run('RESTART', READERS_MS);
    }
  }

  /** Takes all of the log into the file, and gives its room back to the disk. False where a reader is in the way. */
  empty(): boolean {
    this.#copy();
    if (!this.isWaiting) this.#run('TRUNCATE', READERS_MS);
    if (this.#state.log > 0) return false;
    this.#room.restore();
    return true;
  }

  #copy(): void {
    try {
      this.#run('PASSIVE', 0);
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      this.#room.release();
      this.#run('PASSIVE', 0);
    }
  }

  #run(mode: 'PASSIVE' | 'RESTART' | 'TRUNCATE', waitMs: number): void {
    const timeout = this.#database.pragma('busy_timeout', { simple: true });
    this.#database.pragma(`busy_timeout = ${waitMs}`);
    try {
      this.#database.pragma(`wal_checkpoint(${mode})`);
    } catch (error) {
      throw fromSqlite(error);
    } finally {
      this.#database.pragma(`busy_timeout = ${String(timeout)}`);
    }
    this.look();
  }
}
