/** SQLite's statements: prepared once, and run once by Kysely or for each of many items by a set statement. */
import type Sqlite from 'better-sqlite3';
import type { SqliteStatement } from 'kysely';
import { fromSqlite } from './store-error.ts';

export type Prepare = (text: string) => SqliteStatement;

/** Kysely prepares on every call, which costs more than most statements do. So the last `maxKept` statements are kept. */
export function createPrepare(database: Sqlite.Database, maxKept: number): Prepare {
  const kept = new Map<string, SqliteStatement>();
  return (text) => {
    const known = kept.get(text);
    if (known) return known;
    const [oldest] = kept.keys();
    if (kept.size >= maxKept && oldest !== undefined) kept.delete(oldest);
    const statement = prepare(database, text);
    kept.set(text, statement);
    return statement;
  };
}

function prepare(database: Sqlite.Database, text: string): SqliteStatement {
  // A transaction that starts by reading could not go on to write if another process wrote in between.
  const statement = database.prepare(text === 'begin' ? 'begin immediate' : text);
  // Some errors end the transaction. Another rollback would replace the error by its own.
  const isNeeded = () => text !== 'rollback' || database.inTransaction;
  return {
    reader: statement.reader,
    all: (parameters) => withStoreErrors(() => statement.all(parameters)),
    run: (parameters) => withStoreErrors(() => (isNeeded() ? statement.run(parameters) : nothingRun)),
    iterate: (parameters) => statement.iterate(parameters),
  };
}

function withStoreErrors<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw fromSqlite(error);
  }
}

const nothingRun = { changes: 0, lastInsertRowid: 0 };

/**
 * Runs a statement for each item, in order. An item is the values of the statement's parameters. Gives the rows of all runs.
 * The caller holds the connection meanwhile. Throws UnavailableError where the store fails.
 */
export type RunEach = (text: string, items: readonly (readonly unknown[])[]) => unknown[];

export function createRunEach(database: Sqlite.Database, prepareKept: Prepare): RunEach {
  const inTransaction = database.transaction((work: () => unknown[]) => work());
  return (text, items) => {
    const statement = prepareKept(text);
    if (!statement.reader) {
      for (const item of items) statement.run(item);
      return [];
    }
    const readAll = () => items.flatMap((item) => statement.all(item));
    // A read by itself opens and ends a transaction, which costs more than the read. So many reads share one.
    const sharesOne = items.length > 1 && !database.inTransaction;
    return sharesOne ? withStoreErrors(() => inTransaction(readAll)) : readAll();
  };
}

/**
 * Statements that run without Kysely, and whose rows are arrays of values in the order of the columns: both cost less than objects for
 * the few statements that each update needs. All texts are kept, so only code may make them. The caller holds the connection meanwhile.
 * Both methods throw UnavailableError if the store fails.
 */
export interface RawStatements {
  read(text: string, values: readonly unknown[]): unknown[][];
  write(text: string, values: readonly unknown[]): void;
}

export function createRawStatements(database: Sqlite.Database): RawStatements {
  const kept = new Map<string, Sqlite.Statement<unknown[], unknown[]>>();
  const prepared = (text: string) => {
    const known = kept.get(text);
    if (known) return known;
    const statement = database.prepare<unknown[], unknown[]>(text);
    if (statement.reader) statement.raw();
    kept.set(text, statement);
    return statement;
  };
  return {
    read: (text, values) => withStoreErrors(() => prepared(text).all(values)),
    write: (text, values) => withStoreErrors(() => void prepared(text).run(values)),
  };
}
