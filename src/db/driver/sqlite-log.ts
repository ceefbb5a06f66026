/** SQLite's log as who writes it sees it: what is done before and after each transaction, so that it is bounded and its errors are heard. */
import type Sqlite from 'better-sqlite3';
import type { SqliteStatement } from 'kysely';
import { UnavailableError } from '../../domain/unavailable.ts';
import { Checkpoint } from './checkpoint.ts';
import { LogRoom } from './log-room.ts';
import { noteWaiting, type LogStatus } from './log-status.ts';
import { codeOf, isDiskFailure, isDiskFull, logFull } from './store-error.ts';

/** Who has written nothing for so long takes the whole log into the file. */
const IDLE_MS = 250;
/** How long to wait before trying again what a full disk, or a reader, did not let happen. */
const RETRY_MS = 250;

/** Commits after which the log's length is looked at, which costs as much as an update: a few may pass its bounds. */
const UNSEEN_COMMITS = 4;

export class SqliteLog {
  readonly #database: Sqlite.Database;
  readonly #room: LogRoom;
  readonly #checkpoint: Checkpoint;
  readonly #limitBytes: number;
  readonly #status: LogStatus | undefined;
  readonly #failed = Promise.withResolvers<unknown>();
  #failure: unknown;
  #refusal: unknown;
  #retryAt = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  #lastCommit = -Infinity;
  /** Several suppliers write: none of them waits for long. */
  #isShared = false;
  /** Commits since the log's length was looked at. */
  #unseen = 0;
  /** A commit found the disk full, and nothing was done about it yet. */
  #isFull = false;

  constructor(database: Sqlite.Database, path: string, limitBytes: number, status?: LogStatus) {
    this.#database = database;
    this.#limitBytes = limitBytes;
    this.#status = status;
    this.#room = new LogRoom(database, path);
    this.#checkpoint = new Checkpoint(database, this.#room, limitBytes);
    this.#look();
    this.#scheduleIdle();
  }

  /** Resolves with the reason once the disk has failed: nothing is written any more. */
  get failed(): Promise<unknown> {
    return this.#failed.promise;
  }

  /** Whether the disk has room for transactions that need new pages. */
  mayGrow(): boolean {
    this.#room.takeBack();
    return !this.#room.isTight;
  }

  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  /** Whether several suppliers write now. */
  share(isShared: boolean): void {
    this.#isShared = isShared;
  }

  /** The statements as they are, those that begin and end transactions with what goes before and after them. */
  guard(prepare: (text: string) => SqliteStatement): (text: string) => SqliteStatement {
    return (text) => {
      const statement = prepare(text);
      if (text === 'begin')
        return { ...statement, run: (parameters) => (this.#beforeBegin(), statement.run(parameters)) };
      if (text === 'commit')
        return { ...statement, run: (parameters) => this.#commit(statement, parameters) };
      return statement;
    };
  }

  /** After a full disk undid a transaction: whether it may be tried again, as there is more room now. */
  makeRoom(): boolean {
    this.#isFull = false;
    try {
      this.#look();
      const held = this.#checkpoint.logBytes;
      if (this.#checkpoint.empty() && held > 0) return true;
      if (this.#room.lend()) return true;
      this.#room.takeBack();
      return false;
    } catch (error) {
      this.#hear(error);
      return false;
    }
  }

  /** Takes the log into the file one last time. Throws UnavailableError where the disk fails. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#failure !== undefined) return;
    this.#look();
    if (this.#checkpoint.isWaiting) this.#step();
    if (this.#failure !== undefined) throw this.#failure;
  }

  #beforeBegin(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#isFull) this.makeRoom();
    const isOver = this.#checkpoint.logBytes >= this.#limitBytes;
    if (this.#refusal !== undefined || isOver || this.#checkpoint.isDue(this.#isShared))
      this.#catchUp(isOver);
    this.#room.takeBack();
  }

  /** Does the step that is due. Throws where the disk is full, or a reader keeps the log at its limit; at once for a while then. */
  #catchUp(isOver: boolean): void {
    if (performance.now() >= this.#retryAt) {
      this.#refusal = undefined;
      if (!isOver) this.#step();
      else if (!this.#attempt(() => this.#checkpoint.empty())) this.#refuse(logFull(this.#limitBytes));
    }
    const reason = this.#failure ?? this.#refusal;
    if (reason !== undefined) throw reason;
  }

  #commit(statement: SqliteStatement, parameters: readonly unknown[]) {
    try {
      this.#room.reserve();
      const result = statement.run(parameters);
      this.#lastCommit = performance.now();
      this.#unseen += 1;
      if (this.#isShared || this.#unseen >= UNSEEN_COMMITS || !this.#checkpoint.isWaiting) this.#look();
      this.#scheduleIdle();
      return result;
    } catch (error) {
      if (isDiskFailure(error)) this.#fail(error);
      this.#isFull = isDiskFull(error);
      throw error;
    }
  }

  #scheduleIdle(): void {
    if (!this.#checkpoint.isWaiting || this.#failure !== undefined) return;
    this.#timer ??= setTimeout(() => this.#idle(), IDLE_MS).unref();
  }

  #idle(): void {
    this.#timer = undefined;
    const isIdle = performance.now() - this.#lastCommit >= IDLE_MS && !this.#database.inTransaction;
    if (isIdle) this.#step();
    this.#scheduleIdle();
  }

  #step(): void {
    this.#attempt(() => this.#checkpoint.step());
    this.#note();
  }

  /** A failure is kept for the next who would write; a full disk until it is tried again. Another process's checkpoint does as well as ours. */
  #attempt<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      this.#hear(error);
      return undefined;
    }
  }

  #hear(error: unknown): void {
    if (isDiskFailure(error)) this.#fail(error);
    else if (!isBusy(error)) this.#refuse(error);
  }

  #refuse(error: unknown): void {
    this.#refusal ??= error;
    this.#retryAt = performance.now() + RETRY_MS;
  }

  #fail(error: unknown): void {
    const cause = error instanceof UnavailableError ? error.cause : error;
    this.#failure ??= new UnavailableError('STORE_UNAVAILABLE', cause);
    this.#failed.resolve(this.#failure);
  }

  #look(): void {
    this.#unseen = 0;
    this.#checkpoint.look();
    this.#note();
  }

  #note(): void {
    if (this.#status) noteWaiting(this.#status, this.#checkpoint.isWaiting);
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof UnavailableError && /^SQLITE_(BUSY|LOCKED)/.test(codeOf(error.cause));
}
